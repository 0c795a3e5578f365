//! The options of a session, and the ways to open it.

use std::{fmt, future::Future, marker::PhantomData, time::Duration};

use super::{
    ClientError, ConnectRequest, Connection, Disconnect, MaybeSend, MaybeSync, Reconnecting, TypedClient,
    options::{Options, ProviderError, predicate},
};
use crate::{
    codec::Format,
    connection::{backoff::Backoff, make_send},
    protocol::ClientMessage,
};

/// A builder for a session: sets its options and opens it, as in `Builder::new(url).format(Format::MessagePack).connect().await`.
///
/// Every option has a default. The [guide](super) lists them.
#[must_use = "a builder does nothing until the session is opened"]
pub struct Builder<M: ClientMessage> {
    options: Options,
    messages: PhantomData<fn(M)>,
}

impl<M: ClientMessage> Builder<M> {
    /// Creates a builder for a session in the room at `url`, `ws://…` or `wss://…`; `http` and `https` are accepted too. The URL is
    /// parsed as in browsers. A user or password, a fragment, and the port 0 are not supported: opening the session then
    /// returns [`ClientError::Url`].
    pub fn new(url: impl Into<String>) -> Self {
        Self { options: Options::new(url.into()), messages: PhantomData }
    }

    /// Requests a format, with the subprotocol and with the query parameter `format`, as a server may support only one of them.
    /// By default the session uses the format in the URL's query, or JSON.
    pub fn format(self, format: Format) -> Self {
        self.with(|options| options.format = Some(format))
    }

    /// Adds a parameter to the query of the URL, percent-encoded.
    pub fn query(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.with_request(|request| request.query(name, value))
    }

    /// Adds a header. Not supported in a browser, where opening the session returns [`ClientError::Url`].
    pub fn header(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.with_request(|request| request.header(name, value))
    }

    /// Sets the header `Authorization: Bearer` to this token. For a token that expires use [`provide`](Self::provide), in a browser
    /// [`query`](Self::query).
    pub fn bearer(self, token: impl fmt::Display) -> Self {
        self.with_request(|request| request.bearer(token))
    }

