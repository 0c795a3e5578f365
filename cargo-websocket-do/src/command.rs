//! The subcommands: their options, and what each does.

pub(crate) mod build;
pub(crate) mod deploy;
pub(crate) mod dev;
pub(crate) mod doctor;
pub(crate) mod new;

use std::{io::Write, path::Path};

use anyhow::Result;
use cargo_websocket_do::{
    project::{Member, Project},
    tools::Tools,
};
use clap::Args;
use serde::Serialize;

/// Which package of the workspace is meant.
#[derive(Args, Debug, Clone)]
pub(crate) struct Selection {
    /// The package of the Worker; default: that of the current folder, or the only one that is a Worker.
    #[arg(long, short, value_name = "NAME")]
    package: Option<String>,
}

/// A Worker, and the tools that are installed for it.
pub(crate) struct Installed {
    pub(crate) project: Project,
    pub(crate) member: Member,
    pub(crate) tools: Tools,
}

impl Selection {
    /// Finds the Worker without installing anything.
    pub(crate) fn find(&self, here: &Path) -> Result<(Project, Member)> {
        let project = Project::find(here)?;
        let member = project.worker(self.package.as_deref(), here)?.clone();
        Ok((project, member))
    }

    /// Finds the Worker, and installs the tools that are missing.
    pub(crate) fn install(&self, here: &Path) -> Result<Installed> {
        let (project, member) = self.find(here)?;
        let tools = Tools::install(&project, &member.folder)?;
        Ok(Installed { project, member, tools })
    }
}

/// Prints a result for a program, as one line of JSON on stdout.
pub(crate) fn print_json(value: &impl Serialize) -> Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, value)?;
    writeln!(out)?;
    Ok(())
}
