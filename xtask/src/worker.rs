//! Building a Worker: cargo for wasm32, then worker-build for the JavaScript around it.

use std::{fs, path::Path, process::Command, time::UNIX_EPOCH};

use anyhow::{Context, Result};

use crate::{
    process::run,
    project::Project,
    step::step,
    wasm::{TARGET, Wasm},
};

/// How much the compiler should do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// For speed and size.
    Release,
    /// For debugging.
    Dev,
}

impl Profile {
    fn folder(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Dev => "debug",
        }
    }
}

/// Builds the Worker in `package` into its `build` folder. Nothing happens where nothing has changed.
pub(crate) fn build(project: &Project, wasm: Wasm, package: &Path, profile: Profile) -> Result<()> {
    let what = format!("building the Worker {} with {}'s Rust", package.display(), wasm.name());
    step(&what, || {
        compile(project, wasm, package, profile)?;
        let stamp = project.path(package).join("build/.stamp");
        let now = stamp_of(project, wasm, package, profile)?;
        if fs::read_to_string(&stamp).is_ok_and(|before| before == now) {
            return Ok(());
        }
        bundle(project, wasm, package, profile)?;
        fs::write(&stamp, now).with_context(|| format!("cannot write {}", stamp.display()))
    })
}

/// cargo alone, as worker-build is about to call it: cheap when nothing changed, and strict about warnings where cargo can be.
fn compile(project: &Project, wasm: Wasm, package: &Path, profile: Profile) -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--lib", "--target", TARGET]).current_dir(project.path(package));
    if profile == Profile::Release {
        cargo.arg("--release");
    }
    wasm.prepare(project, &mut cargo)?;
    run(&mut cargo)
}

fn bundle(project: &Project, wasm: Wasm, package: &Path, profile: Profile) -> Result<()> {
    let mut worker_build = Command::new(project.cargo_bin("worker-build"));
    worker_build
        .arg(if profile == Profile::Release { "--release" } else { "--dev" })
        .current_dir(project.path(package))
        // With these it downloads nothing.
        .env("WASM_BINDGEN_BIN", project.cargo_bin("wasm-bindgen"))
        .env("WASM_OPT_BIN", project.npm_bin("wasm-opt"))
        .env("ESBUILD_BIN", project.npm_bin("esbuild"));
    wasm.prepare(project, &mut worker_build)?;
    run(&mut worker_build)
}

/// Changes whenever what is built would change.
fn stamp_of(project: &Project, wasm: Wasm, package: &Path, profile: Profile) -> Result<String> {
    let library = crate_name(&project.path(package))?;
    let file = project.target(format!("wasm-{}/{TARGET}/{}/{library}.wasm", wasm.name(), profile.folder()));
    let modified = fs::metadata(&file).and_then(|file| file.modified());
    let modified = modified.with_context(|| format!("cargo did not build {}", file.display()))?;
    let time = modified.duration_since(UNIX_EPOCH)?.as_nanos();
    Ok(format!("{} {} {time}\n", wasm.name(), profile.folder()))
}

fn crate_name(package: &Path) -> Result<String> {
    let path = package.join("Cargo.toml");
    let manifest = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut names = manifest.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    let name = names.next().with_context(|| format!("no name in {}", path.display()))?;
    Ok(name.replace('-', "_"))
}
