//! Adding durations to timestamps and the difference of two, saturating at the ends of the range.

use std::{
    ops::{Add, AddAssign, Sub, SubAssign},
    time::Duration,
};

use super::Timestamp;

/// Returns the time `duration` later, at most [`Timestamp::MAX`]. Less than a millisecond is ignored.
impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)).min(Self::MAX.0))
    }
}

impl AddAssign<Duration> for Timestamp {
    fn add_assign(&mut self, duration: Duration) {
        *self = *self + duration;
    }
}

/// Returns the time `duration` earlier, at least [`Timestamp::MIN`]. Less than a millisecond is ignored.
impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(millis(duration)).max(Self::MIN.0))
    }
}

impl SubAssign<Duration> for Timestamp {
    fn sub_assign(&mut self, duration: Duration) {
        *self = *self - duration;
    }
}

/// Returns the duration since `earlier`, or zero if `earlier` is later, as [`Instant`](std::time::Instant) does.
impl Sub for Timestamp {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        // No difference of two timestamps overflows.
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).unwrap()
    }

    #[test]
    fn durations_are_added_and_subtracted_in_whole_milliseconds() {
        let minute = Duration::from_mins(1);
        assert_eq!(at(-5) + minute, at(59_995));
        assert_eq!(at(-5) - minute, at(-60_005));
        assert_eq!(at(7) + Duration::from_micros(1_999), at(8));
        let mut time = at(1_000);
        time += minute;
        assert_eq!(time, at(61_000));
        time -= minute;
        assert_eq!(time, at(1_000));
    }

    #[test]
    fn sums_saturate_at_the_ends_of_the_range() {
        let millisecond = Duration::from_millis(1);
        assert_eq!(Timestamp::MAX + millisecond, Timestamp::MAX);
        assert_eq!(Timestamp::MIN - millisecond, Timestamp::MIN);
        for time in [Timestamp::MIN, at(0), Timestamp::MAX] {
            assert_eq!(time + Duration::MAX, Timestamp::MAX);
            assert_eq!(time - Duration::MAX, Timestamp::MIN);
        }
    }

    #[test]
    fn a_difference_is_never_below_zero() {
        assert_eq!(at(5) - at(-5), Duration::from_millis(10));
        assert_eq!(at(-5) - at(5), Duration::ZERO);
        assert_eq!(Timestamp::MAX - Timestamp::MIN, Duration::from_hours(4_800_000_000));
        assert_eq!(Timestamp::MIN - Timestamp::MAX, Duration::ZERO);
    }
}
