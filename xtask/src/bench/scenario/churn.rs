//! Coming and going.

use anyhow::Result;

use super::{Candidate, candidates, turns};
use crate::bench::{
    candidate::{Ability, Program},
    figures::Per,
    report::Section,
};

/// Clients that come into a room, one after the other, and go again, while someone sits there.
pub(super) fn visits(programs: &[Program], quick: bool) -> Result<Section> {
    let (rounds, visits) = if quick { (3, 20) } else { (25, 50) };
    let mut candidates = candidates(programs, Ability::Forward)?;
    for candidate in &mut candidates {
        candidate.crowd.fill(&room(candidate), 1)?;
        candidate.crowd.settle()?;
    }
    let round = |candidate: &mut Candidate| candidate.crowd.visits(&room(candidate), visits);
    turns(&mut candidates, 0..3, round)?;
    let series = turns(&mut candidates, 0..rounds, round)?;
    let mut section = Section::new(
        "Connect and leave",
        "A client comes into a room, says nothing, and goes with a close that is answered, while another sits there and is\n\
         told of both (but by the object that only forwards). The latency is that of getting in.",
    );
    section.costs("a visit", Per::Message, &series);
    Ok(section)
}

fn room(candidate: &Candidate) -> String {
    format!("{:?}", candidate.format)
}
