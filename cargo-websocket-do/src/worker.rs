//! Compiling a Worker with cargo, as worker-build will.

use std::{path::Path, process::Command};

use anyhow::Result;

use crate::{process::run, project::Project, tools::Tools, wasm::TARGET};

/// The profile of a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Optimised.
    Release,
    /// Unoptimised, with debug assertions.
    Dev,
}

impl Profile {
    /// The name of cargo's folder for what is built with it.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Dev => "debug",
        }
    }

    /// The option of worker-build for it.
    pub fn option(self) -> &'static str {
        match self {
            Self::Release => "--release",
            Self::Dev => "--dev",
        }
    }
}

/// Compiles the Worker in `folder`. Cheap if nothing has changed, also for worker-build afterwards.
pub fn compile(project: &Project, tools: &Tools, folder: &Path, profile: Profile) -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--lib", "--target", TARGET]).current_dir(folder);
    if profile == Profile::Release {
        cargo.arg("--release");
    }
    tools.wasm.prepare(project, &mut cargo)?;
    run(&mut cargo)
}
