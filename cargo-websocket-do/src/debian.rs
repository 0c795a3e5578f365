//! Debian's packages, for machines that cannot reach rustup's server.

#[cfg(not(unix))]
use std::fs::hard_link as link_to;
#[cfg(unix)]
use std::os::unix::fs::symlink as link_to;
use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, bail};

use crate::{
    process::{output, prepend_path, run},
    project::Project,
    rustc,
};

/// Rust, the sources of its standard library, and the linker, which together build for wasm32 without a precompiled `std`.
const RUST: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-22"];
const LINKER: &str = "/usr/lib/llvm-22/bin/wasm-ld";
const SOURCES: &str = "/usr/lib/rustlib/src/rust/library/Cargo.lock";
/// worker-build considers the target missing unless this folder exists; with `build-std` it can be empty.
const TARGET: &str = "/usr/lib/rustlib/wasm32-unknown-unknown/lib";

/// Returns whether Debian's Rust is installed and can build for wasm32.
pub fn rust_is_installed() -> bool {
    let files = [LINKER, SOURCES, TARGET, "/usr/bin/cargo"];
    files.iter().all(|file| Path::new(file).exists())
        && rustc::version("/usr/bin/rustc").is_some_and(|version| rustc::is_supported(&version))
}

/// Installs Debian's Rust.
pub fn install_rust() -> Result<()> {
    install(&RUST)?;
    run(as_root("mkdir")?.args(["-p", TARGET]))?;
    if !rust_is_installed() {
        bail!("the packages {} are installed, but cannot build for wasm32", RUST.join(", "));
    }
    Ok(())
}

/// Sets the environment in which `command` builds for wasm32 with Debian's Rust.
pub fn use_rust(project: &Project, command: &mut Command) -> Result<()> {
    let folder = project.tools("debian");
    fs::create_dir_all(&folder)?;
    for program in ["/usr/bin/cargo", "/usr/bin/rustc", "/usr/bin/rustdoc", LINKER] {
        let link = folder.join(program.rsplit('/').next().unwrap_or_default());
        if !link.exists() {
            link_to(program, &link).with_context(|| format!("cannot write {}", link.display()))?;
        }
    }
    for name in ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN", "LD_LIBRARY_PATH"] {
        command.env_remove(name);
    }
    prepend_path(command, &[&folder])?;
    command
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld");
    Ok(())
}

/// Returns whether Debian's Rust is installed or can be. Other systems with apt lack these packages.
pub fn has_rust() -> bool {
    rust_is_installed() || (can_install() && output(Command::new("apt-cache").arg("show").args(RUST)).is_some())
}

/// Returns whether packages can be installed without a password.
fn can_install() -> bool {
    output(Command::new("apt-get").arg("--version")).is_some() && as_root("true").is_ok()
}

/// Installs packages.
pub fn install(packages: &[&str]) -> Result<()> {
    let missing = || format!("missing: install the Debian packages {}", packages.join(" "));
    if !can_install() {
        bail!(missing());
    }
    let apt = |args: &[&str]| {
        let options = ["-y", "-qq", "-o", "DPkg::Lock::Timeout=120"];
        let mut apt = as_root("env")?;
        run(apt.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(options).args(args))
    };
    // Also fails if only one of many sources is unreachable; the installation decides.
    let _ = apt(&["update"]);
    apt(&[&["install", "--no-install-recommends"], packages].concat()).with_context(missing)
}

/// A command that runs as root, or with sudo if that needs no password.
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
