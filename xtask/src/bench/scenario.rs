//! The scenarios: which clients join which rooms, and what they send.

mod churn;
mod growth;
mod profiles;
mod size;
mod traffic;
mod wake;

use std::ops::Range;

use anyhow::{Context, Result};
use bench_load::{Clients, Format, Kind, Round};
use cargo_websocket_do::{project::Project, step::step};

use super::{
    Scenario,
    candidate::{Ability, Program},
    figures::Series,
    report::Section,
    server::Server,
};

/// Runs a scenario; returns its section of the report.
pub(super) fn run(project: &Project, scenario: Scenario, programs: &[Program], quick: bool) -> Result<Section> {
    step(&format!("measuring: {scenario:?}"), || match scenario {
        Scenario::One => traffic::one(programs, quick),
        Scenario::Calls => traffic::calls(programs, quick),
        Scenario::Receivers => traffic::receivers(programs, quick),
        Scenario::Rooms => traffic::rooms(programs, quick),
        Scenario::Wake => wake::wake(programs, quick),
        Scenario::Churn => churn::churn(programs, quick),
        Scenario::Growth => growth::growth(programs, quick),
        Scenario::Size => size::size(programs, quick),
        Scenario::Profiles => profiles::profiles(project, programs, quick),
    })
}

/// A participant of a scenario.
struct Candidate {
    name: String,
    ability: Ability,
    /// Not shared with the same program in another format, as V8 optimises for the input it sees.
    server: Server,
    format: Format,
    clients: Clients,
}

/// Starts each program that has the ability, in each of its formats, and checks that it works.
fn candidates<'a>(programs: impl IntoIterator<Item = &'a Program>, least: Ability) -> Result<Vec<Candidate>> {
    let mut candidates = Vec::new();
    for program in programs.into_iter().filter(|program| program.ability >= least) {
        for &format in program.formats {
            let (name, ability) = (program.label(format), program.ability);
            let server = Server::start(program, format)?;
            check(&server, format, ability).with_context(|| format!("{name} does not behave as expected"))?;
            let clients = Clients::new(server.process, server.port, format)?;
            candidates.push(Candidate { name, ability, server, format, clients });
        }
    }
    Ok(candidates)
}

fn check(server: &Server, format: Format, ability: Ability) -> Result<()> {
    Clients::check(server.port, "checked", format, Kind::Chat)?;
    if ability > Ability::Forward {
        Clients::check(server.port, "checked", format, Kind::Unknown)?;
    }
    if ability == Ability::Call {
        Clients::check(server.port, "checked", format, Kind::Call)?;
    }
    Ok(())
}

/// Runs rounds in which the candidates take turns. The first one changes from round to round.
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

/// Adds rounds to those of each candidate.
fn append(all: &mut Vec<Series>, more: Vec<Series>) {
    if all.is_empty() {
        *all = more;
        return;
    }
    for (all, more) in all.iter_mut().zip(more) {
        all.rounds.extend(more.rounds);
    }
}
