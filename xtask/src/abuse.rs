//! `cargo xtask abuse`: the local host under hostile clients, crashes and a full disk.
//!
//! Each scenario starts its own server process. Its clients are raw sockets, and it is limited in count and time.

mod disk;
mod flood;
mod neighbours;
mod peer;
mod report;
mod server;
mod worker;

use std::time::Duration;

use anyhow::Result;
use cargo_websocket_do::{project::Project, step::step};
use clap::{Args, ValueEnum};

use self::{
    report::Report,
    server::{Built, Outcome},
};

/// Which scenarios run, and how long.
#[derive(Args)]
pub(crate) struct Options {
    /// Run each scenario for two seconds, with an unoptimised server.
    #[arg(long)]
    quick: bool,
    /// Run only these scenarios.
    #[arg(long, value_name = "SCENARIO")]
    only: Vec<Scenario>,
    /// Also run the clients against workerd, whose figures are printed without a limit.
    #[arg(long)]
    workerd: bool,
}

impl Options {
    /// Every scenario whose limit does not depend on the speed of the machine, for two seconds each.
    pub(crate) fn smoke() -> Self {
        let all = Scenario::value_variants().iter().copied();
        Self { quick: true, only: all.filter(|it| *it != Scenario::Neighbours).collect(), workerd: false }
    }
}

/// A scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Scenario {
    /// A message without a last fragment.
    Fragments,
    /// Broadcasts to clients that do not read.
    Broadcasts,
    /// Pings from a client that does not read.
    Pings,
    /// Messages from a client that does not read the replies.
    Flood,
    /// Messages while a handler awaits.
    Awaiting,
    /// Bodies of 200 MiB.
    Bodies,
    /// `kill -9` under 20 writers.
    Kill,
    /// A full disk, then free space again.
    FullDisk,
    /// The latency of rooms that do not write while four others do.
    Neighbours,
}

/// Runs the scenarios, prints a report, and fails if a limit was exceeded.
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
        Scenario::Neighbours => neighbours::neighbours(built, time),
        _ => {
            let server = built.start()?;
            let before = server.memory()?;
            let detail = flood::run(scenario, server.port(), time)?;
            server.outcome(before, detail)
        }
    }
}
