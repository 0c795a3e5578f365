//! `cargo websocket-do deploy`.

use std::path::Path;

use anyhow::{Result, bail};
use cargo_websocket_do::step::show;
use clap::Args;

use super::Selection;

#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    selection: Selection,
    /// Upload a new version without deploying it: `wrangler versions upload`.
    #[arg(long)]
    upload: bool,
    /// Further arguments of wrangler, for example `-- --dry-run`.
    #[arg(last = true)]
    arguments: Vec<String>,
}

pub(crate) fn run(options: &Options, here: &Path) -> Result<()> {
    let worker = options.selection.install(here)?;
    let config = worker.project.wrangler_config(&worker.member.folder)?;
    let mut wrangler = worker.tools.wrangler(&worker.project, &config)?;
    let command: &[&str] = if options.upload { &["versions", "upload"] } else { &["deploy"] };
    wrangler.args(command).arg("--config").arg(config).args(&options.arguments);
    show(&wrangler);
    // With the terminal's input, as wrangler asks for a login.
    let status = wrangler.status()?;
    if !status.success() {
        bail!("`wrangler {}` ended with {status}", command.join(" "));
    }
    Ok(())
}
