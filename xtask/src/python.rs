//! Python, for one of the peers in the tests: nice to have, and never a reason to fail where it is not.

use std::{path::PathBuf, process::Command};

use anyhow::Result;

use crate::{
    process::{output, run},
    project::Project,
    step::step,
};

/// Succeeds where a virtual environment can be made, and its packages know the Python.
const CHECK: &str = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))";

/// Whether there is a Python for the tests.
pub(crate) fn is_here() -> bool {
    output(Command::new("python3").args(["-c", CHECK])).is_some()
}

/// A Python with the pinned packages, in a folder of this repository.
pub(crate) fn python(project: &Project) -> Result<PathBuf> {
    let folder = project.path(".tools/python");
    let python = folder.join("bin/python");
    // Fails also where the Python that it was made from has gone.
    if output(Command::new(&python).args(["-m", "pip", "--version"])).is_none() {
        step("making a virtual environment for Python", || {
            run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))
        })?;
    }
    // Where all is installed this neither does anything nor asks anyone.
    let args = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    run(Command::new(&python).args(args).arg(project.path("tests/fixtures/peers/requirements.txt")))?;
    Ok(python)
}
