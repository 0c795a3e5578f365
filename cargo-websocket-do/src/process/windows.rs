//! Process trees of Windows.

use std::{
    io,
    process::{Child, Command, ExitStatus, Stdio},
};

use anyhow::{Context, Result};

use super::{name, output};

/// A running program, which is stopped with its descendants when this is dropped.
pub struct Group {
    child: Child,
}

impl Group {
    /// Starts a program.
    pub fn start(command: &mut Command) -> Result<Self> {
        let name = name(command);
        let child = command.stdin(Stdio::null()).spawn().with_context(|| format!("cannot run `{name}`"))?;
        Ok(Self { child })
    }

    /// The id of the program's process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The exit status of the program, if it has ended.
    pub fn exited(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// The program's stdout and stderr, if they are pipes.
    pub fn pipes(&mut self) -> [Option<Box<dyn io::Read + Send>>; 2] {
        [
            self.child.stdout.take().map(|pipe| Box::new(pipe) as _),
            self.child.stderr.take().map(|pipe| Box::new(pipe) as _),
        ]
    }

    /// Not known on Windows: always an error.
    pub fn members(&self, _name: &str) -> Result<Vec<u32>> {
        anyhow::bail!("processes are not listed on Windows")
    }

    /// Kills the program and its descendants.
    pub fn kill(&self) {
        // Windows has no signals, and a killed process does not take its children along.
        let _ = output(Command::new("taskkill").args(["/T", "/F", "/PID", &self.child.id().to_string()]));
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
