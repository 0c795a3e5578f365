//! Rules of HTTP that both ends of a connection apply.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};

/// The bytes that are percent-encoded in a path segment and in a query: all but the unreserved characters of RFC 3986.
pub(crate) const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Returns whether a header with a comma-separated list of tokens contains `token`, in any case.
#[cfg(any(feature = "server", not(target_arch = "wasm32")))]
pub(crate) fn has_token(headers: &http::HeaderMap, name: &http::HeaderName, token: &str) -> bool {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|item| item.trim().eq_ignore_ascii_case(token))
}
