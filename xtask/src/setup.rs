//! Installing the tools: nothing is done twice, and what is missing is said in one line.

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
/// The oldest Node that wrangler accepts.
const NODE: u32 = 20;

/// Makes sure that a Worker can be built and served.
pub(crate) fn setup(project: &Project) -> Result<Wasm> {
    node()?;
    let wasm = Wasm::choose()?;
    npm_packages(project)?;
    cargo_tools(project)?;
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
    // No package needs its install script: they only look for binaries that are packages themselves.
    let args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    step("npm ci", || run(Command::new("npm").args(args).current_dir(project.root())))
}

/// worker-build, and the one wasm-bindgen that fits the library of that name. Neither is in npm, and worker-build's own
/// downloads would come from yet another host.
fn cargo_tools(project: &Project) -> Result<()> {
    let wanted = [
        ("worker-build", "worker-build", WORKER_BUILD.to_owned()),
        ("wasm-bindgen", "wasm-bindgen-cli", project.locked_version("wasm-bindgen")?),
    ];
    let missing: Vec<_> = wanted
        .iter()
        .filter(|(program, _, version)| {
            let installed = output(Command::new(project.cargo_bin(program)).arg("--version"));
            installed.as_deref().and_then(|text| text.split(' ').next_back()) != Some(version)
        })
        .map(|(_, package, version)| format!("{package}@{version}"))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let target = project.target("tools");
    step(&format!("installing {} (some minutes, once)", missing.join(" and ")), || {
        // Unoptimised they are compiled in two thirds of the time, and run for a fraction of a second all the same.
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
    // Almost a gigabyte that nobody needs any more.
    let _ = fs::remove_dir_all(target);
    Ok(())
}

/// A Chromium, for the tests only.
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
