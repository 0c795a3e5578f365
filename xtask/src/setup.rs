//! Installation of the tools. What is installed already is not installed again.

use std::{env, fs, path::PathBuf, process::Command};

use anyhow::{Context, Result, bail};

use crate::{
    debian,
    process::{output, run},
    project::Project,
    step::step,
    wasm::Wasm,
};

const WORKER_BUILD: &str = "0.8.7";
/// Reads what the rustdoc of rust-toolchain.toml writes.
const SEMVER_CHECKS: &str = "0.51.0";
/// The oldest Node that wrangler supports.
const NODE: u32 = 20;

/// Installs what is missing to build and serve a Worker.
pub(crate) fn setup(project: &Project) -> Result<Wasm> {
    node()?;
    let wasm = Wasm::choose()?;
    npm_packages(project)?;
    worker_tools(project)?;
    Ok(wasm)
}

fn node() -> Result<()> {
    let version = output(Command::new("node").arg("--version"));
    let major = version.as_deref().and_then(|version| version.strip_prefix('v')?.split('.').next()?.parse().ok());
    if major.is_none_or(|major: u32| major < NODE) {
        bail!("missing: install Node.js {NODE} or newer, with npm");
    }
    Ok(())
}

fn npm_packages(project: &Project) -> Result<()> {
    let modified = |path: &str| fs::metadata(project.path(path)).and_then(|file| file.modified());
    let wanted = modified("package-lock.json").context("cannot read package-lock.json")?;
    if modified("node_modules/.package-lock.json").is_ok_and(|installed| installed >= wanted) {
        return Ok(());
    }
    // The install scripts are not needed: they only look up binaries, which are separate packages.
    let args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    step("npm ci", || run(Command::new("npm").args(args).current_dir(project.root())))
}

/// A program that `cargo install` installs for this repository: its name, its package, and the version to have.
type Tool<'a> = (&'a str, &'a str, &'a str);

/// Installs worker-build, and the wasm-bindgen that fits the library of that name. Neither is in npm, and worker-build would
/// download its own from yet another host.
fn worker_tools(project: &Project) -> Result<()> {
    let bindgen = project.locked_version("wasm-bindgen")?;
    cargo_tools(
        project,
        &[("worker-build", "worker-build", WORKER_BUILD), ("wasm-bindgen", "wasm-bindgen-cli", &bindgen)],
    )
}

/// Installs cargo-semver-checks, which only `cargo xtask semver` needs.
pub(crate) fn semver_checks(project: &Project) -> Result<()> {
    cargo_tools(project, &[("cargo-semver-checks", "cargo-semver-checks", SEMVER_CHECKS)])
}

fn cargo_tools(project: &Project, tools: &[Tool<'_>]) -> Result<()> {
    let missing: Vec<_> = tools
        .iter()
        .filter(|(program, _, version)| {
            let installed = output(Command::new(project.cargo_bin(program)).arg("--version"));
            installed.as_deref().and_then(|text| text.split(' ').next_back()) != Some(*version)
        })
        .map(|(_, package, version)| format!("{package}@{version}"))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let target = project.target("tools");
    step(&format!("installing {} (some minutes, once)", missing.join(" and ")), || {
        // Without optimisation they compile in two thirds of the time, and still run for a fraction of a second only.
        let mut cargo = Command::new("cargo");
        cargo
            .args(["install", "--force", "--root"])
            .arg(project.path(".tools"))
            .args(&missing)
            .env("CARGO_TARGET_DIR", &target)
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "256")
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
            .env("CARGO_PROFILE_RELEASE_STRIP", "true")
            .current_dir(project.root());
        run(&mut cargo)
    })?;
    // Almost a gigabyte, which is not needed any more.
    let _ = fs::remove_dir_all(target);
    Ok(())
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
