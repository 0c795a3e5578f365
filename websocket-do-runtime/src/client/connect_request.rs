//! The request for a session: URL, query and headers.

use std::fmt;

use http::{HeaderName, HeaderValue, Request, Uri, header};
use percent_encoding::utf8_percent_encode;

use super::{ClientError, platform};
use crate::{
    codec::Format,
    connection::{http::RESERVED, printable::line},
};

/// The headers of the handshake, which the caller cannot set.
const RESERVED_HEADERS: [HeaderName; 7] = [
    header::HOST,
    header::CONNECTION,
    header::UPGRADE,
    header::SEC_WEBSOCKET_VERSION,
    header::SEC_WEBSOCKET_KEY,
    header::SEC_WEBSOCKET_PROTOCOL,
    header::SEC_WEBSOCKET_EXTENSIONS,
];

/// A URL parsed by the URL standard: the host in lower case and in ASCII, or an IPv6 address in brackets; path and query
/// percent-encoded.
pub(super) struct ParsedUrl {
    pub(super) scheme: String,
    /// Whether there is a user or a password.
    pub(super) has_credentials: bool,
    /// With the port, if it is not the scheme's default.
    pub(super) host: String,
    pub(super) path: String,
    pub(super) query: String,
}

/// The URL, query and headers of an attempt to connect, as [`Builder::provide`](super::Builder::provide) gets and returns them.
#[derive(Clone)]
pub struct ConnectRequest {
    url: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
}

impl ConnectRequest {
    pub(super) fn new(url: String) -> Self {
        Self { url, query: Vec::new(), headers: Vec::new() }
    }

