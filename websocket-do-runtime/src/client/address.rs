//! Where a session is asked for: URL, query, headers, and the request that is made of them.

use std::{fmt, fmt::Write as _};

use http::{HeaderName, HeaderValue, Request, Uri, header};

use super::ClientError;
use crate::codec::Format;

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

/// Where a session is asked for, and with what: given to [`Builder::provide`](super::Builder::provide) at each attempt.
#[derive(Clone)]
pub struct Address {
    url: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
}

impl Address {
    pub(super) fn new(url: String) -> Self {
        Self { url, query: Vec::new(), headers: Vec::new() }
    }

    /// Another URL, `ws://…` or `wss://…`. What was added to the query stays.
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

    /// The URL as it may be shown: a query may hold secrets.
    pub(super) fn shown(&self) -> &str {
        self.url.split('?').next().unwrap_or_default()
    }

    /// The URL with all of its query.
    fn uri(&self, format: Option<Format>) -> Result<Uri, ClientError> {
        let url = escape(&self.url, |byte| byte.is_ascii_graphic());
        let uri: Uri = url.parse().map_err(|error| unusable(format!("`{}`: {error}", self.shown())))?;
        let Some(scheme @ ("ws" | "wss")) = uri.scheme_str() else {
            return Err(unusable(format!("`{}` starts with neither `ws://` nor `wss://`", self.shown())));
        };
        let (Some(authority), Some(_)) = (uri.authority(), uri.host().filter(|host| !host.is_empty())) else {
            return Err(unusable(format!("`{}` names no host", self.shown())));
        };
        let mut pairs: Vec<String> = pairs(&uri).map(str::to_owned).collect();
        for (name, value) in &self.query {
            pairs.push(format!("{}={}", escape(name, is_unreserved), escape(value, is_unreserved)));
        }
        if let Some(format) = format {
            pairs.retain(|pair| pair != "format" && !pair.starts_with("format="));
            pairs.push(format!("format={format}"));
        }
        let mark = if pairs.is_empty() { "" } else { "?" };
        let path = if uri.path().is_empty() { "/" } else { uri.path() };
        format!("{scheme}://{authority}{path}{mark}{}", pairs.join("&")).parse().map_err(unusable)
    }
}

impl fmt::Debug for Address {
    /// Without the query and the headers: they may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address").field("url", &self.shown()).finish_non_exhaustive()
    }
}

/// The format that the query of a request names.
pub(super) fn format_of(uri: &Uri) -> Option<Format> {
    pairs(uri).find_map(|pair| pair.strip_prefix("format="))?.parse().ok()
}

pub(super) fn unusable(reason: impl fmt::Display) -> ClientError {
    ClientError::Url(reason.to_string())
}

fn pairs(uri: &Uri) -> impl Iterator<Item = &str> {
    uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty())
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn escape(text: &str, plain: impl Fn(u8) -> bool) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if plain(byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}
