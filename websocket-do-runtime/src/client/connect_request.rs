//! Where a session is asked for: URL, query, headers, and the request that is made of them.

use std::{fmt, fmt::Write as _};

use http::{HeaderName, HeaderValue, Request, Uri, header};

use super::{ClientError, platform};
use crate::{codec::Format, connection::printable::line};

/// The headers that make the handshake, and are not the caller's to set.
const OWN: [HeaderName; 7] = [
    header::HOST,
    header::CONNECTION,
    header::UPGRADE,
    header::SEC_WEBSOCKET_VERSION,
    header::SEC_WEBSOCKET_KEY,
    header::SEC_WEBSOCKET_PROTOCOL,
    header::SEC_WEBSOCKET_EXTENSIONS,
];

/// A URL as the URL standard reads it: an IPv6 address in brackets, other hosts in lower case and in ASCII, and path and query
/// percent-encoded.
pub(super) struct Parts {
    pub(super) scheme: String,
    /// Whether there is a user or a password.
    pub(super) has_credentials: bool,
    /// With the port, if it is not that of the scheme.
    pub(super) host: String,
    pub(super) path: String,
    pub(super) query: String,
}

/// Where a session is asked for, and with what: given to [`Builder::provide`](super::Builder::provide) at each attempt.
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

    /// Another URL, `ws://…` or `wss://…`, with the limits of [`Builder::new`](super::Builder::new). What was added to the query stays.
    #[must_use]
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = url.into();
        self
    }

    /// Adds to the query of the URL. Name and value are encoded.
    #[must_use]
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Adds a header, which a browser cannot.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sends `Authorization: Bearer` with this token, and no other. A browser cannot.
    #[must_use]
    pub fn bearer(mut self, token: impl fmt::Display) -> Self {
        self.headers.retain(|(name, _)| !name.eq_ignore_ascii_case(header::AUTHORIZATION.as_str()));
        self.header(header::AUTHORIZATION.as_str(), format!("Bearer {token}"))
    }

    /// The request for a session, in which this format is asked for, without what makes the handshake.
    pub(super) fn request(&self, format: Option<Format>) -> Result<Request<()>, ClientError> {
        let mut request = Request::new(());
        *request.uri_mut() = self.uri(format)?;
        for (name, value) in &self.headers {
            let name: HeaderName = name.parse().map_err(|_| unusable(format!("`{name}` is no name of a header")))?;
            if OWN.contains(&name) {
                return Err(unusable(format!("the header `{name}` is part of the handshake")));
            }
            // The value may be a secret: it is not repeated.
            let mut value = HeaderValue::from_str(value)
                .map_err(|_| unusable(format!("the value of the header `{name}` cannot be sent")))?;
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

    /// The format that the query names.
    pub(super) fn format(&self) -> Option<Format> {
        format_of(&self.uri(None).ok()?)
    }

    /// The URL as it may be shown: without the query, a user and a password, which may be secrets.
    pub(super) fn shown(&self) -> String {
        let Some((scheme, rest)) = self.url.split_once("://") else {
            let end = self.url.find(['?', '#', '@']).unwrap_or(self.url.len());
            return line(self.url.get(..end).unwrap_or_default()).to_string();
        };
        let (authority, path) = rest.split_at(rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len()));
        let (credentials, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        if credentials.is_empty() && port(host).is_err() && path.contains('@') {
            // Of a password with such a character this is a part.
            return format!("{}://…", line(scheme));
        }
        let end = path.find(['?', '#']).unwrap_or(path.len());
        line(&format!("{scheme}://{host}{}", path.get(..end).unwrap_or_default())).to_string()
    }

    /// The URL with all of its query.
    fn uri(&self, format: Option<Format>) -> Result<Uri, ClientError> {
        let url = self.parts()?;
        let mut pairs: Vec<String> = pairs(&url.query).map(str::to_owned).collect();
        for (name, value) in &self.query {
            pairs.push(format!("{}={}", escape(name), escape(value)));
        }
        if let Some(format) = format {
            pairs.retain(|pair| pair != "format" && !pair.starts_with("format="));
            pairs.push(format!("format={format}"));
        }
        let mark = if pairs.is_empty() { "" } else { "?" };
        format!("{}://{}{}{mark}{}", url.scheme, url.host, url.path, pairs.join("&")).parse().map_err(unusable)
    }

    /// The URL, if a session can be asked for there. `http` and `https` are `ws` and `wss`, as in browsers.
    fn parts(&self) -> Result<Parts, ClientError> {
        let wrong = |why: &str| unusable(format!("`{}` {why}", self.shown()));
        let Some(mut url) = platform::url::parse(&self.url) else { return Err(wrong(self.why_invalid())) };
        match url.scheme.as_str() {
            "ws" | "wss" => {}
            "http" => "ws".clone_into(&mut url.scheme),
            "https" => "wss".clone_into(&mut url.scheme),
            _ => return Err(wrong(NO_SCHEME)),
        }
        if url.has_credentials {
            return Err(wrong("has a user or a password; send them in the `authorization` header or in the query"));
        }
        if self.url.contains('#') {
            return Err(wrong("has a fragment; remove all from `#` on"));
        }
        match port(&url.host) {
            Ok(Some(0)) | Err(()) => Err(wrong(NO_PORT)),
            Ok(_) => Ok(url),
        }
    }

    /// Why the URL is not valid.
    fn why_invalid(&self) -> &'static str {
        let url = self.url.trim();
        let Some((scheme, rest)) = url.split_once(':') else { return NO_SCHEME };
        if !["ws", "wss", "http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            return NO_SCHEME;
        }
        let rest = rest.trim_start_matches(['/', '\\']);
        let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        match port(host) {
            Err(()) => NO_PORT,
            Ok(_) if host.is_empty() || host.starts_with(':') => "has no host",
            Ok(_) => "is not a valid URL",
        }
    }
}

/// What is wrong with a URL.
const NO_SCHEME: &str = "starts with neither `ws://` nor `wss://`";
const NO_PORT: &str = "has a port that is not a number from 1 to 65535";

/// The port after a host, if there is one.
fn port(host: &str) -> Result<Option<u16>, ()> {
    match host.rsplit_once(':') {
        // A colon of an IPv6 address.
        Some((_, after)) if after.contains(']') => Ok(None),
        Some((_, "")) | None => Ok(None),
        Some((_, port)) => port.parse().map(Some).map_err(drop),
    }
}

impl fmt::Debug for ConnectRequest {
    /// Without the query and the headers: they may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectRequest").field("url", &self.shown()).finish_non_exhaustive()
    }
}

/// The format that the query of a request names.
pub(super) fn format_of(uri: &Uri) -> Option<Format> {
    pairs(uri.query().unwrap_or_default()).find_map(|pair| pair.strip_prefix("format="))?.parse().ok()
}

pub(super) fn unusable(reason: impl fmt::Display) -> ClientError {
    ClientError::Url(reason.to_string())
}

fn pairs(query: &str) -> impl Iterator<Item = &str> {
    query.split('&').filter(|pair| !pair.is_empty())
}

/// Percent-encodes all but what RFC 3986 calls unreserved.
fn escape(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn asked(url: &str) -> Result<String, String> {
        let request = ConnectRequest::new(url.to_owned()).request(None);
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
            assert_eq!(asked(url).as_deref(), Ok(expected), "{url}");
        }
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
            let error = asked(url).expect_err(url);
            assert!(error.contains(wrong), "{url}: {error}");
            assert!(!error.contains("SEC") && !error.contains("RET"), "{url}: {error}");
            assert!(!error.contains(char::is_control), "{error:?}");
        }
    }
}
