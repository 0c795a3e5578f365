//! When a server that refuses wants to be asked again.

use std::time::{Duration, UNIX_EPOCH};

use http::{HeaderMap, header};

use super::clock::since_epoch;

/// What `Retry-After` says, in either of its forms: seconds, or a date.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    value.parse().map(Duration::from_secs).ok().or_else(|| {
        let date = httpdate::parse_http_date(value).ok()?;
        Some(date.duration_since(UNIX_EPOCH).unwrap_or_default().saturating_sub(since_epoch()))
    })
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    fn said(value: &str) -> Option<Duration> {
        let value = value.parse().expect("the value of a header");
        retry_after(&HeaderMap::from_iter([(header::RETRY_AFTER, value)]))
    }

    #[test]
    fn when_to_come_back_is_read_in_both_forms() {
        assert_eq!(said("120"), Some(Duration::from_mins(2)));
        assert_eq!(said("Fri, 31 Dec 1999 23:59:59 GMT"), Some(Duration::ZERO), "that is over");
        let soon = httpdate::fmt_http_date(SystemTime::now() + Duration::from_mins(10));
        assert!(said(&soon).is_some_and(|wait| (500..=600).contains(&wait.as_secs())), "{soon}");
        assert_eq!([said("soon"), said("-1"), said("")], [None, None, None]);
    }
}
