//! `cargo websocket-do build`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use cargo_websocket_do::{
    process::run as run_program,
    step::{show, step},
    worker::Profile,
};
use clap::Args;
use serde::Serialize;

use super::{Selection, print_json};

#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    selection: Selection,
    /// Build without optimisation, with debug assertions.
    #[arg(long)]
    dev: bool,
    /// Print the result as JSON on stdout.
    #[arg(long)]
    json: bool,
    /// Further arguments of worker-build, which passes them on to cargo.
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Built {
    package: String,
    /// The Worker's main file.
    main: PathBuf,
    wasm_bytes: u64,
}

pub(crate) fn run(options: &Options, here: &Path) -> Result<()> {
    let worker = options.selection.install(here)?;
    let profile = if options.dev { Profile::Dev } else { Profile::Release };
    let mut worker_build = worker.tools.worker_build(&worker.project, &worker.member.folder)?;
    worker_build.arg(profile.option()).args(&options.arguments);
    show(&worker_build);
    step(&format!("building the Worker `{}`", worker.member.name), || run_program(&mut worker_build))?;
    let folder = worker.member.folder.join("build");
    let wasm = folder.join("index_bg.wasm");
    let wasm_bytes =
        fs::metadata(&wasm).with_context(|| format!("worker-build did not write {}", wasm.display()))?.len();
    if options.json {
        return print_json(&Built { package: worker.member.name, main: folder.join("index.js"), wasm_bytes });
    }
    eprintln!("built {}, with {} KiB of wasm", folder.join("index.js").display(), wasm_bytes.div_ceil(1024));
    Ok(())
}
