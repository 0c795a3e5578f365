//! Debian's packages, for machines that cannot reach rustup's server.

use std::{env, ffi::OsString, fs, os::unix::fs::symlink, path::Path, process::Command};

use anyhow::{Context, Result, bail};

use crate::{
    process::{output, run},
    project::Project,
};

/// Rust with the sources of its standard library, and the linker: together they build for wasm32 without a ready-made `std`.
const RUST: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-22"];
const LINKER: &str = "/usr/lib/llvm-22/bin/wasm-ld";
const SOURCES: &str = "/usr/lib/rustlib/src/rust/library/Cargo.lock";
/// worker-build takes the target for missing unless this folder exists; `build-std` fills in for what should be in it.
const TARGET: &str = "/usr/lib/rustlib/wasm32-unknown-unknown/lib";
/// The oldest rustc that `worker` accepts.
const OLDEST: u32 = 91;

/// Whether a wasm32 build with Debian's Rust can start right away.
pub(crate) fn rust_is_installed() -> bool {
    let recent = || {
        let version = output(Command::new("/usr/bin/rustc").arg("--version"))?;
        let minor: u32 = version.strip_prefix("rustc 1.")?.split('.').next()?.parse().ok()?;
        Some(minor >= OLDEST)
    };
    let files = [LINKER, SOURCES, TARGET, "/usr/bin/cargo"];
    files.iter().all(|file| Path::new(file).exists()) && recent() == Some(true)
}

/// Installs Debian's Rust.
pub(crate) fn install_rust() -> Result<()> {
    install(&RUST)?;
    run(as_root("mkdir")?.args(["-p", TARGET]))?;
    if !rust_is_installed() {
        bail!("the packages {} are here, but cannot build for wasm32", RUST.join(", "));
    }
    Ok(())
}

/// Lets `command`, and all it starts, build for wasm32 with Debian's Rust.
pub(crate) fn use_rust(project: &Project, command: &mut Command) -> Result<()> {
    let folder = project.path(".tools/debian");
    fs::create_dir_all(&folder)?;
    for program in ["/usr/bin/cargo", "/usr/bin/rustc", "/usr/bin/rustdoc", LINKER] {
        let link = folder.join(program.rsplit('/').next().unwrap_or_default());
        if !link.exists() {
            symlink(program, &link).with_context(|| format!("cannot write {}", link.display()))?;
        }
    }
    for name in ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN", "LD_LIBRARY_PATH"] {
        command.env_remove(name);
    }
    command
        .env("PATH", path_with(&folder)?)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld");
    Ok(())
}

fn path_with(first: &Path) -> Result<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(first.to_owned()).chain(env::split_paths(&path));
    Ok(env::join_paths(folders)?)
}

/// Whether this machine has Debian's Rust, or can get it. Other systems with apt lack these packages.
pub(crate) fn has_rust() -> bool {
    rust_is_installed() || (can_install() && output(Command::new("apt-cache").arg("show").args(RUST)).is_some())
}

/// Whether packages can be installed here without asking anyone.
fn can_install() -> bool {
    output(Command::new("apt-get").arg("--version")).is_some() && as_root("true").is_ok()
}

/// Installs packages.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    let missing = || format!("missing: install the Debian packages {}", packages.join(" "));
    if !can_install() {
        bail!(missing());
    }
    let apt = |args: &[&str]| {
        let options = ["-y", "-qq", "-o", "DPkg::Lock::Timeout=120"];
        let mut apt = as_root("env")?;
        run(apt.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(options).args(args))
    };
    // Fails also where only one of many sources is out of reach, so what counts is the installation.
    let _ = apt(&["update"]);
    apt(&[&["install", "--no-install-recommends"], packages].concat()).with_context(missing)
}

/// A command with the rights to install, if it can be had without a password.
fn as_root(program: &str) -> Result<Command> {
    if output(Command::new("id").arg("-u")).as_deref() == Some("0") {
        return Ok(Command::new(program));
    }
    if output(Command::new("sudo").args(["-n", "true"])).is_none() {
        bail!("neither root nor allowed to use sudo");
    }
    let mut sudo = Command::new("sudo");
    sudo.args(["-n", program]);
    Ok(sudo)
}
