//! URLs, parsed by the `url` crate.

use crate::client::connect_request::ParsedUrl;

/// Parses a URL; returns `None` if it is not valid.
pub(in crate::client) fn parse(text: &str) -> Option<ParsedUrl> {
    let url = url::Url::parse(text).ok()?;
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    Some(ParsedUrl {
        scheme: url.scheme().to_owned(),
        has_credentials: !url.username().is_empty() || url.password().is_some_and(|password| !password.is_empty()),
        host: format!("{}{port}", url.host_str().unwrap_or_default()),
        path: url.path().to_owned(),
        query: url.query().unwrap_or_default().to_owned(),
    })
}
