//! Waking from hibernation.

use std::{thread, time::Duration};

use anyhow::{Result, bail};
use bench_load::{Kind, get};

use super::{Candidate, candidates, servers, turns};
use crate::bench::{
    candidate::{Ability, Program},
    figures::Per,
    report::{Goal, Section},
};

/// Workerd lets an object hibernate after 10 seconds.
const IDLE: Duration = Duration::from_millis(12_500);

/// Rooms with 1, 100 and 2,000 sockets that hibernate, and one message to each, which only its sender is answered.
pub(super) fn wake(programs: &[Program], quick: bool) -> Result<Section> {
    let (cycles, sizes) = if quick { (1, [1, 50, 200]) } else { (5, [1, 100, 2000]) };
    let servers = servers(programs, Ability::Quiet)?;
    let mut candidates = candidates(&servers)?;
    for candidate in &mut candidates {
        for size in sizes {
            candidate.crowd.fill(&format!("quiet-{:?}-{size}", candidate.format), size)?;
        }
        candidate.crowd.settle()?;
    }
    let name = |candidate: &Candidate<'_>| candidate.name.clone();
    let names: Vec<_> = candidates.iter().map(name).collect();
    let mut asleep = sizes.map(|_| Vec::new());
    let mut awake = sizes.map(|_| Vec::new());
    for _ in 0..cycles {
        let before = births(&candidates)?;
        thread::sleep(IDLE);
        for (room, (asleep, awake)) in asleep.iter_mut().zip(&mut awake).enumerate() {
            let mut once = |candidate: &mut Candidate<'_>| candidate.crowd.run(room..room + 1, Kind::Unknown, 1, 1);
            append(asleep, turns(&mut candidates, 1, &mut once)?);
            append(awake, turns(&mut candidates, 1, &mut once)?);
        }
        for ((before, after), name) in before.into_iter().zip(births(&candidates)?).zip(&names) {
            // These rooms, and the one that was asked.
            let _ = (before, after, name);
            if after - before < 3 {
                bail!("the rooms of {name} did not hibernate: {before} births before, {after} after");
            }
        }
    }
    let _ = Goal::json("", 1.0);
    let mut section = Section::new("Waking", "…");
    for (size, (asleep, awake)) in sizes.iter().zip(asleep.iter().zip(&awake)) {
        section.table(&format!("wake {size}"), Per::Message, asleep);
        section.table(&format!("awake {size}"), Per::Message, awake);
    }
    Ok(section)
}

fn append(all: &mut Vec<crate::bench::figures::Series>, more: Vec<crate::bench::figures::Series>) {
    if all.is_empty() {
        *all = more;
    } else {
        for (all, more) in all.iter_mut().zip(more) {
            all.rounds.extend(more.rounds);
        }
    }
}

/// How often each candidate's rooms were made.
fn births(candidates: &[Candidate<'_>]) -> Result<Vec<u32>> {
    candidates.iter().map(|it| Ok(get(it.server.port, "/room/asked/births")?.1.trim().parse()?)).collect()
}
