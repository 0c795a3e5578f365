//! Cross-origin resource sharing: which pages of other origins may read an app's responses.

use std::{fmt::Display, time::Duration};

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

use super::Response;

/// Lets browsers give pages of other origins access to an app's responses
/// ([CORS](https://developer.mozilla.org/docs/Web/HTTP/Guides/CORS)). Set it with [`App::cors`](crate::App::cors).
///
/// The app answers preflight requests itself, with 204: `OPTIONS` requests with the headers `Origin` and
/// `Access-Control-Request-Method`. Other `OPTIONS` requests reach the room's routes. Every other response, errors included, gets
/// the headers that belong to its request's `Origin`; a header of the same name that a handler has set is replaced.
///
/// CORS restricts what pages can read, not what they can send: a request from an origin that is not allowed still reaches the room.
/// Nor does it apply to a WebSocket: check `Origin` in `#[connect]` if only some pages may connect.
///
/// ```
/// use std::time::Duration;
///
/// # use websocket_do_runtime::{App, server::http::{Cors, Method, header}};
/// let cors = Cors::new()
///     .origins(["https://example.com", "http://localhost:5173"])
///     .methods([Method::GET, Method::POST, Method::DELETE])
///     .headers([header::CONTENT_TYPE])
///     .max_age(Duration::from_hours(1));
/// let app = App::new().cors(cors);
/// ```
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Cors {
    origins: Origins,
    methods: Vec<Method>,
    headers: Vec<HeaderName>,
    exposed_headers: Vec<HeaderName>,
    credentials: bool,
    max_age: Option<Duration>,
}

#[derive(Debug, Clone)]
enum Origins {
    Any,
    List(Vec<HeaderValue>),
}

impl Default for Origins {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl Cors {
    /// Creates a setting that allows no origin.
    pub fn new() -> Self {
        Self::default()
    }

    /// Allows these origins, such as `https://example.com`, in place of those set before. The `Origin` of a request must equal one
    /// of them.
    ///
    /// # Panics
    /// Panics if a string is not an origin as browsers send it: a scheme and a host in lower case, and the port unless it is the
    /// scheme's default, without a path.
    pub fn origins(mut self, origins: impl IntoIterator<Item: Into<String>>) -> Self {
        let origins = origins.into_iter().map(Into::into).inspect(|origin: &String| {
            assert!(is_origin(origin), "expected an origin such as `https://example.com`, found `{origin}`");
        });
        self.origins = Origins::List(origins.filter_map(|origin| origin.parse().ok()).collect());
        self
    }

    /// Allows every origin, by `*`. Conflicts with [`credentials`](Self::credentials).
    pub fn any_origin(mut self) -> Self {
        self.origins = Origins::Any;
        self
    }

    /// Allows these methods, in place of those set before. Browsers always allow `GET`, `HEAD` and `POST`.
    pub fn methods(mut self, methods: impl IntoIterator<Item = Method>) -> Self {
        self.methods = methods.into_iter().collect();
        self
    }

    /// Allows these request headers, in place of those set before. A JSON body needs `content-type`, and a token `authorization`.
    pub fn headers(mut self, headers: impl IntoIterator<Item = HeaderName>) -> Self {
        self.headers = headers.into_iter().collect();
        self
    }

    /// Lets pages read these response headers, in place of those set before. Without it they can read only a few, such as
    /// `content-type`.
    pub fn exposed_headers(mut self, headers: impl IntoIterator<Item = HeaderName>) -> Self {
        self.exposed_headers = headers.into_iter().collect();
        self
    }

    /// Allows requests with cookies and HTTP authentication. Conflicts with [`any_origin`](Self::any_origin).
    pub fn credentials(mut self) -> Self {
        self.credentials = true;
        self
    }

    /// Sets how long browsers may cache the answer to a preflight request. Without it they cache it for 5 seconds.
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = Some(max_age);
        self
    }

