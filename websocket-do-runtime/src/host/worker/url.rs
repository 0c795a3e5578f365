//! Splitting the URL of a request, which the platform has parsed and normalized. A URL parser would add 80 KB of compressed wasm.

/// The origin of a URL, its path, and the rest: query and fragment.
pub(super) fn split(url: &str) -> (&str, &str, &str) {
    let authority = url.find("://").map_or(0, |at| at + 3);
    let after = url.get(authority..).unwrap_or_default();
    let path = after.find(['/', '?', '#']).map_or(url.len(), |at| authority + at);
    let (origin, rest) = url.split_at_checked(path).unwrap_or((url, ""));
    let query = rest.find(['?', '#']).unwrap_or(rest.len());
    let (path, query) = rest.split_at_checked(query).unwrap_or((rest, ""));
    (origin, path, query)
}

/// The same URL with another path.
pub(super) fn with_path(url: &str, path: &str) -> String {
    let (origin, _, query) = split(url);
    let slash = if path.starts_with('/') { "" } else { "/" };
    let path = path.replace('?', "%3F").replace('#', "%23");
    format!("{origin}{slash}{path}{query}")
}
