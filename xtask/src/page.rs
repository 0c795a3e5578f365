//! Building the typed client for a page: cargo for wasm32, then wasm-bindgen for its JavaScript.

use std::{path::PathBuf, process::Command};

use anyhow::Result;

use cargo_websocket_do::{process::run, project::Project, tools::Tools, wasm::TARGET};

/// The folder of the crate, and the name of its library.
pub(crate) const PACKAGE: &str = "tests/client/page";
const LIBRARY: &str = "client_page";

/// Builds the page; returns its folder.
pub(crate) fn build(project: &Project, tools: &Tools) -> Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--lib", "--release", "--target", TARGET]).current_dir(project.path(PACKAGE));
    tools.wasm.prepare(project, &mut cargo)?;
    run(&mut cargo)?;
    let folder = project.target("client-page");
    let mut bindgen = Command::new(&tools.wasm_bindgen);
    bindgen
        .args(["--target", "web", "--no-typescript", "--out-name", LIBRARY, "--out-dir"])
        .arg(&folder)
        .arg(tools.wasm.target(project).join(format!("{TARGET}/release/{LIBRARY}.wasm")));
    run(&mut bindgen)?;
    Ok(folder)
}