    /// Sets a callback that prepares the request of each attempt, such as with a fresh token or another URL. It gets the request with
    /// what was set on this builder. Its time counts toward [`connect_timeout`](Self::connect_timeout). If it fails, the attempt
    /// fails with [`ClientError::Provider`].
    ///
    /// On wasm32 the callback and its future need not be `Send`: they can await `fetch`.
    pub fn provide<F>(self, provide: impl Fn(ConnectRequest) -> F + MaybeSend + MaybeSync + 'static) -> Self
    where
        F: Future<Output = Result<ConnectRequest, ProviderError>> + MaybeSend + 'static,
    {
        let provide = make_send(provide);
        self.with(|options| options.provider = Some(Box::new(move |request| Box::pin(make_send(provide(request))))))
    }

    /// Sets the time limit of one attempt, from the provider to the end of the handshake; 10 seconds by default.
    pub fn connect_timeout(self, time: Duration) -> Self {
        self.with(|options| options.connect_timeout = time)
    }

    /// Sets whether the client reconnects when its connection is lost; true by default. Otherwise the session ends with its
    /// connection.
    pub fn reconnect(self, reconnect: bool) -> Self {
        self.with(|options| options.reconnect = reconnect)
    }

    /// Sets the delay before an attempt: a random time below a bound that starts at `first`, doubles with each attempt and is at
    /// most `max`; 500 milliseconds and 20 seconds by default. The `Retry-After` of a refusal, at most an hour, is added.
    pub fn backoff(self, first: Duration, max: Duration) -> Self {
        self.with(|options| options.backoff = Backoff::new(first, max))
    }

    /// Sets how long a connection lasts before it counts as stable, which resets the number of attempts; 5 seconds by default. The
    /// backoff therefore grows when a server accepts connections and closes them at once.
    pub fn stable_after(self, time: Duration) -> Self {
        self.with(|options| options.stable_after = time)
    }

    /// Sets the number of attempts without a stable connection after which the session ends; unlimited by default.
    pub fn max_attempts(self, attempts: u32) -> Self {
        self.with(|options| options.max_attempts = Some(attempts))
    }

    /// Sets the close codes of the server after which the client does not reconnect. By default 1000 (normal closure), 1008
    /// (policy violation), and 4000 to 4999, the application's own codes.
    pub fn terminal_codes(self, is_terminal: impl Fn(u16) -> bool + MaybeSend + MaybeSync + 'static) -> Self {
        self.with(|options| options.terminal_codes = predicate(is_terminal))
    }

    /// Sets the HTTP statuses of a refusal after which the client makes no further attempt. By default 200 to 499 except 408, 425
    /// and 429. A redirect is not followed, as in browsers; the error has its `Location`.
    pub fn terminal_statuses(self, is_terminal: impl Fn(u16) -> bool + MaybeSend + MaybeSync + 'static) -> Self {
        self.with(|options| options.terminal_statuses = predicate(is_terminal))
    }

    /// Sets a callback that decides whether to make another attempt after a disconnect that is not terminal. It gets the disconnect
    /// and the number of the attempt, and must not block. By default every attempt is made.
    pub fn should_reconnect(self, should: impl Fn(&Disconnect, u32) -> bool + MaybeSend + MaybeSync + 'static) -> Self {
        let should = make_send(should);
        self.with(|options| {
            options.should_reconnect = Some(Box::new(move |disconnect, attempt| should(disconnect, attempt)));
        })
    }

    /// Sets how many messages are queued while there is no connection; 256 by default. Beyond that, and beyond
    /// [`queue_bytes`](Self::queue_bytes), `send` returns [`SendError::Full`](super::SendError::Full). With 0 nothing is queued.
    pub fn queue(self, messages: usize) -> Self {
        self.with(|options| options.queue = messages)
    }

    /// Sets how many bytes of encoded messages are queued while there is no connection; 4 MiB by default. An empty queue takes a
    /// larger message.
    pub fn queue_bytes(self, bytes: usize) -> Self {
        self.with(|options| options.queue_bytes = bytes)
    }

    /// Sets how many events are buffered for the application; 256 by default, at least 1. While the buffer is full, or holds
    /// [`buffer_bytes`](Self::buffer_bytes), the connection is not read, which applies backpressure to the server. Messages can
    /// still be sent. While a call waits for its answer, the connection is read on, up to [`buffer_bytes`](Self::buffer_bytes).
    ///
    /// A browser does not apply backpressure. There up to 32 MiB more are buffered, counting 64 bytes more for each message. Beyond
    /// that the connection is closed as lost (1006), and the client reconnects once the application has read the buffer.
    pub fn buffer(self, events: usize) -> Self {
        self.with(|options| options.buffer = events)
    }

    /// Sets how many bytes of events are buffered for the application; 4 MiB by default, at least 1. Each event counts its
    /// frame's bytes and 64 more. The event that reaches the limit may exceed it, by a message of up to 32 MiB.
    pub fn buffer_bytes(self, bytes: usize) -> Self {
        self.with(|options| options.buffer_bytes = bytes)
    }

    /// Sets how long a call waits for its answer, with the time in the queue while there is no connection; 30 seconds by default.
    /// [`Call::timeout`](super::Call::timeout) sets it for one call.
    pub fn call_timeout(self, time: Duration) -> Self {
        self.with(|options| options.call_timeout = time)
    }

    /// Sets the silence after which a heartbeat (the text frame `wsdo:ping`) is sent, and the time for its answer, after which the
    /// connection counts as lost; 20 and 10 seconds by default.
    ///
    /// While the event buffer is full, no heartbeat is sent and no answer is expected.
    pub fn heartbeat(self, interval: Duration, timeout: Duration) -> Self {
        self.with(|options| options.heartbeat = Some((interval, timeout)))
    }

    /// Disables heartbeats, for a server that would handle them as messages.
    pub fn no_heartbeat(self) -> Self {
        self.with(|options| options.heartbeat = None)
    }

    /// Opens the session. On native targets it must be called within a tokio runtime.
    ///
    /// The first attempt is not retried. [`start`](Self::start) retries it.
    ///
    /// # Errors
    /// Returns [`ClientError::Refused`] with the server's HTTP response if it is not an upgrade, [`ClientError::Url`] for a URL or
    /// header that cannot be used, [`ClientError::Transport`] if the server is not reached, [`ClientError::Timeout`] if it does not
    /// answer in time, [`ClientError::Subprotocol`] if it chooses another subprotocol, and [`ClientError::Provider`] if the
    /// provider fails.
    pub async fn connect(self) -> Result<M::Client, ClientError>
    where
        M: TypedClient,
    {
        let (socket, format) = self.options.open().await?;
        Reconnecting::start(self.options, format, Some(socket)).map(M::Client::from)
    }

    /// Starts to connect in the background, with retries as after a lost connection. Messages sent meanwhile are queued, and
    /// [`wait_open`](Reconnecting::wait_open) waits for the connection. On native targets it must be called within a tokio runtime.
    ///
    /// # Errors
    /// Returns [`ClientError::Url`] for a URL or header that cannot be used.
    pub fn start(self) -> Result<M::Client, ClientError>
    where
        M: TypedClient,
    {
        if self.options.provider.is_none() {
            self.options.http_request(&self.options.request)?;
        }
        let format = self.options.known_format();
        Reconnecting::start(self.options, format, None).map(M::Client::from)
    }

    /// Opens a session of a single connection, without a background task, reconnecting or heartbeats.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub async fn connect_once(self) -> Result<M::Session, ClientError>
    where
        M: TypedClient,
    {
        self.open_once().await.map(M::Session::from)
    }

    /// As [`connect_once`](Self::connect_once), without the typed client.
    pub(crate) async fn open_once(self) -> Result<Connection<M>, ClientError> {
        let (socket, format) = self.options.open().await?;
        Ok(Connection::new(socket, format, self.options.call_timeout))
    }

    /// Returns how long a call waits for its answer.
    #[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
    pub(crate) fn time_for_calls(&self) -> Duration {
        self.options.call_timeout
    }

    /// Returns the request that a room under test gets.
    #[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
    pub(crate) fn request(&self) -> Result<http::Request<()>, ClientError> {
        super::transport::Socket::handshake(self.options.request.to_http(self.options.format)?)
    }

    /// Opens sockets with a function, which may send headers.
    #[cfg(feature = "server")]
    pub(crate) fn open_with<F>(self, open: impl Fn(http::Request<()>) -> F + MaybeSend + MaybeSync + 'static) -> Self
    where
        F: Future<Output = Result<super::options::Opened, ClientError>> + MaybeSend + 'static,
    {
        #[allow(clippy::redundant_closure, reason = "on wasm32 `open` is a wrapper, not a function")]
        let open = make_send(open);
        self.with(|options| options.opener = Some(Box::new(move |request| Box::pin(make_send(open(request))))))
    }

    fn with(mut self, change: impl FnOnce(&mut Options)) -> Self {
        change(&mut self.options);
        self
    }

    fn with_request(self, change: impl FnOnce(ConnectRequest) -> ConnectRequest) -> Self {
        self.with(|options| options.request = change(options.request.clone()))
    }
}

impl<M: ClientMessage> fmt::Debug for Builder<M> {
    /// Omits the query and the headers, which may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("url", &self.options.request.printable_url())
            .field("format", &self.options.format)
            .finish_non_exhaustive()
    }
}
