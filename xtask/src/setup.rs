//! Installation of what this repository needs. What is installed already is not installed again.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use cargo_websocket_do::{
    debian, npm,
    project::{self, Project},
    step::step,
    tools::{CargoTool, Tools, install_with_cargo},
};

/// Reads what the rustdoc of rust-toolchain.toml writes.
const SEMVER_CHECKS: &str = "0.51.0";

/// Finds the repository from the environment that cargo sets. Its tools are in its folder `.tools`, unless the environment names another.
pub(crate) fn project() -> Result<Project> {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let root = manifest.as_deref().and_then(Path::parent).context("not started by cargo; run `cargo xtask`")?;
    let project = Project::find(root)?;
    Ok(if env::var_os(project::TOOLS).is_some() { project } else { project.with_tools(root.join(".tools")) })
}

/// A program that `npm ci` installs for this repository.
pub(crate) fn npm_bin(project: &Project, name: &str) -> PathBuf {
    project.path("node_modules/.bin").join(name)
}

/// Installs what is missing to build and serve a Worker.
pub(crate) fn setup(project: &Project) -> Result<Tools> {
    npm_packages(project)?;
    Tools::install(project, project.root())
}

fn npm_packages(project: &Project) -> Result<()> {
    let modified = |path: &str| fs::metadata(project.path(path)).and_then(|file| file.modified());
    let wanted = modified("package-lock.json").context("cannot read package-lock.json")?;
    if modified("node_modules/.package-lock.json").is_ok_and(|installed| installed >= wanted) {
        return Ok(());
    }
    npm::install_own(project.root())
}

/// Installs cargo-semver-checks, which only `cargo xtask semver` needs; returns its path.
pub(crate) fn semver_checks(project: &Project) -> Result<PathBuf> {
    let name = "cargo-semver-checks";
    let tool = CargoTool { program: name, package: name, version: SEMVER_CHECKS.to_owned() };
    install_with_cargo(project, std::slice::from_ref(&tool))?;
    Ok(tool.path(project))
}

/// Finds or installs Chromium, which only the tests need.
pub(crate) fn chromium() -> Result<PathBuf> {
    if let Some(path) = env::var_os("CHROMIUM") {
        return Ok(path.into());
    }
    if let Some(path) = find_chromium() {
        return Ok(path);
    }
    step("installing Debian's chromium", || debian::install(&["chromium"]))?;
    find_chromium().context("missing: install Chromium, or set CHROMIUM to its path")
}

fn find_chromium() -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    env::split_paths(&folders).flat_map(|folder| names.map(|name| folder.join(name))).find(|path| path.is_file())
}
