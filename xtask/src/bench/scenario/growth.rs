//! Rooms that grow.

use anyhow::Result;
use bench_load::Kind;

use super::{Candidate, candidates, turns};
use crate::bench::{
    candidate::{Ability, BASELINE, OURS, Program, RUST},
    figures::{Per, Series},
    report::{Goal, Section, micros},
};

/// How many deliveries a round has, at least.
const DELIVERIES: usize = 10_000;
/// How many messages that only their sender is answered.
const ANSWERS: usize = 400;

/// What counts as flat: no more growth than this beside that of the baseline, which shows what workerd itself does.
pub(super) const FLAT: f64 = 1.10;

/// From 10 sockets in a room to 5,000: what a delivery costs, and what a message that concerns one alone.
pub(super) fn growth(programs: &[Program], quick: bool) -> Result<Section> {
    let (rounds, sizes) = if quick { (2, vec![10, 100]) } else { (8, vec![10, 100, 1000, 5000]) };
    // A process may not have as many sockets as one more would need.
    let others: Vec<_> = programs.iter().filter(|program| program.name != RUST).collect();
    let mut candidates = candidates(others, Ability::Quiet)?;
    let (mut deliveries, mut answers) = (Vec::new(), Vec::new());
    for size in &sizes {
        for candidate in &mut candidates {
            candidate.crowd.fill(&format!("quiet-{:?}", candidate.format), *size)?;
            candidate.crowd.settle()?;
        }
        let said =
            |candidate: &mut Candidate| candidate.crowd.run(0..1, Kind::Said, DELIVERIES.div_ceil(*size).max(4), 2);
        let unknown = |candidate: &mut Candidate| candidate.crowd.run(0..1, Kind::Unknown, ANSWERS, 8);
        turns(&mut candidates, 0..3, said)?;
        deliveries.push(turns(&mut candidates, 0..rounds, said)?);
        turns(&mut candidates, 0..3, unknown)?;
        answers.push(turns(&mut candidates, 0..rounds, unknown)?);
    }
    let mut section = Section::new(
        "Growth",
        "One room that grows: what a delivery costs when a message goes to everyone, and what a message costs that is answered to\n\
         its sender alone, while all the others are silent. What everyone pays more with more sockets is workerd's and the kernel's.",
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
    let growth = |place: usize| {
        let cost = |size: &Vec<Series>| Some(size.get(place)?.cost(per).middle);
        Some(cost(figures.last()?)? / cost(figures.get(many)?)?)
    };
    let mut rows = Vec::new();
    let names = figures.first().into_iter().flatten().map(|series| &series.name);
    let baseline = names.clone().position(|name| name == BASELINE).and_then(growth).unwrap_or(f64::NAN);
    for (place, name) in names.enumerate() {
        let growth = growth(place).unwrap_or(f64::NAN);
        let mut row = vec![name.clone()];
        row.extend(figures.iter().filter_map(|size| Some(micros(size.get(place)?.cost(per)))));
        row.push(format!("**{growth:.2}**"));
        rows.push(row);
        if name.starts_with(OURS) {
            let what = format!("{name}: growth of {what} from {from} to {to} sockets, × {BASELINE}'s");
            section.goal(Goal::at_most(what, FLAT, growth / baseline));
        }
    }
    section.table(&head, rows);
}
