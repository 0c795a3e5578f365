//! Routes: methods and paths with parameters, such as `/kick/{id}`.

use http::Method;
use percent_encoding::percent_decode_str;

/// The default maximum size of a request's body in bytes: 1 MiB.
pub const MAX_BODY: usize = 1 << 20;

/// An HTTP route of a room. [`WebSocketDo::ROUTES`](crate::WebSocketDo::ROUTES) lists them, sorted so that the first match is the
/// most specific one: segment by segment, static text before a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    method: &'static str,
    path: &'static str,
    is_internal: bool,
    max_body: Option<usize>,
    /// The name of the handler's method.
    handler: &'static str,
}

/// The [`id`](Route::id) of the fallback.
pub const FALLBACK: (&str, &str) = ("*", "*");

/// The mark of a request that a stub's typed method sends, in the request's extensions. Internal routes handle no other requests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Internal;

impl Internal {
    /// Returns whether the request has the mark.
    pub(crate) fn marks<B>(request: &http::Request<B>) -> bool {
        request.extensions().get::<Self>().is_some()
    }
}

impl Route {
    /// Creates a route with the app's limit of the body size.
    pub const fn new(method: &'static str, path: &'static str) -> Self {
        Self { method, path, is_internal: false, max_body: None, handler: "" }
    }

    /// Creates the fallback, which handles every request that no route handles.
    pub const fn fallback() -> Self {
        Self::new(FALLBACK.0, FALLBACK.1)
    }

    /// Makes the route internal: only a stub's typed method reaches it.
    #[must_use]
    pub const fn internal(self) -> Self {
        Self { is_internal: true, ..self }
    }

    /// Sets the route's maximum body size in bytes.
    #[must_use]
    pub const fn max_body(self, bytes: usize) -> Self {
        Self { max_body: Some(bytes), ..self }
    }

    /// Sets the name of the handler's method, for the log.
    #[must_use]
    pub const fn handler(self, name: &'static str) -> Self {
        Self { handler: name, ..self }
    }

    /// Returns the name of the handler's method.
    pub(crate) const fn method_name(&self) -> &'static str {
        self.handler
    }

    /// Returns the method and the path as they were declared, such as `("GET", "/kick/{seat}")`.
    pub const fn id(&self) -> (&'static str, &'static str) {
        (self.method, self.path)
    }

    /// Returns the route that handles a request, with the values of its parameters. A `HEAD` request without a `HEAD` route goes
    /// to the `GET` route. For a request without the [`Internal`] mark, internal routes do not exist.
    pub(crate) fn find(
        routes: &'static [Self],
        method: &Method,
        path: &str,
        is_internal: bool,
    ) -> Option<(&'static Self, Parameters)> {
        let of = |method: &Method| {
            let mut matching =
                routes.iter().filter(|route| method == route.method && (is_internal || !route.is_internal));
            matching.find_map(|route| Some((route, match_route(route.path, path)?)))
        };
        of(method).or_else(|| (method == Method::HEAD).then(|| of(&Method::GET)).flatten())
    }

    /// Returns the maximum size of the body of a request to this route, in bytes, or [`None`] if the body is not read: the method is
    /// `GET` or `HEAD`.
    pub(crate) fn body_limit(&self, method: &Method, default: usize) -> Option<usize> {
        (method != Method::GET && method != Method::HEAD).then_some(self.max_body.unwrap_or(default))
    }
}