    /// Replaces the URL, `ws://…` or `wss://…`, with the restrictions of [`Builder::new`](super::Builder::new). Parameters
    /// added with [`query`](Self::query) are kept.
    #[must_use]
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = url.into();
        self
    }

    /// Adds a parameter to the query of the URL, percent-encoded.
    #[must_use]
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Adds a header. Not supported in a browser.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the header `Authorization: Bearer` to this token. Not supported in a browser.
    #[must_use]
    pub fn bearer(mut self, token: impl fmt::Display) -> Self {
        self.headers.retain(|(name, _)| !name.eq_ignore_ascii_case(header::AUTHORIZATION.as_str()));
        self.header(header::AUTHORIZATION.as_str(), format!("Bearer {token}"))
    }

    /// Builds the HTTP request for a session in this format, without the headers of the handshake except for the subprotocol.
    pub(super) fn to_http(&self, format: Option<Format>) -> Result<Request<()>, ClientError> {
        let mut request = Request::new(());
        *request.uri_mut() = self.uri(format)?;
        for (name, value) in &self.headers {
            let name: HeaderName = name.parse().map_err(|_| invalid(format!("`{name}` is not a header name")))?;
            if RESERVED_HEADERS.contains(&name) {
                return Err(invalid(format!("the header `{name}` is part of the handshake; remove it")));
            }
            // The value may be a secret: it is not part of the message.
            let mut value = HeaderValue::from_str(value)
                .map_err(|_| invalid(format!("the value of the header `{name}` is not a header value")))?;
            value.set_sensitive(name == header::AUTHORIZATION);
            request.headers_mut().append(name, value);
        }
        if let Some(format) = format {
            request
                .headers_mut()
                .insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(format.subprotocol()));
        }
        Ok(request)
    }

    /// Returns the format in the query.
    pub(super) fn format(&self) -> Option<Format> {
        format_of(&self.uri(None).ok()?)
    }

    /// Returns the URL without its query, user and password, which may be secrets.
    pub(super) fn printable_url(&self) -> String {
        let Some((scheme, rest)) = self.url.split_once("://") else {
            let end = self.url.find(['?', '#', '@']).unwrap_or(self.url.len());
            return line(self.url.get(..end).unwrap_or_default()).to_string();
        };
        let (authority, path) = rest.split_at(rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len()));
        let (credentials, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        if credentials.is_empty() && port(host).is_err() && path.contains('@') {
            // Part of a password that contains one of these characters.
            return format!("{}://…", line(scheme));
        }
        let end = path.find(['?', '#']).unwrap_or(path.len());
        line(&format!("{scheme}://{host}{}", path.get(..end).unwrap_or_default())).to_string()
    }

    /// Returns the URL with its whole query.
    fn uri(&self, format: Option<Format>) -> Result<Uri, ClientError> {
        let url = self.parse()?;
        // The caller's own query stays as it is written.
        let mut pairs: Vec<String> = url.query.split('&').filter(|pair| !pair.is_empty()).map(str::to_owned).collect();
        let encode = |text| utf8_percent_encode(text, RESERVED);
        pairs.extend(self.query.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))));
        if let Some(format) = format {
            pairs.retain(|pair| form_urlencoded::parse(pair.as_bytes()).all(|(name, _)| name != "format"));
            pairs.push(format!("format={format}"));
        }
        let separator = if pairs.is_empty() { "" } else { "?" };
        format!("{}://{}{}{separator}{}", url.scheme, url.host, url.path, pairs.join("&")).parse().map_err(invalid)
    }

    /// Parses and checks the URL. `http` and `https` become `ws` and `wss`, as in browsers.
    fn parse(&self) -> Result<ParsedUrl, ClientError> {
        let wrong = |reason: &str| invalid(format!("`{}` {reason}", self.printable_url()));
        let Some(mut url) = platform::url::parse(&self.url) else { return Err(wrong(self.parse_error())) };
        match url.scheme.as_str() {
            "ws" | "wss" => {}
            "http" => "ws".clone_into(&mut url.scheme),
            "https" => "wss".clone_into(&mut url.scheme),
            _ => return Err(wrong(SCHEME)),
        }
        if url.has_credentials {
            return Err(wrong("has a user or a password; send them in the `authorization` header or in the query"));
        }
        if self.url.contains('#') {
            return Err(wrong("has a fragment; remove `#` and all after it"));
        }
        match port(&url.host) {
            Ok(Some(0)) | Err(()) => Err(wrong(PORT)),
            Ok(_) => Ok(url),
        }
    }

    /// Returns why the URL is not valid.
    fn parse_error(&self) -> &'static str {
        let url = self.url.trim();
        let Some((scheme, rest)) = url.split_once(':') else { return SCHEME };
        if !["ws", "wss", "http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            return SCHEME;
        }
        let rest = rest.trim_start_matches(['/', '\\']);
        let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        match port(host) {
            Err(()) => PORT,
            Ok(_) if host.is_empty() || host.starts_with(':') => "has no host",
            Ok(_) => "is not a valid URL",
        }
    }
}

const SCHEME: &str = "starts with neither `ws://` nor `wss://`";
const PORT: &str = "has a port that is not a number from 1 to 65535";

/// Returns the port after a host, if there is one.
fn port(host: &str) -> Result<Option<u16>, ()> {
    match host.rsplit_once(':') {
        // A colon of an IPv6 address.
        Some((_, after)) if after.contains(']') => Ok(None),
        Some((_, "")) | None => Ok(None),
        Some((_, port)) => port.parse().map(Some).map_err(drop),
    }
}

impl fmt::Debug for ConnectRequest {
    /// Omits the query and the headers, which may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectRequest").field("url", &self.printable_url()).finish_non_exhaustive()
    }
}

/// Returns the format in the query of a URL.
pub(super) fn format_of(uri: &Uri) -> Option<Format> {
    let mut pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    pairs.find(|(name, _)| name == "format")?.1.parse().ok()
}

