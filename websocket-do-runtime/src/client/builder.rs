//! What a session is asked for with, and what is done when it is lost.

use std::{fmt, future::Future, marker::PhantomData, time::Duration};

use super::{
    ClientError, ConnectRequest, Connection, Disconnect, MaybeSend, MaybeSync, Reconnecting, TypedClient,
    options::{Options, ProviderError, rule},
    platform::local,
};
use crate::{codec::Format, protocol::ClientMessage};

/// Asks for a session: `Builder::new(url).format(Format::MessagePack).connect().await`.
///
/// All that can be set has a default that is right for a chat. The [guide](super) says more of each.
pub struct Builder<M: ClientMessage> {
    options: Options,
    messages: PhantomData<fn(M)>,
}

impl<M: ClientMessage> Builder<M> {
    /// A session in the room at `url`, `ws://…` or `wss://…`; `http` and `https` are taken for them. The URL is read as
    /// browsers do, on every target. A user or a password in it, a fragment, and the port 0 are a [`ClientError::Url`] when the
    /// session is opened.
    pub fn new(url: impl Into<String>) -> Self {
        Self { options: Options::new(url.into()), messages: PhantomData }
    }

    /// Asks for a format, as subprotocol and in the query `format`: a server may know either. Otherwise the session
    /// speaks what `format` in the URL's query says, or JSON.
    #[must_use]
    pub fn format(self, format: Format) -> Self {
        self.with(|options| options.format = Some(format))
    }

    /// Adds to the query of the URL. Name and value are encoded.
    #[must_use]
    pub fn query(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.addressed(|address| address.query(name, value))
    }

    /// Adds a header. A browser cannot: there it is a [`ClientError::Url`] when the session is opened.
    #[must_use]
    pub fn header(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.addressed(|address| address.header(name, value))
    }

    /// Sends `Authorization: Bearer` with this token. For one that expires there is [`provide`](Self::provide), for a browser,
    /// which sets no headers, [`query`](Self::query).
    #[must_use]
    pub fn bearer(self, token: impl fmt::Display) -> Self {
        self.addressed(|address| address.bearer(token))
    }

