//! Coming and going.

use std::time::{Duration, Instant};

use anyhow::Result;
use bench_load::{Round, visit};

use super::{Candidate, candidates, servers, turns};
use crate::bench::{
    candidate::{Ability, Program},
    figures::Per,
    report::Section,
};

/// Clients that come into a room, one after the other, and go again, while someone sits there.
pub(super) fn visits(programs: &[Program], quick: bool) -> Result<Section> {
    let (rounds, visits) = if quick { (3, 20) } else { (25, 50) };
    let servers = servers(programs, Ability::Forward)?;
    let mut candidates = candidates(&servers)?;
    for candidate in &mut candidates {
        candidate.crowd.fill(&format!("{:?}", candidate.format), 1)?;
        candidate.crowd.settle()?;
    }
    let mut round = |candidate: &mut Candidate<'_>| several(candidate, visits);
    turns(&mut candidates, 2, &mut round)?;
    let series = turns(&mut candidates, rounds, round)?;
    let mut section = Section::new(
        "Connect and leave",
        "A client comes into a room, says nothing, and goes with a close that is answered, while another sits there and is told \
         of both (but by the object that only forwards). The latency is that of getting in.",
    );
    section.table("a visit", Per::Message, &series);
    Ok(section)
}

fn several(candidate: &mut Candidate<'_>, visits: u32) -> Result<Round> {
    let room = format!("{:?}", candidate.format);
    let process = candidate.server.process;
    let (cpu, start) = (process.cpu()?, Instant::now());
    let latencies = (0..visits).map(|_| visit(candidate.server.port, &room, candidate.format));
    let mut latencies = latencies.collect::<Result<Vec<_>>>()?;
    let wall = start.elapsed();
    latencies.sort_unstable();
    process.rest()?;
    let cpu = process.cpu()?.saturating_sub(cpu);
    Ok(Round { messages: visits, deliveries: visits, cpu, busy: Duration::ZERO, wall, latencies })
}
