//! Building a Worker: cargo for wasm32, then worker-build for its JavaScript.

use std::{
    fs::{self, File},
    io::{Read, Seek, Write},
    path::Path,
    process::Command,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};

use crate::{
    process::run,
    project::Project,
    step::step,
    wasm::{TARGET, Wasm},
};

/// The profile of a build.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Optimised.
    Release,
    /// Unoptimised, with debug assertions.
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

/// Builds the Worker in `package` into its `build` folder, if anything has changed.
pub(crate) fn build(project: &Project, wasm: Wasm, package: &Path, profile: Profile) -> Result<()> {
    let requested = now();
    let name = format!("building the Worker {} with {}'s Rust", package.display(), wasm.name());
    step(&name, || {
        let mut stamp = Stamp::lock(&project.path(package).join("build"))?;
        let kind = format!("{} {}", wasm.name(), profile.folder());
        // Wrangler requests a build for each changed file; a build that began later includes all of the changes.
        if stamp.kind == kind && stamp.began > requested {
            return Ok(());
        }
        let began = now();
        compile(project, wasm, package, profile)?;
        let compiled = compiled(project, wasm, package, profile)?;
        if stamp.kind != kind || stamp.compiled != compiled {
            bundle(project, wasm, package, profile)?;
        }
        stamp.write(&kind, compiled, began)
    })
}

/// Calls cargo as worker-build will: cheap if nothing has changed.
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
        // Without these it downloads its own.
        .env("WASM_BINDGEN_BIN", project.cargo_bin("wasm-bindgen"))
        .env("WASM_OPT_BIN", project.npm_bin("wasm-opt"))
        .env("ESBUILD_BIN", project.npm_bin("esbuild"));
    wasm.prepare(project, &mut worker_build)?;
    run(&mut worker_build)
}

/// When cargo last compiled something.
fn compiled(project: &Project, wasm: Wasm, package: &Path, profile: Profile) -> Result<u128> {
    let library = crate_name(&project.path(package))?;
    let file = project.target(format!("wasm-{}/{TARGET}/{}/{library}.wasm", wasm.name(), profile.folder()));
    let modified = fs::metadata(&file).and_then(|file| file.modified());
    let modified = modified.with_context(|| format!("cargo did not build {}", file.display()))?;
    Ok(nanoseconds(modified))
}

fn now() -> u128 {
    nanoseconds(SystemTime::now())
}

fn nanoseconds(time: SystemTime) -> u128 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos()
}

/// Describes the content of the `build` folder, which is locked while this exists.
struct Stamp {
    file: File,
    kind: String,
    compiled: u128,
    began: u128,
}

impl Stamp {
    fn lock(folder: &Path) -> Result<Self> {
        let open = || {
            fs::create_dir_all(folder)?;
            let options = File::options().create(true).truncate(false).read(true).write(true).to_owned();
            let mut file = options.open(folder.join(".stamp"))?;
            file.lock()?;
            let mut text = String::new();
            file.read_to_string(&mut text)?;
            std::io::Result::Ok((file, text))
        };
        let (file, text) = open().with_context(|| format!("cannot write to {}", folder.display()))?;
        let mut lines = text.lines();
        let kind = lines.next().unwrap_or_default().to_owned();
        let mut time = || lines.next().and_then(|line| line.parse().ok()).unwrap_or_default();
        Ok(Self { file, kind, compiled: time(), began: time() })
    }

    fn write(&mut self, kind: &str, compiled: u128, began: u128) -> Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        write!(self.file, "{kind}\n{compiled}\n{began}\n").context("cannot write the stamp")
    }
}

fn crate_name(package: &Path) -> Result<String> {
    let path = package.join("Cargo.toml");
    let manifest = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut names = manifest.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    let name = names.next().with_context(|| format!("missing `name` in {}", path.display()))?;
    Ok(name.replace('-', "_"))
}
