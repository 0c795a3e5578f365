//! The repository's own commands; `cargo xtask help` lists them.

mod abuse;
mod bench;
mod host;
mod outside;
mod package;
mod page;
mod python;
mod setup;
mod step;
mod test;
mod worker;

use std::{path::PathBuf, process::ExitCode};

use anyhow::bail;
use cargo_websocket_do::{
    process::Parent,
    serve::{self, Ended},
    worker::Profile,
};
use clap::{Args, Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Set up, build, serve, test and measure this repository")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what Worker builds need: the wasm32 target, the pinned cargo and npm tools.
    Setup,
    /// Build a Worker into its `build` folder, which wrangler serves.
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
    /// Run all checks and tests, on both hosts.
    Test {
        /// Run only the native part, without wasm32, servers and a browser.
        #[arg(long)]
        quick: bool,
    },
    /// Pack the published crates, and build and test the facade from the packed files alone.
    Package,
    /// Create a project from the packed crates in a temporary folder, and serve it on both hosts.
    Outside,
    /// Compare the public API with that of a revision, as nothing is published yet.
    Semver {
        /// The revision to compare with.
        #[arg(long, value_name = "REV", default_value = "main")]
        baseline: String,
    },
    /// Check that the published crates compile with the oldest dependencies that their manifests admit.
    MinimalVersions,
    /// Compare rooms on workerd with the same rooms written by hand, and write BENCHMARKS.md.
    Bench(bench::Options),
    /// Test the local host under hostile clients, crashes and a full disk.
    Abuse(abuse::Options),
}

#[derive(Args)]
struct Worker {
    /// The folder of the Worker's crate.
    #[arg(long, default_value = "examples/chat")]
    package: PathBuf,
}

fn main() -> ExitCode {
    let parent = Parent::of_this_process();
    match run(Cli::parse().command, &parent) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command, parent: &Parent) -> anyhow::Result<()> {
    let project = setup::project()?;
    match command {
        Command::Setup => setup::setup(&project).map(drop),
        Command::Build { worker, dev } => {
            let tools = setup::setup(&project)?;
            let profile = if dev { Profile::Dev } else { Profile::Release };
            worker::build(&project, &tools, &worker.package, profile)
        }
        Command::Dev { worker, port } => {
            let tools = setup::setup(&project)?;
            worker::build(&project, &tools, &worker.package, Profile::Release)?;
            let config = project.wrangler_config(&project.path(&worker.package))?;
            let mut wrangler = host::wrangler(&project, &tools, &config, port)?;
            match serve::serve(&mut wrangler, port, parent, || println!("listening on http://127.0.0.1:{port}"))? {
                Ended::Parent => Ok(()),
                Ended::BeforeReady => bail!("wrangler ended before the Worker was ready"),
            }
        }
        Command::Test { quick } => test::test(&project, quick),
        Command::Package => package::package(&project),
        Command::Outside => test::outside_alone(&project),
        Command::Semver { baseline } => package::semver(&project, &baseline),
        Command::MinimalVersions => package::minimal_versions(&project),
        Command::Bench(options) => bench::bench(&project, &options),
        Command::Abuse(options) => abuse::abuse(&project, &options),
    }
}
