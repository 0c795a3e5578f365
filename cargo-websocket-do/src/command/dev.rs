//! `cargo websocket-do dev`.

use std::path::Path;

use anyhow::Result;
use cargo_websocket_do::{
    process::Parent,
    project::read,
    serve::{self, Ended},
    step::{show, step},
    watch::Snapshot,
    worker::{Profile, compile},
    wrangler_config,
};
use clap::Args;
use serde::Serialize;

use super::{Installed, Selection, print_json};

#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    selection: Selection,
    /// The port to listen on.
    #[arg(long, default_value_t = 8787)]
    port: u16,
    /// Print the address as JSON on stdout when the Worker is ready.
    #[arg(long)]
    json: bool,
    /// Further arguments of `wrangler dev`, for example `-- --env staging`.
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Listening {
    url: String,
}

pub(crate) fn run(options: &Options, here: &Path, parent: &Parent) -> Result<()> {
    let mut worker = options.selection.install(here)?;
    let config = worker.project.wrangler_config(&worker.member.folder)?;
    loop {
        let before = Snapshot::of(worker.project.root());
        // Wrangler ends if its first build fails, and shows a compiler's error in fragments. Here it is shown as it is, and a change is awaited.
        if compiles(&worker, &config) && serve(options, &worker, &config, parent)? == Ended::Parent {
            return Ok(());
        }
        eprintln!("the Worker is not running; waiting for a change of its files ...");
        if !before.wait_for_change(worker.project.root(), parent) {
            return Ok(());
        }
        // The change may be one of a version in Cargo.lock, which needs other tools.
        match options.selection.install(here) {
            Ok(changed) => worker = changed,
            Err(error) => eprintln!("error: {error:#}"),
        }
    }
}

/// Compiles the Worker, with the profile of its build command.
fn compiles(worker: &Installed, config: &Path) -> bool {
    let command = read(config).ok().and_then(|text| wrangler_config::build_command(&text));
    let is_dev = command.is_some_and(|command| command.split_whitespace().any(|word| word == "--dev"));
    let profile = if is_dev { Profile::Dev } else { Profile::Release };
    let compile = || compile(&worker.project, &worker.tools, &worker.member.folder, profile);
    step(&format!("compiling the Worker `{}`", worker.member.name), compile).is_ok()
}

fn serve(options: &Options, worker: &Installed, config: &Path, parent: &Parent) -> Result<Ended> {
    let mut wrangler = serve::wrangler(&worker.project, &worker.tools, config, options.port)?;
    wrangler.args(&options.arguments);
    show(&wrangler);
    serve::serve(&mut wrangler, options.port, parent, || {
        let url = format!("http://127.0.0.1:{}", options.port);
        if options.json {
            // A closed stdout does not end the server.
            let _ = print_json(&Listening { url });
        } else {
            println!("listening on {url}");
        }
    })
}