pub(super) fn invalid(reason: impl fmt::Display) -> ClientError {
    ClientError::Url(reason.to_string())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn requested(url: &str) -> Result<String, String> {
        let request = ConnectRequest::new(url.to_owned()).to_http(None);
        request.map(|request| request.uri().to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_url_is_read_as_browsers_read_it() {
        for (url, expected) in [
            ("WS://Example.COM", "ws://example.com/"),
            ("Wss://example.com:443/a", "wss://example.com/a"),
            ("ws://example.com:80/", "ws://example.com/"),
            ("http://127.0.0.1:8787/room/a", "ws://127.0.0.1:8787/room/a"),
            ("HTTPS://example.com/", "wss://example.com/"),
            ("ws://[::1]:8080/", "ws://[::1]:8080/"),
            ("ws://[0:0::1]", "ws://[::1]/"),
            ("ws://bücher.example/ü?n=é", "ws://xn--bcher-kva.example/%C3%BC?n=%C3%A9"),
            ("ws://%65xample.com/%zz/%20", "ws://example.com/%zz/%20"),
            (" ws://example.com/a b\n", "ws://example.com/a%20b"),
            ("ws://example.com?x=1", "ws://example.com/?x=1"),
            ("ws://example.com/a/../b/./c", "ws://example.com/b/c"),
            ("ws://example.com/?", "ws://example.com/"),
            ("ws://example.com/@ada?mail=a@b", "ws://example.com/@ada?mail=a@b"),
            ("ws://@example.com/", "ws://example.com/"),
            ("ws://example.com:/", "ws://example.com/"),
        ] {
            assert_eq!(requested(url).as_deref(), Ok(expected), "{url}");
        }
    }

    #[test]
    fn a_format_replaces_that_of_the_url_and_leaves_the_rest_as_it_is() {
        let request = ConnectRequest::new("ws://a/?x=%7e+1&format=json&form%61t=json&y".to_owned()).query("n", "a b");
        let url = |format| request.to_http(format).map(|request| request.uri().to_string());
        assert_eq!(url(None), Ok("ws://a/?x=%7e+1&format=json&form%61t=json&y&n=a%20b".to_owned()));
        assert_eq!(url(Some(Format::MessagePack)), Ok("ws://a/?x=%7e+1&y&n=a%20b&format=msgpack".to_owned()));
        assert_eq!(request.format(), Some(Format::Json));
    }

    #[test]
    fn a_url_that_cannot_be_used_is_an_error_that_names_what_is_wrong_and_no_secret() {
        for (url, wrong) in [
            ("ws://example.com:99999/secret?key=SECRET", "has a port that is not"),
            ("ws://example.com:65536", "has a port that is not"),
            ("ws://example.com:0", "has a port that is not"),
            ("ws://example.com:-1", "has a port that is not"),
            ("ws://example.com:8o8o", "has a port that is not"),
            ("ws://[::1]:99999/", "has a port that is not"),
            ("ws://ada:SECRET@example.com/", "has a user or a password"),
            ("ws://SECRET@example.com/?a=b", "has a user or a password"),
            ("ws://:SECRET@example.com/", "has a user or a password"),
            ("ws://ada:SEC/RET@example.com/", "has a port that is not"),
            ("ws://ada:SEC?RET@example.com/", "has a port that is not"),
            ("ws://ada:SEC#RET@example.com/", "has a port that is not"),
            ("ws://example.com/#top", "has a fragment"),
            ("ws://example.com/#", "has a fragment"),
            ("ws://", "has no host"),
            ("ws://?x=SECRET", "has no host"),
            ("ws://:80/", "has no host"),
            ("wss:///", "has no host"),
            ("ws://exa mple.com", "is not a valid URL"),
            ("ws://[::1", "is not a valid URL"),
            ("ws://300.1.1.1", "is not a valid URL"),
            ("", "starts with neither"),
            ("?key=SECRET", "starts with neither"),
            ("/room/a?key=SECRET", "starts with neither"),
            ("example.com:80/?key=SECRET", "starts with neither"),
            ("ftp://example.com", "starts with neither"),
            ("javascript:alert(1)", "starts with neither"),
            ("w\u{1b}[2Js\n://example.com", "starts with neither"),
        ] {
            let error = requested(url).expect_err(url);
            assert!(error.contains(wrong), "{url}: {error}");
            assert!(!error.contains("SEC") && !error.contains("RET"), "{url}: {error}");
            assert!(!error.contains(char::is_control), "{error:?}");
        }
    }
}
