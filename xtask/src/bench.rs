//! `cargo xtask bench`: what rooms cost on real workerd, against the same rooms written by hand.

mod candidate;
mod figures;
mod machine;
mod report;
mod scenario;
mod server;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::{project::Project, setup};

/// How much is measured.
#[derive(Args)]
pub(crate) struct Options {
    /// Only see whether everything runs: few rounds, in a minute. The figures are printed and not written.
    #[arg(long)]
    quick: bool,
    /// Only these scenarios. The figures are printed and not written.
    #[arg(long, value_name = "SCENARIO")]
    only: Vec<Scenario>,
}

impl Options {
    /// Just enough to see that all candidates still do what is measured.
    pub(crate) fn smoke() -> Self {
        Self { quick: true, only: vec![Scenario::One] }
    }
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Scenario {
    /// One client with a window.
    One,
    /// One sender and 200 receivers.
    Receivers,
    /// Many small rooms.
    Rooms,
    /// Waking from hibernation.
    Wake,
    /// Coming and going.
    Visits,
    /// From 10 to 5,000 sockets in one room.
    Growth,
    /// Size and cold start.
    Size,
    /// The same room, compiled in other ways.
    Profiles,
}

/// Builds all candidates, lets them run against each other, and writes BENCHMARKS.md.
pub(crate) fn bench(project: &Project, options: &Options) -> Result<()> {
    let wasm = setup::setup(project)?;
    let programs = candidate::build(project, wasm)?;
    let machine = machine::describe(project)?;
    let scenarios = Scenario::value_variants().iter().filter(|it| options.only.is_empty() || options.only.contains(it));
    let mut sections = Vec::new();
    for scenario in scenarios {
        let section = scenario::run(project, *scenario, &programs, options.quick)?;
        // What follows may fail, and this has taken its time.
        eprintln!("{}", section.text());
        sections.push(section);
    }
    let report = report::report(&machine, &sections);
    if options.quick || !options.only.is_empty() {
        println!("{report}");
        return Ok(());
    }
    std::fs::write(project.path("BENCHMARKS.md"), report)?;
    eprintln!("-- written to BENCHMARKS.md");
    Ok(())
}
