//! Building the typed client for a page: cargo for wasm32, then wasm-bindgen for its JavaScript.

use std::{path::PathBuf, process::Command};

use anyhow::Result;

use crate::{
    process::run,
    project::Project,
    wasm::{TARGET, Wasm},
};

/// The folder of the crate, and the name of its library.
pub(crate) const PACKAGE: &str = "tests/client/page";
const LIBRARY: &str = "client_page";

/// Builds the page; returns its folder.
pub(crate) fn build(project: &Project, wasm: Wasm) -> Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--lib", "--release", "--target", TARGET]).current_dir(project.path(PACKAGE));
    wasm.prepare(project, &mut cargo)?;
    run(&mut cargo)?;
    let folder = project.target("client-page");
    let mut bindgen = Command::new(project.cargo_bin("wasm-bindgen"));
    bindgen
        .args(["--target", "web", "--no-typescript", "--out-name", LIBRARY, "--out-dir"])
        .arg(&folder)
        .arg(project.target(format!("wasm-{}/{TARGET}/release/{LIBRARY}.wasm", wasm.name())));
    run(&mut bindgen)?;
    Ok(folder)
}