    /// Asks `provide` for the address at each attempt: a fresh token, another server. It gets what was set here. Its time
    /// is part of [`connect_timeout`](Self::connect_timeout), and its failure is [`ClientError::Provider`], which is retried.
    ///
    /// On wasm32 nothing need be `Send`: it may await `fetch`.
    #[must_use]
    pub fn provide<F>(self, provide: impl Fn(ConnectRequest) -> F + MaybeSend + MaybeSync + 'static) -> Self
    where
        F: Future<Output = Result<ConnectRequest, ProviderError>> + MaybeSend + 'static,
    {
        let provide = local(provide);
        self.with(|options| options.provider = Some(Box::new(move |address| Box::pin(local(provide(address))))))
    }

    /// How long the whole way to an open session may take; 10 seconds by default.
    #[must_use]
    pub fn connect_timeout(self, time: Duration) -> Self {
        self.with(|options| options.connect_timeout = time)
    }

    /// Whether a lost connection is replaced; it is by default. Otherwise its end is the end of the session.
    #[must_use]
    pub fn reconnect(self, reconnect: bool) -> Self {
        self.with(|options| options.reconnect = reconnect)
    }

    /// How long to wait before an attempt: a random time below a bound, which is `first` for the first attempt, doubles
    /// with each, and never exceeds `most`. 500 milliseconds and 20 seconds by default. A refusal's `Retry-After` is waited for
    /// before that, an hour at most.
    #[must_use]
    pub fn backoff(self, first: Duration, most: Duration) -> Self {
        self.with(|options| options.backoff = (first, most))
    }

    /// How long a connection must last before attempts are counted from one again; 5 seconds by default. A server that
    /// accepts and hangs up is thus not asked ever more often.
    #[must_use]
    pub fn stable_after(self, time: Duration) -> Self {
        self.with(|options| options.stable_after = time)
    }

    /// Gives up after so many attempts without a stable connection; never by default.
    #[must_use]
    pub fn max_attempts(self, attempts: u32) -> Self {
        self.with(|options| options.max_attempts = Some(attempts))
    }

    /// Which close codes of the server end the session for good. By default 1000 (it has done what it was for), 1008 (it
    /// broke a policy), and 4000 to 4999, with which a room closes on purpose. After all others the client comes back.
    #[must_use]
    pub fn terminal_codes(self, is_terminal: impl Fn(u16) -> bool + MaybeSend + MaybeSync + 'static) -> Self {
        self.with(|options| options.terminal_codes = rule(is_terminal))
    }

    /// Which HTTP statuses of a refusal end the session for good. By default 200 to 499 except 408, 425 and 429: asking
    /// again would not change the answer. A redirect is not followed, as by browsers; the error has its `Location`. After all
    /// others, 5xx above all, the client tries again.
    #[must_use]
    pub fn terminal_statuses(self, is_terminal: impl Fn(u16) -> bool + MaybeSend + MaybeSync + 'static) -> Self {
        self.with(|options| options.terminal_statuses = rule(is_terminal))
    }

    /// Has the last word on whether to try again after a loss that is not terminal: it gets the loss, and the number of the
    /// attempt that would follow. Must not block.
    #[must_use]
    pub fn should_reconnect(self, should: impl Fn(&Disconnect, u32) -> bool + MaybeSend + MaybeSync + 'static) -> Self {
        let should = local(should);
        self.with(|options| options.should_reconnect = Some(Box::new(move |loss, attempt| should(loss, attempt))))
    }

    /// How many messages wait for a connection while there is none; 256 by default. 0 refuses what cannot leave at once.
    /// Beyond that, and beyond [`queue_bytes`](Self::queue_bytes), `send` is [`SendError::Full`](super::SendError::Full).
    #[must_use]
    pub fn queue(self, messages: usize) -> Self {
        self.with(|options| options.queue = messages)
    }

    /// How many bytes of encoded messages wait for a connection while there is none; 4 MiB by default. A message larger than
    /// that is accepted if no other waits.
    #[must_use]
    pub fn queue_bytes(self, bytes: usize) -> Self {
        self.with(|options| options.queue_bytes = bytes)
    }

    /// How many events wait for the application; 256 by default, at least 1. While that many wait, or
    /// [`buffer_bytes`](Self::buffer_bytes) of them, the connection is not read: TCP applies backpressure to the server.
    /// Sending goes on.
    ///
    /// A browser cannot hold up a server. There 32 MiB more are kept, with 64 bytes added for each message; then the connection
    /// is lost, with 1006, and once all that was kept is read the client comes back.
    #[must_use]
    pub fn buffer(self, events: usize) -> Self {
        self.with(|options| options.buffer = events)
    }

    /// How many bytes of events wait for the application; 4 MiB by default, at least 1. Each event counts its frame's bytes and
    /// 64 more. The event that reaches the limit may exceed it, by a message of 32 MiB at most.
    #[must_use]
    pub fn buffer_bytes(self, bytes: usize) -> Self {
        self.with(|options| options.buffer_bytes = bytes)
    }

    /// After how long a silence the server is asked for a sign of life (the text frame `wsdo:ping`), and how long it may
    /// take until the connection counts as dead. 20 and 10 seconds by default.
    ///
    /// While the application is behind with reading, nothing is asked and nothing expected.
    #[must_use]
    pub fn heartbeat(self, interval: Duration, timeout: Duration) -> Self {
        self.with(|options| options.heartbeat = Some((interval, timeout)))
    }

    /// Sends no heartbeats: for a server of another make, that would take them for messages.
    #[must_use]
    pub fn no_heartbeat(self) -> Self {
        self.with(|options| options.heartbeat = None)
    }

    /// Opens the session. On native targets it must be called within a tokio runtime.
    ///
    /// The first attempt is not repeated: its failure is the caller's to see. [`start`](Self::start) does repeat it.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with the server's HTTP answer, if it is not an upgrade; [`ClientError::Url`] for an
    /// address or header that cannot be used; [`ClientError::Transport`], [`ClientError::Timeout`] and
    /// [`ClientError::Subprotocol`] for a server that is not there, not in time, or answers something else;
    /// [`ClientError::Provider`].
    pub async fn connect(self) -> Result<M::Client, ClientError>
    where
        M: TypedClient,
    {
        let (socket, format) = self.options.attempt().await?;
        Reconnecting::start(self.options, format, Some(socket)).map(M::Client::from)
    }

    /// Begins to connect, tries as long as after a loss, and does not wait: what is sent meanwhile is queued, and
    /// [`wait_open`](Reconnecting::wait_open) tells when the session is open. On native targets it must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`ClientError::Url`] for an address or header that cannot be used.
    pub fn start(self) -> Result<M::Client, ClientError>
    where
        M: TypedClient,
    {
        if self.options.provider.is_none() {
            self.options.request(&self.options.address)?;
        }
        let format = self.options.spoken();
        Reconnecting::start(self.options, format, None).map(M::Client::from)
    }

    /// Opens a session that is one connection and no more: no task, no reconnecting, no heartbeat.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub async fn connect_once(self) -> Result<M::Session, ClientError>
    where
        M: TypedClient,
    {
        let (socket, format) = self.options.attempt().await?;
        Ok(Connection::new(socket, format).into())
    }

    /// The request that a room under test gets.
    #[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
    pub(crate) fn request(&self) -> Result<http::Request<()>, ClientError> {
        super::platform::handshake::whole(self.options.address.request(self.options.format)?)
    }

    /// Has another way to open the socket for a request. It may set headers.
    #[cfg(all(feature = "server", target_arch = "wasm32"))]
    pub(crate) fn through<F>(self, open: impl Fn(http::Request<()>) -> F + 'static) -> Self
    where
        F: Future<Output = Result<super::options::Opened, ClientError>> + 'static,
    {
        let open = local(open);
        self.with(|options| options.opener = Some(Box::new(move |request| Box::pin(local(open(request))))))
    }

    fn with(mut self, change: impl FnOnce(&mut Options)) -> Self {
        change(&mut self.options);
        self
    }

    fn addressed(self, change: impl FnOnce(ConnectRequest) -> ConnectRequest) -> Self {
        self.with(|options| options.address = change(options.address.clone()))
    }
}

impl<M: ClientMessage> fmt::Debug for Builder<M> {
    /// Without the query and the headers: they may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("url", &self.options.address.shown())
            .field("format", &self.options.format)
            .finish_non_exhaustive()
    }
}
