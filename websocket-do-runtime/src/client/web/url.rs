//! URLs, parsed by the platform's own `URL`.

use web_sys::Url;

use crate::client::connect_request::ParsedUrl;

/// Parses a URL; returns `None` if it is not valid.
pub(in crate::client) fn parse(text: &str) -> Option<ParsedUrl> {
    let url = Url::new(text).ok()?;
    let (scheme, query) = (url.protocol(), url.search());
    Some(ParsedUrl {
        scheme: scheme.trim_end_matches(':').to_owned(),
        has_credentials: !url.username().is_empty() || !url.password().is_empty(),
        host: url.host(),
        path: url.pathname(),
        query: query.strip_prefix('?').unwrap_or_default().to_owned(),
    })
}
