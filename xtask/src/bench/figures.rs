//! From rounds to figures: medians, quartiles, and ratios within a round.

use std::time::Duration;

use bench_load::Round;

/// The rounds of one candidate. The candidates of a scenario take turns, so rounds with the same index are comparable.
#[derive(Clone)]
pub(super) struct Series {
    pub(super) name: String,
    pub(super) rounds: Vec<Round>,
}

/// What a cost is divided by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Per {
    Message,
    Delivery,
}

/// A median and its quartiles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spread {
    pub(super) low: f64,
    pub(super) middle: f64,
    pub(super) high: f64,
}

impl Spread {
    pub(super) fn of(figures: impl IntoIterator<Item = f64>) -> Self {
        let mut figures: Vec<_> = figures.into_iter().collect();
        figures.sort_by(f64::total_cmp);
        let at = |quarter: usize| figures.get((figures.len().saturating_sub(1) * quarter + 2) / 4).copied();
        let at = |quarter| at(quarter).unwrap_or(f64::NAN);
        Self { low: at(1), middle: at(2), high: at(3) }
    }
}

impl Series {
    /// The server's CPU time in microseconds.
    pub(super) fn cost(&self, per: Per) -> Spread {
        Spread::of(self.rounds.iter().map(|round| cost(round, per)))
    }

    /// The cost as a multiple of that of `other`, round by round.
    pub(super) fn ratio(&self, other: &Self, per: Per) -> Spread {
        Spread::of(self.rounds.iter().zip(&other.rounds).map(|(ours, theirs)| cost(ours, per) / cost(theirs, per)))
    }

    /// A percentile of the latency, in microseconds.
    pub(super) fn latency(&self, percent: usize) -> f64 {
        let mut all: Vec<Duration> = self.rounds.iter().flat_map(|round| round.latencies.iter().copied()).collect();
        all.sort_unstable();
        micros(all.get((all.len().saturating_sub(1) * percent) / 100).copied().unwrap_or_default())
    }

    /// The fraction of the time in which the load generator was busy.
    pub(super) fn busy(&self) -> f64 {
        Spread::of(self.rounds.iter().map(|round| round.busy.as_secs_f64() / round.wall.as_secs_f64())).middle
    }
}

fn cost(round: &Round, per: Per) -> f64 {
    let count = if per == Per::Message { round.messages } else { round.deliveries };
    micros(round.cpu) / f64::from(count)
}

pub(super) fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_is_that_of_the_quartiles() {
        assert_eq!(Spread::of([3.0, 1.0, 5.0, 2.0, 4.0]), Spread { low: 2.0, middle: 3.0, high: 4.0 });
        assert_eq!(Spread::of([7.0]), Spread { low: 7.0, middle: 7.0, high: 7.0 });
    }

    #[test]
    fn ratios_are_those_of_the_same_round() {
        let series = |cpu: [u64; 3]| {
            let round = |micros| Round {
                messages: 2,
                deliveries: 4,
                cpu: Duration::from_micros(micros),
                busy: Duration::ZERO,
                wall: Duration::from_secs(1),
                latencies: Vec::new(),
            };
            Series { name: String::new(), rounds: cpu.map(round).into() }
        };
        // The machine was slower in the middle, for both.
        let (ours, theirs) = (series([10, 40, 11]), series([20, 80, 20]));
        assert!((ours.ratio(&theirs, Per::Message).middle - 0.5).abs() < 1e-9);
        assert!((ours.cost(Per::Delivery).middle - 2.75).abs() < 1e-9);
    }
}
