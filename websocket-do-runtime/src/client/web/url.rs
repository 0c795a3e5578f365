//! URLs as the URL standard reads them, by the platform, which has a parser already.

use web_sys::Url;

use crate::client::connect_request::Parts;

/// The parts of a URL; none if it is not valid.
pub(in crate::client) fn parse(text: &str) -> Option<Parts> {
    let url = Url::new(text).ok()?;
    let (scheme, query) = (url.protocol(), url.search());
    Some(Parts {
        scheme: scheme.trim_end_matches(':').to_owned(),
        has_credentials: !url.username().is_empty() || !url.password().is_empty(),
        host: url.host(),
        path: url.pathname(),
        query: query.strip_prefix('?').unwrap_or_default().to_owned(),
    })
}
