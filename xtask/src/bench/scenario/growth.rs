//! The cost of a message by the size of its room.

use anyhow::Result;
use bench_load::Kind;

use super::{Candidate, candidates, turns};
use crate::bench::{
    candidate::{Ability, BASELINE, OURS, Program, RUST},
    figures::{Per, Series},
    report::{Goal, Section, micros},
};

/// The minimum of deliveries in a round.
const DELIVERIES: usize = 10_000;
/// The number of messages in a round that are answered to their sender alone.
const ANSWERS: usize = 400;

/// The limit of growth as a multiple of that of the baseline, which shows the share of workerd itself.
pub(super) const FLAT: f64 = 1.10;

/// One room with 10 to 5,000 sockets: the cost of a delivery, and of a message that is answered to its sender alone.
pub(super) fn growth(programs: &[Program], quick: bool) -> Result<Section> {
    let (rounds, sizes) = if quick { (2, vec![10, 100]) } else { (8, vec![10, 100, 1000, 5000]) };
    // One more program would exceed the limit of sockets of a process.
    let others: Vec<_> = programs.iter().filter(|program| program.name != RUST).collect();
    let mut candidates = candidates(others, Ability::Quiet)?;
    let (mut deliveries, mut answers) = (Vec::new(), Vec::new());
    for size in &sizes {
        for candidate in &mut candidates {
            candidate.clients.fill(&format!("quiet-{:?}", candidate.format), *size)?;
            candidate.clients.settle()?;
        }
        let chat =
            |candidate: &mut Candidate| candidate.clients.run(0..1, Kind::Chat, DELIVERIES.div_ceil(*size).max(4), 2);
        let unknown = |candidate: &mut Candidate| candidate.clients.run(0..1, Kind::Unknown, ANSWERS, 8);
        turns(&mut candidates, 0..3, chat)?;
        deliveries.push(turns(&mut candidates, 0..rounds, chat)?);
        turns(&mut candidates, 0..3, unknown)?;
        answers.push(turns(&mut candidates, 0..rounds, unknown)?);
    }
    let mut section = Section::new(
        "Growth",
        "One room that grows: the cost of a delivery when a message goes to all, and of a message that is answered to its\n\
         sender alone while all others are silent. An increase that all programs share is that of workerd and the kernel.",
    );
    table(&mut section, "a delivery", &sizes, Per::Delivery, &deliveries);
    table(&mut section, "a message among silent sockets", &sizes, Per::Message, &answers);
    Ok(section)
}

fn table(section: &mut Section, what: &str, sizes: &[usize], per: Per, figures: &[Vec<Series>]) {
    let mut head = vec![format!("CPU µs {what}")];
    head.extend(sizes.iter().map(|size| format!("{size} sockets")));
    // With fewer sockets, the cost of the message itself dominates that of its deliveries.
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
