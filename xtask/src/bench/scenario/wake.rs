//! Waking from hibernation.

use std::{thread, time::Duration};

use anyhow::{Result, bail};
use bench_load::{Kind, get};

use super::{Candidate, append, candidates, growth::FLAT, turns};
use crate::bench::{
    candidate::{Ability, BASELINE, OURS, Program},
    figures::{Per, Series},
    report::{Goal, Section, micros, ratio},
};

/// workerd hibernates an object after 10 idle seconds.
const IDLE: Duration = Duration::from_millis(12_500);

/// Rooms of several sizes that hibernate, and one message to each, which is answered to its sender alone.
pub(super) fn wake(programs: &[Program], quick: bool) -> Result<Section> {
    let (cycles, rooms) = if quick { (1, vec![(1, 2), (50, 2)]) } else { (12, vec![(1, 4), (100, 4), (2000, 2)]) };
    let mut candidates = candidates(programs, Ability::Quiet)?;
    let sizes = || rooms.iter().flat_map(|(size, count)| std::iter::repeat_n(*size, *count));
    for candidate in &mut candidates {
        // The first room to wake is not counted, as it also wakes the process.
        for (room, size) in [1].into_iter().chain(sizes()).enumerate() {
            candidate.clients.fill(&format!("quiet-{:?}-{room}", candidate.format), size)?;
        }
        candidate.clients.settle()?;
    }
    let mut first: Vec<_> = rooms.iter().map(|_| Vec::new()).collect();
    let mut second = first.clone();
    for cycle in 0..cycles {
        let before = constructions(&candidates)?;
        thread::sleep(IDLE);
        turns(&mut candidates, 0..1, |candidate| candidate.clients.run(0..1, Kind::Unknown, 1, 1))?;
        let mut room = 0;
        for ((_, count), (first, second)) in rooms.iter().zip(first.iter_mut().zip(&mut second)) {
            for _ in 0..*count {
                room += 1;
                let turn = room + cycle;
                let once = |candidate: &mut Candidate| candidate.clients.run(room..room + 1, Kind::Unknown, 1, 1);
                append(first, turns(&mut candidates, turn..turn + 1, once)?);
                append(second, turns(&mut candidates, turn..turn + 1, once)?);
            }
        }
        check_hibernation(&candidates, &before, room + 1)?;
    }
    Ok(report(&rooms, &first, &second))
}

/// How often each candidate's rooms were constructed.
fn constructions(candidates: &[Candidate]) -> Result<Vec<usize>> {
    let ask = |candidate: &Candidate| Ok(get(candidate.server.port, "/room/asked/constructions")?.1.trim().parse()?);
    candidates.iter().map(ask).collect()
}

/// Fails unless each room was constructed again, including the one that is asked.
fn check_hibernation(candidates: &[Candidate], before: &[usize], rooms: usize) -> Result<()> {
    for ((before, after), candidate) in before.iter().zip(constructions(candidates)?).zip(candidates) {
        if after - before != rooms + 1 {
            bail!("{}: expected {} constructions, found {}", candidate.name, rooms + 1, after - before);
        }
    }
    Ok(())
}

fn report(rooms: &[(usize, usize)], first: &[Vec<Series>], second: &[Vec<Series>]) -> Section {
    let mut section = Section::new(
        "Waking",
        "One message to each of several hibernated rooms, which is answered to its sender alone (its type is unknown). The run\n\
         fails unless each room has been constructed again. The second message follows right after the first. Another room of\n\
         the process is woken before, as the process was idle too.",
    );
    let mut rows = Vec::new();
    for ((size, _), (first, second)) in rooms.iter().zip(first.iter().zip(second)) {
        let Some(baseline) = first.iter().find(|series| series.name == BASELINE) else { continue };
        for (first, second) in first.iter().zip(second) {
            rows.push(vec![
                first.name.clone(),
                size.to_string(),
                ratio(first.ratio(baseline, Per::Message)),
                micros(first.cost(Per::Message)),
                micros(second.cost(Per::Message)),
                format!("{:.0}", first.latency(50)),
                format!("{:.0}", second.latency(50)),
            ]);
        }
    }
    let against = format!("× {BASELINE}");
    let head = ["", "sockets", &against, "CPU µs, first message", "second", "latency µs, first message", "second"];
    section.table(&head, rows);
    if let ([(least, _), .., (most, _)], [few, .., many]) = (rooms, first) {
        growth(&mut section, [*least, *most], few, many);
    }
    section
}

/// The cost of waking with many sockets relative to few: for each candidate, and for the framework relative to the baseline, as
/// the platform's own share grows too.
fn growth(section: &mut Section, [least, most]: [usize; 2], few: &[Series], many: &[Series]) {
    let pairs = || few.iter().zip(many);
    let Some((few_baseline, many_baseline)) = pairs().find(|(few, _)| few.name == BASELINE) else { return };
    let cost = |series: &Series| series.cost(Per::Message).middle;
    let beside = |series: &Series, baseline| series.ratio(baseline, Per::Message).middle;
    let mut rows = Vec::new();
    for (few, many) in pairs() {
        rows.push(vec![few.name.clone(), format!("**{:.2}**", cost(many) / cost(few))]);
        if few.name.starts_with(OURS) {
            let what = format!("{}: growth of waking from {least} to {most} sockets, × {BASELINE}'s", few.name);
            section.goal(Goal::at_most(what, FLAT, beside(many, many_baseline) / beside(few, few_baseline)));
        }
    }
    section.table(&["", &format!("first message, {most} sockets × {least}")], rows);
}