    /// Panics if settings conflict.
    pub(crate) fn check(&self) {
        let any = matches!(self.origins, Origins::Any);
        assert!(
            !(any && self.credentials),
            "`any_origin` conflicts with `credentials`; list the allowed origins instead"
        );
    }

    /// Returns the response to a preflight request, or [`None`] if the request is none.
    pub(crate) fn preflight(&self, method: &Method, headers: &HeaderMap) -> Option<Response> {
        let is_preflight = method == Method::OPTIONS && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        let origin = headers.get(header::ORIGIN).filter(|_| is_preflight)?;
        let mut response = Response::default();
        *response.status_mut() = StatusCode::NO_CONTENT;
        if self.allowed(origin).is_some() {
            let methods = list(&self.methods).map(|methods| (header::ACCESS_CONTROL_ALLOW_METHODS, methods));
            let headers = list(&self.headers).map(|headers| (header::ACCESS_CONTROL_ALLOW_HEADERS, headers));
            let max_age = self.max_age.map(|age| (header::ACCESS_CONTROL_MAX_AGE, age.as_secs().into()));
            response.headers_mut().extend([methods, headers, max_age].into_iter().flatten());
        }
        Some(response)
    }

    /// Returns the headers of the response to a request from `origin`. Each replaces the response's own, except that `vary` is
    /// added to it.
    pub(crate) fn response_headers(
        &self,
        origin: Option<&HeaderValue>,
    ) -> impl Iterator<Item = (HeaderName, HeaderValue)> + use<> {
        // Caches must not give one origin the response to another.
        let is_list = matches!(self.origins, Origins::List(_));
        let vary = is_list.then(|| (header::VARY, HeaderValue::from_static("origin")));
        let allowed = origin.and_then(|origin| self.allowed(origin));
        let when_allowed = |header| allowed.is_some().then_some(header).flatten();
        let credentials = self.credentials.then(|| HeaderValue::from_static("true"));
        let credentials = credentials.map(|value| (header::ACCESS_CONTROL_ALLOW_CREDENTIALS, value));
        let exposed = list(&self.exposed_headers).map(|names| (header::ACCESS_CONTROL_EXPOSE_HEADERS, names));
        let (credentials, exposed) = (when_allowed(credentials), when_allowed(exposed));
        let allowed = allowed.map(|value| (header::ACCESS_CONTROL_ALLOW_ORIGIN, value));
        [vary, allowed, credentials, exposed].into_iter().flatten()
    }

    /// Returns the value of `access-control-allow-origin`, or [`None`] if the origin is not allowed.
    fn allowed(&self, origin: &HeaderValue) -> Option<HeaderValue> {
        match &self.origins {
            Origins::Any => Some(HeaderValue::from_static("*")),
            Origins::List(origins) => origins.contains(origin).then(|| origin.clone()),
        }
    }
}

/// Adds a header to a response as [`Cors::response_headers`] says.
pub(crate) fn add_header(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    if name == header::VARY {
        headers.append(name, value);
    } else {
        headers.insert(name, value);
    }
}

/// Returns a comma-separated list, or [`None`] if it is empty.
fn list(items: &[impl Display]) -> Option<HeaderValue> {
    let text = items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if text.is_empty() { None } else { text.parse().ok() }
}

/// Whether a browser can send this as `Origin`, the opaque origin `null` aside.
fn is_origin(text: &str) -> bool {
    let Some((scheme, authority)) = text.split_once("://") else { return false };
    let is_default_port = match scheme {
        "http" => authority.ends_with(":80"),
        "https" => authority.ends_with(":443"),
        _ => false,
    };
    let is_visible = |byte: u8| byte.is_ascii_graphic() && !byte.is_ascii_uppercase() && !b"/?#@*,".contains(&byte);
    !scheme.is_empty()
        && !authority.is_empty()
        && !is_default_port
        && (scheme.bytes().chain(authority.bytes())).all(is_visible)
}

#[cfg(test)]
mod tests;
