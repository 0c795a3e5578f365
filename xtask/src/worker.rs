//! Building a Worker: cargo for wasm32, then worker-build for its JavaScript.

use std::{
    fs::{self, File},
    io::{Read, Seek, Write},
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};

use cargo_websocket_do::{
    process::run,
    project::Project,
    step::step,
    tools::Tools,
    wasm::TARGET,
    worker::{Profile, compile},
};

/// Builds the Worker in `package` into its `build` folder, if anything has changed.
pub(crate) fn build(project: &Project, tools: &Tools, package: &Path, profile: Profile) -> Result<()> {
    let requested = now();
    let name = format!("building the Worker {} with {}'s Rust", package.display(), tools.wasm.name());
    step(&name, || {
        let mut stamp = Stamp::lock(&project.path(package).join("build"))?;
        let kind = format!("{} {}", tools.wasm.name(), profile.folder());
        // Wrangler requests a build for each changed file; a build that began later includes all of the changes.
        if stamp.kind == kind && stamp.began > requested {
            return Ok(());
        }
        let began = now();
        compile(project, tools, &project.path(package), profile)?;
        let compiled = compiled(project, tools, package, profile)?;
        if stamp.kind != kind || stamp.compiled != compiled {
            bundle(project, tools, package, profile)?;
        }
        stamp.write(&kind, compiled, began)
    })
}

fn bundle(project: &Project, tools: &Tools, package: &Path, profile: Profile) -> Result<()> {
    let mut worker_build = tools.worker_build(project, &project.path(package))?;
    worker_build.arg(profile.option());
    run(&mut worker_build)
}

/// When cargo last compiled something.
fn compiled(project: &Project, tools: &Tools, package: &Path, profile: Profile) -> Result<u128> {
    let library = project.member_in(&project.path(package))?.library.as_deref().unwrap_or_default();
    let file = tools.wasm.target(project).join(format!("{TARGET}/{}/{library}.wasm", profile.folder()));
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
