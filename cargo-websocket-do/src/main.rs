//! `cargo websocket-do`: creates, serves and deploys projects with rooms.

mod command;

use std::{path::PathBuf, process::ExitCode};

use cargo_websocket_do::process::Parent;
use clap::{Parser, Subcommand};

use crate::command::{build, deploy, dev, doctor, new};

/// Cargo starts the program with its own name as the first argument.
#[derive(Parser)]
#[command(name = "cargo", bin_name = "cargo")]
enum Cargo {
    #[command(name = "websocket-do", version, about, arg_required_else_help = true)]
    WebsocketDo {
        #[command(subcommand)]
        command: Command,
    },
}

/// Creates, serves and deploys typed WebSocket rooms on Cloudflare Durable Objects.
#[derive(Subcommand)]
enum Command {
    /// Create a project in a new folder.
    New(new::Options),
    /// Serve the Worker on workerd, on 127.0.0.1, and build it again when a file changes: `wrangler dev`.
    Dev(dev::Options),
    /// Build the Worker into its folder `build`: `worker-build`.
    Build(build::Options),
    /// Build the Worker and deploy it to Cloudflare: `wrangler deploy`.
    Deploy(deploy::Options),
    /// Check the tools and the project, and print what to do about each problem.
    Doctor(doctor::Options),
}

fn main() -> ExitCode {
    let parent = Parent::of_this_process();
    let Cargo::WebsocketDo { command } = Cargo::parse();
    let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let result = match command {
        Command::New(options) => new::run(&options, &here),
        Command::Dev(options) => dev::run(&options, &here, &parent),
        Command::Build(options) => build::run(&options, &here),
        Command::Deploy(options) => deploy::run(&options, &here),
        Command::Doctor(options) => doctor::run(&options, &here),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
