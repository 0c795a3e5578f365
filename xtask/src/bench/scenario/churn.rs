//! Clients that connect and leave.

use anyhow::Result;

use super::{Candidate, candidates, turns};
use crate::bench::{
    candidate::{Ability, Program},
    figures::Per,
    report::Section,
};

/// Clients that join a room and leave it, one at a time, while another client stays.
pub(super) fn churn(programs: &[Program], quick: bool) -> Result<Section> {
    let (rounds, connections) = if quick { (3, 20) } else { (25, 50) };
    let mut candidates = candidates(programs, Ability::Forward)?;
    for candidate in &mut candidates {
        candidate.clients.fill(&room(candidate), 1)?;
        candidate.clients.settle()?;
    }
    let round = |candidate: &mut Candidate| candidate.clients.churn(&room(candidate), connections);
    turns(&mut candidates, 0..3, round)?;
    let series = turns(&mut candidates, 0..rounds, round)?;
    let mut section = Section::new(
        "Connect and leave",
        "A client joins a room, sends nothing, and leaves with a close handshake, while another client stays and is\n\
         notified of both (except by the object that only forwards). The latency is that of the upgrade.",
    );
    section.costs("a connection", Per::Message, &series);
    Ok(section)
}

fn room(candidate: &Candidate) -> String {
    format!("{:?}", candidate.format)
}
