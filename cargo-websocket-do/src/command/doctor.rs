//! `cargo websocket-do doctor`.

use std::path::Path;

use anyhow::{Result, bail};
use cargo_websocket_do::doctor::{self, Check, Status};
use clap::Args;

use super::{Selection, print_json};

#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    selection: Selection,
    /// Print the checks as JSON on stdout.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(options: &Options, here: &Path) -> Result<()> {
    let mut checks = doctor::machine();
    match options.selection.find(here) {
        Ok((project, member)) => checks.extend(doctor::worker(&project, &member)),
        Err(error) => checks.push(Check {
            name: "package",
            status: Status::Problem,
            found: format!("{error:#}"),
            cure: Some("run it in the folder of a project; `cargo websocket-do new NAME` creates one".to_owned()),
        }),
    }
    if options.json {
        print_json(&checks)?;
    } else {
        for check in &checks {
            let mark = match check.status {
                Status::Ok => "ok     ",
                Status::Later => "later  ",
                Status::Problem => "PROBLEM",
            };
            println!("{mark}  {}: {}", check.name, check.found);
            if let Some(cure) = &check.cure {
                println!("         {cure}");
            }
        }
    }
    match checks.iter().filter(|check| check.status == Status::Problem).count() {
        0 => Ok(()),
        1 => bail!("1 problem"),
        many => bail!("{many} problems"),
    }
}
