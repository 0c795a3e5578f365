//! The `Retry-After` header of a refusal.

use std::time::{Duration, UNIX_EPOCH};

use http::{HeaderMap, header};

use super::clock::since_epoch;

/// Reads `Retry-After` in either of its forms: seconds, or a date.
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

    fn read(value: &str) -> Option<Duration> {
        let value = value.parse().expect("the value of a header");
        retry_after(&HeaderMap::from_iter([(header::RETRY_AFTER, value)]))
    }

    #[test]
    fn both_forms_are_read() {
        assert_eq!(read("120"), Some(Duration::from_mins(2)));
        assert_eq!(read("Fri, 31 Dec 1999 23:59:59 GMT"), Some(Duration::ZERO), "a date in the past");
        let soon = httpdate::fmt_http_date(SystemTime::now() + Duration::from_mins(10));
        assert!(read(&soon).is_some_and(|wait| (500..=600).contains(&wait.as_secs())), "{soon}");
        assert_eq!([read("soon"), read("-1"), read("")], [None, None, None]);
    }
}