/// The values of a path's parameters, percent-decoded.
///
/// ```
/// # use websocket_do_runtime::server::http::match_route;
/// let parameters = match_route("/{room}/seats/{seat}", "/the%20lobby/seats/7").unwrap_or_default();
/// assert_eq!(parameters.get("room"), Some("the lobby"));
/// assert_eq!(parameters.get("seat"), Some("7"));
/// assert_eq!(parameters.get("name"), None);
/// ```
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Parameters(Vec<(&'static str, String)>);

impl Parameters {
    /// Returns the value of `{name}`, or [`None`] if the pattern has no such parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
    }

    /// Returns the value of the first parameter.
    pub(crate) fn into_first(self) -> Option<String> {
        self.0.into_iter().next().map(|(_, value)| value)
    }
}

/// Matches a path against a pattern, segment by segment, and returns the values of its parameters, or [`None`] if it does not
/// match. `{name}` matches one segment that is not empty, decodes to UTF-8 and is neither `.` nor `..`.
///
/// ```
/// # use websocket_do_runtime::server::http::match_route;
/// assert!(match_route("/kick/{seat}", "/kick/7").is_some());
/// assert!(match_route("/kick/{seat}", "/kick/7/now").is_none());
/// assert!(match_route("/kick/{seat}", "/kick/").is_none());
/// ```
pub fn match_route(pattern: &'static str, path: &str) -> Option<Parameters> {
    let (matched, rest) = match_prefix(pattern, path)?;
    rest.is_empty().then_some(matched)
}

/// Matches the beginning of a path, like [`match_route`], and returns the rest of it, which is empty or begins with `/`.
pub(crate) fn match_prefix<'p>(pattern: &'static str, path: &'p str) -> Option<(Parameters, &'p str)> {
    let mut parameters = Parameters::default();
    let mut rest = path;
    for expected in pattern.split('/').skip(1) {
        rest = rest.strip_prefix('/')?;
        let (segment, after) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) if !segment.is_empty() => {
                let value = percent_decode_str(segment).decode_utf8().ok()?;
                // URL parsers resolve these, so that they never reach a room on workerd.
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

/// Returns a sort key for patterns that match the same path, the most specific first: segment by segment, static text before a
/// parameter, and a longer pattern before a shorter one.
pub(crate) fn specificity(pattern: &str) -> impl Iterator<Item = u8> {
    pattern.split('/').map(|segment| u8::from(segment.starts_with('{'))).chain([2])
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

    const ROUTES: &[Route] = &[
        Route::new("GET", "/x/list"),
        Route::new("POST", "/x/list").max_body(7),
        Route::new("GET", "/x/{a}"),
        Route::new("PUT", "/x/{a}"),
        Route::new("HEAD", "/y/{a}"),
        Route::new("GET", "/y/{b}"),
        Route::new("OPTIONS", "/y/{a}"),
    ];

    #[test]
    fn the_first_route_of_the_method_that_matches_handles_a_request() {
        let id = |method, path| Route::find(ROUTES, &method, path, false).map(|(route, _)| route.id());
        assert_eq!(id(Method::GET, "/x/list"), Some(("GET", "/x/list")));
        assert_eq!(id(Method::GET, "/x/other"), Some(("GET", "/x/{a}")));
        assert_eq!(id(Method::PUT, "/x/list"), Some(("PUT", "/x/{a}")));
        assert_eq!(id(Method::DELETE, "/x/list"), None);
        assert_eq!(id(Method::GET, "/x"), None);
        assert_eq!(id(Method::OPTIONS, "/x/list"), None);
        assert_eq!(id(Method::OPTIONS, "/y/list"), Some(("OPTIONS", "/y/{a}")));
    }

    #[test]
    fn a_head_request_without_a_head_route_goes_to_the_get_route() {
        let id = |path| Route::find(ROUTES, &Method::HEAD, path, false).map(|(route, _)| route.id());
        assert_eq!(id("/x/list"), Some(("GET", "/x/list")));
        assert_eq!(id("/x/other"), Some(("GET", "/x/{a}")));
        assert_eq!(id("/y/1"), Some(("HEAD", "/y/{a}")));
        assert_eq!(id("/x"), None);
    }

    #[test]
    fn an_internal_route_exists_only_for_marked_requests() {
        const ROUTES: &[Route] = &[
            Route::new("GET", "/x/secret").internal(),
            Route::new("POST", "/x/secret").internal().max_body(7),
            Route::new("GET", "/x/{a}"),
        ];
        let path =
            |method, is_internal| Route::find(ROUTES, &method, "/x/secret", is_internal).map(|(route, _)| route.id().1);
        for method in [Method::GET, Method::HEAD] {
            assert_eq!(path(method.clone(), true), Some("/x/secret"), "{method}");
            assert_eq!(path(method.clone(), false), Some("/x/{a}"), "{method}");
        }
        assert_eq!(path(Method::POST, true), Some("/x/secret"));
        assert_eq!(path(Method::POST, false), None);
    }

    #[test]
    fn a_body_is_read_only_for_a_route_that_takes_one() {
        let limit = |method, path| {
            Route::find(ROUTES, &method, path, false).and_then(|(route, _)| route.body_limit(&method, 9))
        };
        assert_eq!(limit(Method::POST, "/x/list"), Some(7));
        assert_eq!(limit(Method::PUT, "/x/list"), Some(9));
        assert_eq!(limit(Method::GET, "/x/list"), None);
        assert_eq!(limit(Method::POST, "/x/other"), None);
        assert_eq!(limit(Method::DELETE, "/x/list"), None);
        assert_eq!(limit(Method::HEAD, "/x/list"), None);
        assert_eq!(limit(Method::HEAD, "/y/1"), None);
        assert_eq!(limit(Method::OPTIONS, "/y/1"), Some(9));
    }

    #[test]
    fn a_prefix_leaves_the_rest_of_the_path() {
        let (parameters, rest) = match_prefix("/room/{room}", "/room/lobby/websocket").unwrap();
        assert_eq!((parameters.get("room"), rest), (Some("lobby"), "/websocket"));
        assert!(match_prefix("/room/{room}", "/rooms/lobby").is_none());
    }
}
