//! Chat messages: one client, many clients in one room, many rooms.

use anyhow::Result;
use bench_load::Kind;

use super::{Candidate, append, candidates, turns};
use crate::bench::{
    candidate::{Ability, Program},
    figures::{Per, Series},
    report::Section,
};

/// One client with 8 messages in flight.
pub(super) fn one(programs: &[Program], quick: bool) -> Result<Section> {
    // V8 compiles wasm in tiers, rarely called functions last: with fewer messages, the compiler would be measured.
    let (warm, rounds, messages) = if quick { (1, 3, 300) } else { (15, 6, 8000) };
    let series = run(
        programs,
        &Traffic { kind: Kind::Chat, rooms: 1, members: 1, window: 8, messages, warm, rounds, starts: starts(quick) },
    )?;
    let mut section = Section::new(
        "One client",
        "One client in a room, which keeps 8 chat messages of 68 characters in flight and receives each of them; the \
         first 120,000 are not counted.",
    );
    section.costs("a message", Per::Message, &series);
    section.limits("one client", Per::Message, &series, [1.00, 1.05]);
    Ok(section)
}

/// One client with 8 calls in flight.
pub(super) fn calls(programs: &[Program], quick: bool) -> Result<Section> {
    let (warm, rounds, messages) = if quick { (1, 3, 300) } else { (15, 6, 8000) };
    let traffic =
        Traffic { kind: Kind::Call, rooms: 1, members: 1, window: 8, messages, warm, rounds, starts: starts(quick) };
    let series = run(programs, &traffic)?;
    let mut section = Section::new(
        "Calls",
        "One client in a room, which keeps 8 calls for the history in flight and receives a list of one message of 68 \
         characters for each; the first 120,000 are not counted.",
    );
    section.costs("a call", Per::Message, &series);
    section.limits("calls", Per::Message, &series, [1.10, 1.10]);
    Ok(section)
}

/// One sender and 200 receivers, the sender among them.
pub(super) fn receivers(programs: &[Program], quick: bool) -> Result<Section> {
    let (warm, rounds, messages) = if quick { (1, 3, 10) } else { (20, 16, 40) };
    let series = run(
        programs,
        &Traffic { kind: Kind::Chat, rooms: 1, members: 200, window: 2, messages, warm, rounds, starts: starts(quick) },
    )?;
    let mut section = Section::new(
        "200 receivers",
        "200 clients in a room, one of which sends chat messages, 2 at a time. A message is delivered when all 200 have received it.",
    );
    section.costs("a delivery", Per::Delivery, &series);
    section.limits("200 receivers", Per::Delivery, &series, [1.00, 1.00]);
    Ok(section)
}

/// 100 rooms of two.
pub(super) fn rooms(programs: &[Program], quick: bool) -> Result<Section> {
    let (warm, rounds, messages) = if quick { (1, 3, 5) } else { (4, 10, 20) };
    let series = run(
        programs,
        &Traffic { kind: Kind::Chat, rooms: 100, members: 2, window: 1, messages, warm, rounds, starts: 1 },
    )?;
    let mut section = Section::new(
        "100 rooms",
        "100 rooms with two clients each. In every room one of them sends a message as soon as both have received the last one.",
    );
    section.costs("a message", Per::Message, &series);
    Ok(section)
}

/// How often all processes are started: V8 compiles the same code differently, by up to 10 %, from start to start.
pub(super) fn starts(quick: bool) -> usize {
    if quick { 1 } else { 4 }
}

/// The rooms, their members and the messages of a scenario.
pub(super) struct Traffic {
    pub(super) kind: Kind,
    pub(super) rooms: usize,
    pub(super) members: usize,
    pub(super) window: usize,
    /// The messages in each room, in a round.
    pub(super) messages: usize,
    /// Rounds after each start that are not counted.
    pub(super) warm: usize,
    pub(super) rounds: usize,
    pub(super) starts: usize,
}

/// Runs all rounds, after as many starts as are wanted.
pub(super) fn run(programs: &[Program], traffic: &Traffic) -> Result<Vec<Series>> {
    let mut all = Vec::new();
    for _ in 0..traffic.starts {
        append(&mut all, run_once(programs, traffic)?);
    }
    Ok(all)
}

fn run_once(programs: &[Program], traffic: &Traffic) -> Result<Vec<Series>> {
    let mut candidates =
        candidates(programs, if traffic.kind == Kind::Call { Ability::Call } else { Ability::Forward })?;
    for candidate in &mut candidates {
        for room in 0..traffic.rooms {
            candidate.clients.fill(&format!("{:?}-{room}", candidate.format), traffic.members)?;
        }
        candidate.clients.settle()?;
    }
    let round = |candidate: &mut Candidate| {
        // The one that writes to the disk is so much slower that the others would rarely get their turns.
        let messages =
            if candidate.ability == Ability::Chat { traffic.messages.div_ceil(20) } else { traffic.messages };
        candidate.clients.run(0..traffic.rooms, traffic.kind, messages, traffic.window)
    };
    turns(&mut candidates, 0..traffic.warm, round)?;
    turns(&mut candidates, 0..traffic.rounds, round)
}
