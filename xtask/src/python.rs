//! Python, for one of the test peers. Tests skip that peer where Python is missing.

use std::{path::PathBuf, process::Command};

use anyhow::Result;
use cargo_websocket_do::{
    process::{output, run},
    project::Project,
    step::step,
};

/// Succeeds if virtual environments are available, and the pinned packages support this version.
const CHECK: &str = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))";

/// Returns whether Python can run the peer.
pub(crate) fn is_available() -> bool {
    output(Command::new("python3").args(["-c", CHECK])).is_some()
}

/// A Python with the pinned packages, in `.tools`.
pub(crate) fn python(project: &Project) -> Result<PathBuf> {
    let folder = project.tools("python");
    let python = folder.join("bin/python");
    // Also fails if the Python it was created from is gone.
    if output(Command::new(&python).args(["-m", "pip", "--version"])).is_none() {
        step("creating a virtual environment for Python", || {
            run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))
        })?;
    }
    // Does nothing, and needs no network, if all is installed.
    let args = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    run(Command::new(&python).args(args).arg(project.path("tests/fixtures/peers/requirements.txt")))?;
    Ok(python)
}
