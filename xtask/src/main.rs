//! The repository's own commands: `cargo xtask setup | build | dev | test | bench | abuse`.

mod abuse;
mod bench;
mod debian;
mod dev;
mod host;
mod package;
mod page;
mod process;
mod project;
mod python;
mod setup;
mod step;
mod test;
mod wasm;
mod worker;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use crate::{project::Project, worker::Profile};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Set up, build, serve, test and measure this repository")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what a Worker build needs: the wasm32 target, the pinned cargo and npm tools.
    Setup,
    /// Build a Worker into its `build` folder, from where wrangler takes it.
    Build {
        #[command(flatten)]
        worker: Worker,
        /// Build without optimisation, with debug assertions.
        #[arg(long)]
        dev: bool,
    },
    /// Build a Worker and serve it with wrangler on 127.0.0.1, until interrupted.
    Dev {
        #[command(flatten)]
        worker: Worker,
        /// The port to listen on.
        #[arg(long, default_value_t = 8787)]
        port: u16,
    },
    /// Check and test everything, on both hosts.
    Test {
        /// Only the native part: no wasm32 target, no servers, no browser.
        #[arg(long)]
        quick: bool,
    },
    /// Pack the published crates, and build and test the facade from the packed files alone.
    Package,
    /// Measure rooms on workerd against the same rooms written by hand, and write BENCHMARKS.md.
    Bench(bench::Options),
    /// Try the local host with clients that ask for too much, with crashes and with a full disk.
    Abuse(abuse::Options),
}

#[derive(Args)]
struct Worker {
    /// The folder of the Worker's crate.
    #[arg(long, default_value = "examples/chat")]
    package: PathBuf,
}

fn main() -> ExitCode {
    let parent = std::os::unix::process::parent_id();
    match run(Cli::parse().command, parent) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command, parent: u32) -> anyhow::Result<()> {
    let project = Project::find()?;
    match command {
        Command::Setup => setup::setup(&project).map(drop),
        Command::Build { worker, dev } => {
            let wasm = setup::setup(&project)?;
            let profile = if dev { Profile::Dev } else { Profile::Release };
            worker::build(&project, wasm, &worker.package, profile)
        }
        Command::Dev { worker, port } => {
            let wasm = setup::setup(&project)?;
            worker::build(&project, wasm, &worker.package, Profile::Release)?;
            dev::serve(&project, &worker.package, port, parent)
        }
        Command::Test { quick } => test::test(&project, quick),
        Command::Package => package::package(&project),
        Command::Bench(options) => bench::bench(&project, &options),
        Command::Abuse(options) => abuse::abuse(&project, &options),
    }
}
