//! `cargo xtask bench`: the cost of rooms on workerd, compared with the same rooms written by hand.

mod candidate;
mod figures;
mod machine;
mod report;
mod scenario;
mod server;

use anyhow::Result;
use cargo_websocket_do::project::Project;
use clap::{Args, ValueEnum};

use crate::setup;

/// Which scenarios run, and how long.
#[derive(Args)]
pub(crate) struct Options {
    /// Run few rounds, to see whether everything works. The figures are printed, not written.
    #[arg(long)]
    quick: bool,
    /// Run only these scenarios. The figures are printed, not written.
    #[arg(long, value_name = "SCENARIO")]
    only: Vec<Scenario>,
}

impl Options {
    /// The shortest run that checks every candidate.
    pub(crate) fn smoke() -> Self {
        Self { quick: true, only: vec![Scenario::One] }
    }
}

/// A scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Scenario {
    /// One client with several messages in flight.
    One,
    /// One client with several calls in flight.
    Calls,
    /// One sender and 200 receivers.
    Receivers,
    /// Many small rooms.
    Rooms,
    /// Waking from hibernation.
    Wake,
    /// Clients that connect and leave.
    Churn,
    /// From 10 to 5,000 sockets in one room.
    Growth,
    /// Size and cold start.
    Size,
    /// The same room in other release profiles.
    Profiles,
}

/// Builds all candidates, runs the scenarios, and writes BENCHMARKS.md.
pub(crate) fn bench(project: &Project, options: &Options) -> Result<()> {
    let tools = setup::setup(project)?;
    let programs = candidate::build(project, &tools)?;
    let machine = machine::describe(project)?;
    let scenarios = Scenario::value_variants().iter().filter(|it| options.only.is_empty() || options.only.contains(it));
    let mut sections = Vec::new();
    for scenario in scenarios {
        let section = scenario::run(project, *scenario, &programs, options.quick)?;
        // Later scenarios may fail, and this one took minutes.
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
