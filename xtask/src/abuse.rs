//! `cargo xtask abuse`: what the local host does under clients that ask for too much, and on a disk that fails.
//!
//! Every scenario has a server process of its own, clients that are raw sockets, and limits in count and time.

mod disk;
mod flood;
mod peer;
mod quiet;
mod report;
mod server;
mod worker;

use std::time::Duration;

use anyhow::Result;
use clap::{Args, ValueEnum};

use self::{
    report::Report,
    server::{Built, Outcome},
};
use crate::{project::Project, step::step};

/// How much is tried.
#[derive(Args)]
pub(crate) struct Options {
    /// Two seconds a scenario, with a server that is not optimised.
    #[arg(long)]
    quick: bool,
    /// Only these scenarios.
    #[arg(long, value_name = "SCENARIO")]
    only: Vec<Scenario>,
    /// Also measure workerd under the same clients. Its figures have no limit.
    #[arg(long)]
    workerd: bool,
}

impl Options {
    /// Just enough to see that every limit is there that does not depend on the speed of the machine.
    pub(crate) fn smoke() -> Self {
        let all = Scenario::value_variants().iter().copied();
        Self { quick: true, only: all.filter(|it| *it != Scenario::Neighbours).collect(), workerd: false }
    }
}

/// What can be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Scenario {
    /// A message whose last fragment never comes.
    Fragments,
    /// Broadcasts to clients that do not read.
    Broadcasts,
    /// Pings from a client that does not read.
    Pings,
    /// Messages from a client that does not read the answers.
    Flood,
    /// Messages while a handler waits.
    Awaiting,
    /// Bodies of 200 MiB.
    Bodies,
    /// `kill -9` under 20 writers.
    Kill,
    /// A full disk, and space again.
    FullDisk,
    /// The latency of a room that does not write beside four that do.
    Neighbours,
}

/// Tries everything, prints the report, and fails where a limit is broken.
pub(crate) fn abuse(project: &Project, options: &Options) -> Result<()> {
    let time = Duration::from_secs(if options.quick { 2 } else { 8 });
    let built = step("building the rooms", || Built::new(project, options.quick))?;
    let mut report = Report::default();
    let scenarios = Scenario::value_variants().iter().filter(|it| options.only.is_empty() || options.only.contains(it));
    for &scenario in scenarios.clone() {
        report.add(&name(scenario), &step(&name(scenario), || local(scenario, &built, time)));
    }
    println!("{}", report.text());
    if options.workerd {
        let scenarios: Vec<_> = scenarios.copied().collect();
        println!("{}", worker::report(project, &scenarios, time)?);
    }
    report.finish()
}

fn name(scenario: Scenario) -> String {
    scenario.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

fn local(scenario: Scenario, built: &Built, time: Duration) -> Result<Outcome> {
    match scenario {
        Scenario::Kill => disk::kill(built, time),
        Scenario::FullDisk => disk::full(built, time),
        Scenario::Neighbours => quiet::neighbours(built, time),
        _ => {
            let server = built.start()?;
            let before = server.memory()?;
            let detail = flood::run(scenario, server.port(), time)?;
            server.outcome(before, detail)
        }
    }
}
