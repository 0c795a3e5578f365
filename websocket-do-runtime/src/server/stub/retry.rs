//! The retry policy of a stub.

use std::time::Duration;

use http::Method;

use crate::connection::backoff::Backoff;

/// The longest delay, longer than any request lasts.
const MAX_DELAY: Duration = Duration::from_hours(24);

/// The retry policy of a stub: which requests are sent again after the platform failed to reach the room, and after which delay.
///
/// Only errors that the platform marks as retryable are retried, each time on a new stub. Responses are not, whatever their status,
/// nor is a room that is overloaded. As the room may have received the request before, only idempotent methods are retried:
/// `GET` and `HEAD`, including upgrades, `OPTIONS`, `PUT` and `DELETE`. [`every_method`](Self::every_method) adds `POST` and `PATCH`.
///
/// ```
/// # use std::time::Duration;
/// # use websocket_do_runtime::server::stub::Retry;
/// let patient = Retry::default().attempts(5).backoff(Duration::from_millis(50), Duration::from_secs(1));
/// # let _ = patient;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    attempts: u32,
    backoff: Backoff,
    every_method: bool,
}

impl Default for Retry {
    /// 3 attempts, with delays below 100 and 200 milliseconds.
    fn default() -> Self {
        let backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(3));
        Self { attempts: 3, backoff, every_method: false }
    }
}

impl Retry {
    /// A single attempt.
    ///
    /// ```
    /// # use websocket_do_runtime::server::stub::Retry;
    /// assert_eq!(Retry::never(), Retry::default().attempts(1));
    /// ```
    pub fn never() -> Self {
        Self::default().attempts(1)
    }

    /// Sets the number of attempts, the first included; 3 by default, at least 1.
    #[must_use]
    pub fn attempts(self, attempts: u32) -> Self {
        Self { attempts: attempts.max(1), ..self }
    }

    /// Sets the delay before an attempt: a random time below a bound that starts at `first`, doubles with each attempt and is at
    /// most `max`; 100 milliseconds and 3 seconds by default.
    #[must_use]
    pub fn backoff(self, first: Duration, max: Duration) -> Self {
        Self { backoff: Backoff::new(first, max.min(MAX_DELAY)), ..self }
    }

    /// Retries `POST` and `PATCH` too, for rooms whose handlers may run twice for one call.
    #[must_use]
    pub fn every_method(self) -> Self {
        Self { every_method: true, ..self }
    }

    /// Whether a request with this method is sent again after `attempts` attempts.
    pub(crate) fn should_retry(&self, method: &Method, attempts: u32) -> bool {
        attempts < self.attempts && (self.every_method || method.is_idempotent())
    }

    /// Returns the delay after `attempts` attempts. `random` is a number from 0 to 1.
    pub(crate) fn delay(&self, attempts: u32, random: f64) -> Duration {
        self.backoff.delay(attempts, random)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_idempotent_methods_are_retried_up_to_a_number() {
        let retry = Retry::default();
        for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE, Method::OPTIONS] {
            assert!(
                retry.should_retry(&method, 1) && retry.should_retry(&method, 2) && !retry.should_retry(&method, 3),
                "{method}"
            );
        }
        for method in [Method::POST, Method::PATCH] {
            assert!(!retry.should_retry(&method, 1), "{method}");
            assert!(
                retry.every_method().should_retry(&method, 2) && !retry.every_method().should_retry(&method, 3),
                "{method}"
            );
        }
        assert!(!Retry::never().should_retry(&Method::GET, 1));
        assert!(!retry.attempts(0).should_retry(&Method::GET, 1));
    }

    #[test]
    fn the_delay_is_below_three_seconds_by_default_and_below_a_day_in_any_case() {
        let retry = Retry::default();
        let bounds: Vec<_> = (1..=7).map(|attempts| retry.delay(attempts, 1.0).as_millis()).collect();
        assert_eq!(bounds, [100, 200, 400, 800, 1600, 3000, 3000]);
        assert_eq!(retry.backoff(Duration::MAX, Duration::MAX).delay(9, 1.0), MAX_DELAY);
    }
}
