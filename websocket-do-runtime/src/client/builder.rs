//! What a session is asked for with: address, format, query, headers, and how long to wait.

use std::{fmt, fmt::Write as _, marker::PhantomData, time::Duration};

use http::{HeaderName, HeaderValue, Uri, header};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{client::IntoClientRequest, handshake::client::Request};

use super::{ClientError, Connection, TypedClient, transport::Socket};
use crate::{codec::Format, protocol::ClientMessage};

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

/// Asks for a session: `Builder::new(url).format(Format::MessagePack).connect().await`.
pub struct Builder<M: ClientMessage> {
    url: String,
    format: Option<Format>,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    connect_timeout: Duration,
    messages: PhantomData<fn(M)>,
}

impl<M: ClientMessage> Builder<M> {
    /// A session in the room at `url`, `ws://…` or `wss://…`.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            format: None,
            query: Vec::new(),
            headers: Vec::new(),
            connect_timeout: Duration::from_secs(10),
            messages: PhantomData,
        }
    }

    /// Asks for a format, as subprotocol and in the query `format`: a server may know either. Otherwise the session
    /// speaks what `format` in the URL's query says, or JSON.
    #[must_use]
    pub fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// Adds to the query of the URL. Name and value are encoded.
    #[must_use]
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sends `Authorization: Bearer` with this token.
    #[must_use]
    pub fn bearer(self, token: impl fmt::Display) -> Self {
        self.header(header::AUTHORIZATION.as_str(), format!("Bearer {token}"))
    }

    /// How long the whole way to an open session may take; 10 seconds by default.
    #[must_use]
    pub fn connect_timeout(mut self, time: Duration) -> Self {
        self.connect_timeout = time;
        self
    }

    /// Opens the session. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with the server's HTTP answer, if it is not an upgrade; [`ClientError::Url`] for an
    /// address or header that cannot be used; [`ClientError::Transport`], [`ClientError::Timeout`] and
    /// [`ClientError::Subprotocol`] for a server that is not there, not in time, or answers something else.
    pub async fn connect(self) -> Result<M::Client, ClientError>
    where
        M: TypedClient,
    {
        self.open().await.map(M::Client::from)
    }

    async fn open(self) -> Result<Connection<M>, ClientError> {
        let request = self.request()?;
        let spoken = self.format.or_else(|| format_of(request.uri())).unwrap_or_default();
        let (socket, chosen) = timeout(self.connect_timeout, Socket::open(request))
            .await
            .map_err(|_| ClientError::Timeout(self.connect_timeout))??;
        match chosen {
            Some(chosen) if self.format.map(Format::subprotocol) != Some(chosen.as_str()) => {
                Err(ClientError::Subprotocol { offered: self.format, chosen })
            }
            _ => Ok(Connection::new(socket, spoken)),
        }
    }

    pub(crate) fn request(&self) -> Result<Request, ClientError> {
        let mut request = self.uri()?.into_client_request().map_err(unusable)?;
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
        if let Some(format) = self.format {
            request
                .headers_mut()
                .insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(format.subprotocol()));
        }
        Ok(request)
    }

    /// The URL as it may be shown: a query may hold secrets.
    fn address(&self) -> &str {
        self.url.split('?').next().unwrap_or_default()
    }

    /// The URL with all of its query.
    fn uri(&self) -> Result<Uri, ClientError> {
        let url = escape(&self.url, |byte| byte.is_ascii_graphic());
        let uri: Uri = url.parse().map_err(|error| unusable(format!("`{}`: {error}", self.address())))?;
        let Some(scheme @ ("ws" | "wss")) = uri.scheme_str() else {
            return Err(unusable(format!("`{}` starts with neither `ws://` nor `wss://`", self.address())));
        };
        let (Some(authority), Some(_)) = (uri.authority(), uri.host().filter(|host| !host.is_empty())) else {
            return Err(unusable(format!("`{}` names no host", self.address())));
        };
        let mut pairs: Vec<String> = pairs(&uri).map(str::to_owned).collect();
        for (name, value) in &self.query {
            pairs.push(format!("{}={}", escape(name, is_unreserved), escape(value, is_unreserved)));
        }
        if let Some(format) = self.format {
            pairs.retain(|pair| pair != "format" && !pair.starts_with("format="));
            pairs.push(format!("format={format}"));
        }
        let mark = if pairs.is_empty() { "" } else { "?" };
        let path = if uri.path().is_empty() { "/" } else { uri.path() };
        format!("{scheme}://{authority}{path}{mark}{}", pairs.join("&")).parse().map_err(unusable)
    }
}

impl<M: ClientMessage> fmt::Debug for Builder<M> {
    /// Without the query and the headers: they may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("url", &self.address()).field("format", &self.format).finish_non_exhaustive()
    }
}

fn pairs(uri: &Uri) -> impl Iterator<Item = &str> {
    uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty())
}

fn format_of(uri: &Uri) -> Option<Format> {
    pairs(uri).find_map(|pair| pair.strip_prefix("format="))?.parse().ok()
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

fn unusable(reason: impl fmt::Display) -> ClientError {
    ClientError::Url(reason.to_string())
}
