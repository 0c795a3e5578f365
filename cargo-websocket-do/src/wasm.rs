//! The compiler for wasm32: rustup's target, or Debian's Rust.

use std::{env, fs, path::PathBuf, process::Command, time::Duration};

use anyhow::{Context, Result, bail};

use crate::{
    debian,
    process::{output, run_within},
    project::Project,
    step::step,
};

/// The target of Workers.
pub const TARGET: &str = "wasm32-unknown-unknown";
/// The environment variable that forces `rustup` or `debian`.
pub const FORCE: &str = "WEBSOCKET_DO_WASM";
/// How long the download of the target may take.
const TIMEOUT: Duration = Duration::from_mins(2);

/// The source of the compiler for wasm32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wasm {
    /// The toolchain that also builds the native code, with the target added by rustup.
    Rustup,
    /// Debian's Rust, which compiles the standard library from its sources.
    Debian,
}

impl Wasm {
    /// Chooses an installed compiler, or installs one.
    pub fn choose() -> Result<Self> {
        match env::var(FORCE).as_deref() {
            Ok("rustup") => rustup(),
            Ok("debian") => debian(),
            Ok(other) => bail!("unknown `{FORCE}={other}`; expected `rustup` or `debian`"),
            Err(_) if Self::installed() == Some(Self::Debian) => Ok(Self::Debian),
            Err(_) => rustup().or_else(|error| {
                eprintln!("rustup cannot add {TARGET} ({error:#}); trying Debian's Rust");
                debian().with_context(|| format!("no compiler for wasm32: run `rustup target add {TARGET}`, or"))
            }),
        }
    }

    /// The compiler that is installed, if any; `choose` would take it.
    pub fn installed() -> Option<Self> {
        match env::var(FORCE).as_deref() {
            Ok("debian") => debian::rust_is_installed().then_some(Self::Debian),
            _ if target_is_installed() => Some(Self::Rustup),
            _ => debian::rust_is_installed().then_some(Self::Debian),
        }
    }

    /// A short name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rustup => "rustup",
            Self::Debian => "debian",
        }
    }

    /// Cargo's target folder for builds with this compiler: with another rustc, cargo would compile all of it again.
    pub fn target(self, project: &Project) -> PathBuf {
        match self {
            Self::Rustup => project.target(""),
            Self::Debian => project.target("debian"),
        }
    }

    /// Sets the environment in which `command` can build for wasm32.
    pub fn prepare(self, project: &Project, command: &mut Command) -> Result<()> {
        // worker-build sets this, too: cargo shares what it compiles only if the environment is the same.
        command.env("WASM_BINDGEN_USE_JS_SYS", "1");
        match self {
            Self::Rustup => Ok(()),
            Self::Debian => {
                command.env("CARGO_TARGET_DIR", self.target(project));
                debian::use_rust(project, command)
            }
        }
    }
}

/// Asks rustc instead of rustup, as any toolchain with the target will do.
fn target_is_installed() -> bool {
    let folder = output(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]));
    let files = folder.and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten();
    files.flatten().any(|file| file.file_name().to_string_lossy().starts_with("libcore-"))
}

fn rustup() -> Result<Wasm> {
    if !target_is_installed() {
        step(&format!("rustup target add {TARGET}"), || {
            run_within(TIMEOUT, Command::new("rustup").args(["target", "add", TARGET]).env("RUST_BACKTRACE", "0"))?;
            if !target_is_installed() {
                bail!("rustup did not add it to the active toolchain");
            }
            Ok(())
        })?;
    }
    Ok(Wasm::Rustup)
}

fn debian() -> Result<Wasm> {
    if !debian::rust_is_installed() {
        step("installing Debian's Rust, which can build for wasm32", debian::install_rust)?;
    }
    Ok(Wasm::Debian)
}
