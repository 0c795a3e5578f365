//! Building the typed client for a page: cargo for wasm32, then wasm-bindgen for the JavaScript around it.

use std::{path::PathBuf, process::Command};

use anyhow::Result;

use crate::{
    process::run,
    project::Project,
    wasm::{TARGET, Wasm},
};

/// The crate of the page, and its name as a library.
pub(crate) const PACKAGE: &str = "tests/client/page";
const LIBRARY: &str = "in_browser";

/// Builds it; gives the folder in which it is.
pub(crate) fn build(project: &Project, wasm: Wasm) -> Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--lib", "--release", "--target", TARGET]).current_dir(project.path(PACKAGE));
    wasm.prepare(project, &mut cargo)?;
    run(&mut cargo)?;
    let folder = project.target("in-browser");
    let mut bindgen = Command::new(project.cargo_bin("wasm-bindgen"));
    bindgen
        .args(["--target", "web", "--no-typescript", "--out-name", LIBRARY, "--out-dir"])
        .arg(&folder)
        .arg(project.target(format!("wasm-{}/{TARGET}/release/{LIBRARY}.wasm", wasm.name())));
    run(&mut bindgen)?;
    Ok(folder)
}
