//! Paths with parameters, as `/kick/{id}`.

use percent_encoding::percent_decode_str;

/// The values that stand where a pattern has `{name}`, percent-decoded.
///
/// ```
/// # use websocket_do_runtime::http::match_route;
/// let parameters = match_route("/{room}/seats/{seat}", "/the%20lobby/seats/7").unwrap_or_default();
/// assert_eq!(parameters.get("room"), Some("the lobby"));
/// assert_eq!(parameters.get("seat"), Some("7"));
/// assert_eq!(parameters.get("name"), None);
/// ```
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Parameters(Vec<(&'static str, String)>);

impl Parameters {
    /// The value of `{name}`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
    }

    /// The value of the first parameter.
    pub(crate) fn into_first(self) -> Option<String> {
        self.0.into_iter().next().map(|(_, value)| value)
    }
}

/// Whether `path` is `pattern`, segment by segment. `{name}` stands for one segment that is not empty, decodes as UTF-8
/// and is neither `.` nor `..`.
///
/// ```
/// # use websocket_do_runtime::http::match_route;
/// assert!(match_route("/kick/{seat}", "/kick/7").is_some());
/// assert!(match_route("/kick/{seat}", "/kick/7/now").is_none());
/// assert!(match_route("/kick/{seat}", "/kick/").is_none());
/// ```
pub fn match_route(pattern: &'static str, path: &str) -> Option<Parameters> {
    let (matched, rest) = match_prefix(pattern, path)?;
    rest.is_empty().then_some(matched)
}

/// As [`match_route`] for the beginning of `path`; what follows, if anything, begins with `/`.
pub(crate) fn match_prefix<'p>(pattern: &'static str, path: &'p str) -> Option<(Parameters, &'p str)> {
    let mut parameters = Parameters::default();
    let mut rest = path;
    for expected in pattern.split('/').skip(1) {
        rest = rest.strip_prefix('/')?;
        let (segment, after) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) if !segment.is_empty() => {
                let value = percent_decode_str(segment).decode_utf8().ok()?;
                // URLs take these for steps of the path: on workerd they never arrive.
                if matches!(&*value, "." | "..") {
                    return None;
                }
                parameters.0.push((name, value.into_owned()));
            }
            None if segment == expected => {}
            _ => return None,
        }
        rest = after;
    }
    Some((parameters, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_matches_whole_segments_and_decodes_parameters() {
        assert!(match_route("/info", "/info").is_some());
        assert!(match_route("/info", "/info/").is_none());
        assert!(match_route("/info", "/information").is_none());
        let found = match_route("/kick/{id}/now", "/kick/a%20b%2Fc/now").unwrap();
        assert_eq!(found.get("id"), Some("a b/c"));
        assert!(match_route("/kick/{id}", "/kick/").is_none());
        assert!(match_route("/kick/{id}", "/kick/%ff").is_none());
        assert_eq!(match_route("/kick/{id}", "/kick/100%").unwrap().get("id"), Some("100%"));
    }

    #[test]
    fn a_prefix_leaves_the_rest_of_the_path() {
        let (parameters, rest) = match_prefix("/room/{room}", "/room/lobby/websocket").unwrap();
        assert_eq!((parameters.get("room"), rest), (Some("lobby"), "/websocket"));
        assert!(match_prefix("/room/{room}", "/rooms/lobby").is_none());
    }
}
