//! Rooms that grow.

use anyhow::Result;
use bench_load::Kind;

use super::{Candidate, candidates, servers, turns};
use crate::bench::{
    candidate::{Ability, OURS, Program, RUST},
    figures::{Per, Series},
    report::{Goal, Section, micros},
};

/// How many deliveries a round has, at least.
const DELIVERIES: usize = 10_000;
/// How many messages that only their sender is answered.
const ANSWERS: usize = 400;

/// What counts as flat: more memory is touched, and caches are not.
const FLAT: f64 = 1.25;

/// From 10 sockets in a room to 5,000: what a delivery costs, and what a message that concerns one alone.
pub(super) fn growth(programs: &[Program], quick: bool) -> Result<Section> {
    let (rounds, sizes) = if quick { (2, vec![10, 100]) } else { (8, vec![10, 100, 1000, 5000]) };
    // A process may not have as many sockets as one more would need.
    let others: Vec<_> = programs.iter().filter(|program| program.name != RUST).collect();
    let servers = servers(others, Ability::Quiet)?;
    let mut candidates = candidates(&servers)?;
    let (mut deliveries, mut answers) = (Vec::new(), Vec::new());
    for size in &sizes {
        for candidate in &mut candidates {
            candidate.crowd.fill(&format!("quiet-{:?}", candidate.format), *size)?;
            candidate.crowd.settle()?;
        }
        let said =
            |candidate: &mut Candidate<'_>| candidate.crowd.run(0..1, Kind::Said, DELIVERIES.div_ceil(*size).max(4), 2);
        let unknown = |candidate: &mut Candidate<'_>| candidate.crowd.run(0..1, Kind::Unknown, ANSWERS, 8);
        turns(&mut candidates, 0..3, said)?;
        deliveries.push(turns(&mut candidates, 0..rounds, said)?);
        turns(&mut candidates, 0..3, unknown)?;
        answers.push(turns(&mut candidates, 0..rounds, unknown)?);
    }
    let mut section = Section::new(
        "Growth",
        "One room that grows: what a delivery costs when a message goes to everyone, and what a message costs that is answered to\n\
         its sender alone, while all the others are silent.",
    );
    tell(&mut section, "a delivery", &sizes, Per::Delivery, &deliveries);
    tell(&mut section, "a message among silent sockets", &sizes, Per::Message, &answers);
    Ok(section)
}

fn tell(section: &mut Section, what: &str, sizes: &[usize], per: Per, figures: &[Vec<Series>]) {
    let mut head = vec![format!("CPU µs {what}")];
    head.extend(sizes.iter().map(|size| format!("{size} sockets")));
    // With fewer, what a message costs by itself weighs on each of its deliveries.
    let many = sizes.iter().position(|size| *size >= 100).unwrap_or_default();
    let (from, to) = (sizes.get(many).copied().unwrap_or_default(), sizes.last().copied().unwrap_or_default());
    head.push(format!("{to} × {from}"));
    let mut rows = Vec::new();
    for place in 0..figures.first().map_or(0, Vec::len) {
        let series: Vec<_> = figures.iter().filter_map(|size| size.get(place)).collect();
        let (Some(few), Some(all)) = (series.get(many), series.last()) else { continue };
        let growth = all.cost(per).middle / few.cost(per).middle;
        let mut row = vec![all.name.clone()];
        row.extend(series.iter().map(|series| micros(series.cost(per))));
        row.push(format!("**{growth:.2}**"));
        rows.push(row);
        if all.name.starts_with(OURS) {
            let what = format!("{}: {what} with {to} sockets, × with {from}", all.name);
            section.goal(Goal::at_most(what, FLAT, growth));
        }
    }
    section.table(&head, rows);
}
