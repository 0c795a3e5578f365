//! When a stub asks again.

use std::time::Duration;

use http::Method;

/// Longer than any request lasts.
const LONGEST: Duration = Duration::from_hours(24);

/// How often a stub asks a room again that the platform could not reach, and how long it waits before.
///
/// Only errors that the platform marks as retryable are followed by another attempt, on a stub of its own; never those of a room
/// that is overloaded, and never an answer, whatever its status. The platform cannot always tell whether the room had the request
/// before, so only what may be done twice is: `GET` and `HEAD`, upgrades among them, `OPTIONS`, `PUT` and `DELETE`; `POST` and
/// `PATCH` where [`every_method`](Self::every_method) says so.
///
/// ```
/// # use std::time::Duration;
/// # use websocket_do_runtime::stub::Retry;
/// let patient = Retry::default().attempts(5).backoff(Duration::from_millis(50), Duration::from_secs(1));
/// # let _ = patient;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    attempts: u32,
    first: Duration,
    most: Duration,
    every_method: bool,
}

impl Default for Retry {
    /// 3 attempts in all, and delays below 100 milliseconds and below 200.
    fn default() -> Self {
        Self { attempts: 3, first: Duration::from_millis(100), most: Duration::from_secs(3), every_method: false }
    }
}

impl Retry {
    /// Asks once.
    ///
    /// ```
    /// # use websocket_do_runtime::stub::Retry;
    /// assert_eq!(Retry::never(), Retry::default().attempts(1));
    /// ```
    pub fn never() -> Self {
        Self::default().attempts(1)
    }

    /// How many attempts are made in all, at least 1; 3 by default.
    #[must_use]
    pub fn attempts(self, attempts: u32) -> Self {
        Self { attempts: attempts.max(1), ..self }
    }

    /// How long to wait before an attempt: a random time below a bound, which is `first` for the second attempt, doubles
    /// with each, and never exceeds `most`. 100 milliseconds and 3 seconds by default.
    #[must_use]
    pub fn backoff(self, first: Duration, most: Duration) -> Self {
        Self { first, most, ..self }
    }

    /// Repeats `POST` and `PATCH` too: for rooms whose handlers may be called twice where the caller asked once.
    #[must_use]
    pub fn every_method(self) -> Self {
        Self { every_method: true, ..self }
    }

    /// Whether a request of this method may be sent again after so many attempts.
    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "stubs are a Worker's"))]
    pub(crate) fn goes_on(&self, method: &Method, attempts: u32) -> bool {
        attempts < self.attempts && (self.every_method || method.is_idempotent())
    }

    /// How long to wait after so many attempts, with a random number from 0 to 1.
    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "stubs are a Worker's"))]
    pub(crate) fn delay(&self, attempts: u32, random: f64) -> Duration {
        let factor = 1_u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
        self.first.saturating_mul(factor).min(self.most).min(LONGEST).mul_f64(random.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_be_done_twice_is_repeated_and_not_for_ever() {
        let retry = Retry::default();
        for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE, Method::OPTIONS] {
            assert!(retry.goes_on(&method, 1) && retry.goes_on(&method, 2) && !retry.goes_on(&method, 3), "{method}");
        }
        for method in [Method::POST, Method::PATCH] {
            assert!(!retry.goes_on(&method, 1), "{method}");
            assert!(retry.every_method().goes_on(&method, 2) && !retry.every_method().goes_on(&method, 3), "{method}");
        }
        assert!(!Retry::never().goes_on(&Method::GET, 1));
        assert!(!retry.attempts(0).goes_on(&Method::GET, 1));
    }

    #[test]
    fn the_bound_of_the_delay_doubles_up_to_a_cap_and_the_delay_is_anything_below() {
        let retry = Retry::default();
        let bounds: Vec<_> = (1..=7).map(|attempts| retry.delay(attempts, 1.0).as_millis()).collect();
        assert_eq!(bounds, [100, 200, 400, 800, 1600, 3000, 3000]);
        assert_eq!(retry.delay(u32::MAX, 1.0), Duration::from_secs(3));
        assert_eq!(retry.delay(2, 0.5), Duration::from_millis(100));
        assert_eq!(retry.delay(2, 0.0), Duration::ZERO);
        assert_eq!(retry.backoff(Duration::MAX, Duration::MAX).delay(9, 1.0), LONGEST);
    }
}
