//! The scenarios: who is brought into which rooms, and what is said there.

mod churn;
mod growth;
mod profiles;
mod size;
mod traffic;
mod wake;

use std::ops::Range;

use anyhow::{Context, Result};
use bench_load::{Clients, Format, Kind, Round};

use super::{
    Scenario,
    candidate::{Ability, Program},
    figures::Series,
    report::Section,
    server::Server,
};
use crate::{project::Project, step::step};

/// Runs one scenario, from the start of its servers to its part of the report.
pub(super) fn run(project: &Project, scenario: Scenario, programs: &[Program], quick: bool) -> Result<Section> {
    step(&format!("measuring: {scenario:?}"), || match scenario {
        Scenario::One => traffic::one(programs, quick),
        Scenario::Receivers => traffic::receivers(programs, quick),
        Scenario::Rooms => traffic::rooms(programs, quick),
        Scenario::Wake => wake::wake(programs, quick),
        Scenario::Visits => churn::visits(programs, quick),
        Scenario::Growth => growth::growth(programs, quick),
        Scenario::Size => size::size(programs, quick),
        Scenario::Profiles => profiles::profiles(project, programs, quick),
    })
}

/// Someone who takes part in a scenario.
struct Candidate {
    name: String,
    ability: Ability,
    /// Its own, also where it is a program that speaks another format elsewhere: each is compiled for what it does.
    server: Server,
    format: Format,
    crowd: Clients,
}

/// Those programs that are able to take part, in each of the formats they speak, after seeing that they do what is measured.
fn candidates<'a>(programs: impl IntoIterator<Item = &'a Program>, least: Ability) -> Result<Vec<Candidate>> {
    let mut candidates = Vec::new();
    for program in programs.into_iter().filter(|program| program.ability >= least) {
        for &format in program.formats {
            let (name, ability) = (program.label(format), program.ability);
            let server = Server::start(program, format)?;
            check(&server, format, ability).with_context(|| format!("{name} is not what it should be"))?;
            let crowd = Clients::new(server.process, server.port, format)?;
            candidates.push(Candidate { name, ability, server, format, crowd });
        }
    }
    Ok(candidates)
}

fn check(server: &Server, format: Format, ability: Ability) -> Result<()> {
    Clients::check(server.port, "checked", format, Kind::Said)?;
    if ability > Ability::Forward {
        Clients::check(server.port, "checked", format, Kind::Unknown)?;
    }
    Ok(())
}

/// Lets all candidates take turns. Who begins depends on the number of the round.
fn turns(
    candidates: &mut [Candidate],
    rounds: Range<usize>,
    mut turn: impl FnMut(&mut Candidate) -> Result<Round>,
) -> Result<Vec<Series>> {
    let name = |candidate: &Candidate| Series { name: candidate.name.clone(), rounds: Vec::new() };
    let mut all: Vec<_> = candidates.iter().map(name).collect();
    for round in rounds {
        for place in 0..candidates.len() {
            let place = (place + round) % candidates.len();
            if let (Some(candidate), Some(series)) = (candidates.get_mut(place), all.get_mut(place)) {
                series.rounds.push(turn(candidate).with_context(|| candidate.name.clone())?);
            }
        }
    }
    Ok(all)
}

/// Adds rounds to those that everyone has had before.
fn append(all: &mut Vec<Series>, more: Vec<Series>) {
    if all.is_empty() {
        *all = more;
        return;
    }
    for (all, more) in all.iter_mut().zip(more) {
        all.rounds.extend(more.rounds);
    }
}
