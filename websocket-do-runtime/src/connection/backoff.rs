//! Exponential backoff with full jitter, for reconnecting clients and for the retries of stubs.

use std::time::Duration;

/// A random delay below a bound that starts at `first`, doubles with each attempt and is at most `max`.
///
/// The jitter spreads the reconnects of clients that lost their connection at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Backoff {
    first: Duration,
    max: Duration,
}

impl Backoff {
    pub(crate) fn new(first: Duration, max: Duration) -> Self {
        Self { first, max }
    }

    /// Returns the delay before the `attempt`th attempt, counted from 1. `random` is a number from 0 to 1.
    pub(crate) fn delay(&self, attempt: u32, random: f64) -> Duration {
        let factor = 1_u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX);
        let bound = self.first.saturating_mul(factor).min(self.max);
        Duration::try_from_secs_f64(bound.as_secs_f64() * random.clamp(0.0, 1.0)).unwrap_or(bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff = Backoff { first: Duration::from_millis(500), max: Duration::from_secs(20) };

    #[test]
    fn the_bound_doubles_up_to_a_maximum() {
        let bounds: Vec<_> = (1..=8).map(|attempt| BACKOFF.delay(attempt, 1.0).as_millis()).collect();
        assert_eq!(bounds, [500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000]);
        assert_eq!(BACKOFF.delay(u32::MAX, 1.0), Duration::from_secs(20));
    }

    #[test]
    fn the_delay_is_a_random_part_of_the_bound() {
        assert_eq!(BACKOFF.delay(2, 0.5), Duration::from_millis(500));
        assert_eq!(BACKOFF.delay(2, 0.0), Duration::ZERO);
        let unbounded = Backoff::new(Duration::MAX, Duration::MAX);
        assert_eq!(unbounded.delay(9, 1.0), Duration::MAX);
    }
}
