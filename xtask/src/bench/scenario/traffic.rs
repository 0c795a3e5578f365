//! Rooms in which people talk: one alone, many in one room, many rooms.

use anyhow::Result;
use bench_load::Kind;

use super::{Candidate, append, candidates, turns};
use crate::bench::{
    candidate::{Ability, Program},
    figures::{Per, Series},
    report::Section,
};

/// One client that has 8 messages on their way.
pub(super) fn one(programs: &[Program], quick: bool) -> Result<Section> {
    // V8 compiles wasm in tiers, and what is called seldom last: after fewer messages the compiler is measured, not the room.
    let (warm, rounds, messages) = if quick { (1, 3, 300) } else { (15, 6, 8000) };
    let series =
        talk(programs, &Talk { rooms: 1, members: 1, window: 8, messages, warm, rounds, sittings: sittings(quick) })?;
    let mut section = Section::new(
        "One client",
        "One client in a room, which always has 8 chat messages of 68 characters on their way and gets each of them back; the \
         first 120,000 do not count.",
    );
    section.costs("a message", Per::Message, &series);
    section.limits("one client", Per::Message, &series, [1.00, 1.05]);
    Ok(section)
}

/// One sender and 200 receivers, the sender among them.
pub(super) fn receivers(programs: &[Program], quick: bool) -> Result<Section> {
    let (warm, rounds, messages) = if quick { (1, 3, 10) } else { (20, 16, 40) };
    let series =
        talk(programs, &Talk { rooms: 1, members: 200, window: 2, messages, warm, rounds, sittings: sittings(quick) })?;
    let mut section = Section::new(
        "200 receivers",
        "200 clients in a room, one of which sends chat messages, 2 at a time. A message has arrived when all 200 have it.",
    );
    section.costs("a delivery", Per::Delivery, &series);
    section.limits("200 receivers", Per::Delivery, &series, [1.00, 1.00]);
    Ok(section)
}

/// 100 rooms of two.
pub(super) fn rooms(programs: &[Program], quick: bool) -> Result<Section> {
    let (warm, rounds, messages) = if quick { (1, 3, 5) } else { (4, 10, 20) };
    let series = talk(programs, &Talk { rooms: 100, members: 2, window: 1, messages, warm, rounds, sittings: 1 })?;
    let mut section = Section::new(
        "100 rooms",
        "100 rooms with two clients each. In every room one of them sends a message as soon as both have the one before.",
    );
    section.costs("a message", Per::Message, &series);
    Ok(section)
}

/// How often everything is started anew: what a compiler makes of the very same code differs by a tenth from start to start.
pub(super) fn sittings(quick: bool) -> usize {
    if quick { 1 } else { 4 }
}

/// Who talks to whom, and how much.
pub(super) struct Talk {
    pub(super) rooms: usize,
    pub(super) members: usize,
    pub(super) window: usize,
    /// In each room, a round.
    pub(super) messages: usize,
    /// Rounds that do not count, in each sitting.
    pub(super) warm: usize,
    pub(super) rounds: usize,
    pub(super) sittings: usize,
}

/// Lets everyone talk.
pub(super) fn talk(programs: &[Program], talk: &Talk) -> Result<Vec<Series>> {
    let mut all = Vec::new();
    for _ in 0..talk.sittings {
        append(&mut all, sitting(programs, talk)?);
    }
    Ok(all)
}

fn sitting(programs: &[Program], talk: &Talk) -> Result<Vec<Series>> {
    let mut candidates = candidates(programs, Ability::Forward)?;
    for candidate in &mut candidates {
        for room in 0..talk.rooms {
            candidate.crowd.fill(&format!("{:?}-{room}", candidate.format), talk.members)?;
        }
        candidate.crowd.settle()?;
    }
    let round = |candidate: &mut Candidate| {
        // Who writes to the disk takes so much longer that the others would hardly get their turns.
        let messages = if candidate.ability == Ability::Chat { talk.messages.div_ceil(20) } else { talk.messages };
        candidate.crowd.run(0..talk.rooms, Kind::Said, messages, talk.window)
    };
    turns(&mut candidates, 0..talk.warm, round)?;
    turns(&mut candidates, 0..talk.rounds, round)
}
