//! How a connection is opened: URL, format, headers, patience.

use std::{marker::PhantomData, time::Duration};

use http::{HeaderName, HeaderValue, header};

use super::{ClientError, Connection, TypedClient, native};
use crate::codec::Format;

/// A connection to be made.
#[derive(Debug, Clone)]
pub struct Builder<M> {
    pub(super) request: Request,
    messages: PhantomData<fn() -> M>,
}

/// What is asked of the transport.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) url: String,
    pub(super) format: Option<Format>,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) patience: Duration,
}

impl<M: TypedClient> Builder<M> {
    /// A connection to `url` (`ws://` or `wss://`), in JSON, with ten seconds to be made.
    pub fn new(url: impl Into<String>) -> Self {
        let request = Request {
            url: url.into(),
            format: None,
            query: Vec::new(),
            headers: Vec::new(),
            patience: Duration::from_secs(10),
        };
        Self { request, messages: PhantomData }
    }

    /// Asks for a format, as a subprotocol and, for servers that know none, in the query.
    #[must_use]
    pub fn format(mut self, format: Format) -> Self {
        self.request.format = Some(format);
        self
    }

    /// Adds a parameter to the URL's query.
    #[must_use]
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.request.query.push((name.into(), value.into()));
        self
    }

    /// Adds a header to the request.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.request.headers.push((name.into(), value.into()));
        self
    }

    /// Adds `Authorization: Bearer …`.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header(header::AUTHORIZATION.as_str(), format!("Bearer {token}"))
    }

    /// How long the handshake may take.
    #[must_use]
    pub fn connect_timeout(mut self, patience: Duration) -> Self {
        self.request.patience = patience;
        self
    }

    /// Connects.
    ///
    /// # Errors
    /// [`ClientError::Request`] for what cannot be asked, [`Refused`](ClientError::Refused) where the server turns the
    /// client away, [`Transport`](ClientError::Transport), [`Timeout`](ClientError::Timeout) and
    /// [`Subprotocol`](ClientError::Subprotocol).
    pub async fn connect(self) -> Result<M::Client, ClientError> {
        let patience = self.request.patience;
        let opened = tokio::time::timeout(patience, native::open(self.request)).await;
        let (transport, format) = opened.map_err(|_| ClientError::Timeout)??;
        Ok(Connection::new(transport, format).into())
    }
}

impl Request {
    /// The URL with the query.
    pub(super) fn url(&self) -> String {
        let mut url = self.url.clone();
        let format = self.format.map(|format| ("format".to_owned(), format.to_string()));
        for (name, value) in self.query.iter().cloned().chain(format) {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(&form_urlencoded::Serializer::new(String::new()).append_pair(&name, &value).finish());
        }
        url
    }

    /// The headers, the subprotocol among them.
    pub(super) fn headers(&self) -> Result<Vec<(HeaderName, HeaderValue)>, ClientError> {
        let wrong = |name: &str| ClientError::Request(format!("`{name}` is not a valid header"));
        let own = self.headers.iter().map(|(name, value)| {
            let name_ok = HeaderName::try_from(name.as_str()).map_err(|_| wrong(name))?;
            Ok((name_ok, HeaderValue::try_from(value.as_str()).map_err(|_| wrong(name))?))
        });
        let subprotocol = self.format.map(|format| {
            Ok((header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(format.subprotocol())))
        });
        own.chain(subprotocol).collect()
    }
}
