//! [`TestSession`], a client of a room under test: the typed client, with faults and a record of received messages.

use std::{
    fmt::{Debug, Display},
    future::Future,
    ops::{Deref, DerefMut},
    panic::Location,
    sync::Arc,
    time::Duration,
};

use futures_util::FutureExt;
use serde::Serialize;
use tokio::time::timeout;

use super::{
    connection::Connection,
    room::Backend,
    simulation::{RECEIVE_TIMEOUT, Simulation},
    trace::short,
};
use crate::{
    Close, Closed, ServerMessageOf, WebSocketDo,
    client::{ClientError, TypedClient, transport::InProcessConnection as _},
    host::{Host, SocketId},
    server::attachment::{self, Header, State},
};

/// How long a room on a server has to send what it has to send.
const SETTLING: Duration = Duration::from_millis(250);

type ClientOf<R> = <<R as WebSocketDo>::Client as TypedClient>::Session;

/// A session of a room under test. It derefs to the typed client, which has one method for each message.
///
/// The methods that begin with `expect` panic with a report: the expected and the received message, and the last events in the
/// room.
pub struct TestSession<R: WebSocketDo>
where
    R::Client: TypedClient,
{
    pub(super) backend: Backend<R>,
    client: ClientOf<R>,
    /// The socket and its connection, for a room in memory.
    pub(super) connection: Option<(SocketId, Arc<Connection>)>,
    /// The received messages, for the report of a failure.
    pub(super) received: Vec<String>,
}

/// What a client received.
pub(super) enum Received<R: WebSocketDo> {
    Message(ServerMessageOf<R>),
    Error(ClientError),
    Closed(Closed),
    Nothing,
}

impl<R: WebSocketDo> TestSession<R>
where
    R::Client: TypedClient,
{
    pub(super) fn new(
        backend: Backend<R>,
        client: ClientOf<R>,
        connection: Option<(SocketId, Arc<Connection>)>,
    ) -> Self {
        Self { backend, client, connection, received: Vec::new() }
    }

    /// Returns the messages and errors that were received and not read yet.
    pub async fn unread(&mut self) -> Vec<Result<ServerMessageOf<R>, ClientError>>
    where
        ServerMessageOf<R>: Debug,
    {
        let mut unread = Vec::new();
        loop {
            match self.receive_now().await {
                Received::Message(message) => unread.push(Ok(message)),
                Received::Error(error) => unread.push(Err(error)),
                Received::Closed(_) | Received::Nothing => return unread,
            }
        }
    }

    /// Closes with code 1000 and returns the server's close. Drops unread messages.
    ///
    /// # Panics
    /// Panics if the server does not answer the close.
    #[track_caller]
    pub fn close(&mut self) -> impl Future<Output = Closed>
    where
        ServerMessageOf<R>: Debug,
    {
        self.close_with(1000, "")
    }

    /// Closes with a code and a reason, and returns the server's close. Drops unread messages.
    ///
    /// # Panics
    /// Panics if the code may not be sent, if the reason is too long, or if the server does not answer the close.
    #[track_caller]
    pub fn close_with(&mut self, code: u16, reason: &str) -> impl Future<Output = Closed>
    where
        ServerMessageOf<R>: Debug,
    {
        let caller = Location::caller();
        async move {
            let close = Close::new(code, reason).unwrap_or_else(|error| panic!("{caller}: {error}"));
            match self.in_memory() {
                Some((_, connection)) => drop(connection.close(&close)),
                None => drop(self.client.close_with(code, reason).await),
            }
            loop {
                match self.receive().await {
                    Received::Closed(closed) => return closed,
                    nothing @ Received::Nothing => self.fail(caller, "expected the server's close", &nothing),
                    Received::Message(_) | Received::Error(_) => {}
                }
            }
        }
    }

    /// Loses the connection, without a close frame.
    pub fn lose(&mut self) {
        match self.in_memory() {
            Some((_, connection)) => connection.lose(),
            None => self.client.abandon(),
        }
    }

    /// Makes the client ignore the room's close from now on: it does not answer, and continues to send.
    ///
    /// # Panics
    /// Panics for a room on a server.
    #[track_caller]
    pub fn ignore_closes(&self) {
        self.connection("ignore_closes").ignore_closes();
    }

    /// Makes the client stop reading. The room's messages are buffered up to 4 MiB, as on the local host; then the connection is
    /// cut.
    ///
    /// # Panics
    /// Panics for a room on a server.
    #[track_caller]
    pub fn stop_reading(&self) {
        self.connection("stop_reading").stop_reading();
    }

    /// Drops all traffic in both directions without an event, as an unplugged cable does. With [`lose`](Self::lose), the room
    /// notices.
    ///
    /// # Panics
    /// Panics for a room on a server.
    #[track_caller]
    pub fn vanish(&self) {
        self.connection("vanish").vanish();
    }

    #[track_caller]
    fn connection(&self, method: &str) -> &Connection {
        match &self.connection {
            Some((_, connection)) => connection,
            None => panic!("`{method}` is not supported for a room on a server; use a room in memory"),
        }
    }

    /// Replaces the data in the session's attachment, as an older version of the room may have written it, and restarts the room
    /// without its memory.
    ///
    /// # Panics
    /// Panics for a room on a server, and if the data does not fit an attachment.
    #[track_caller]
    pub fn set_attachment(&self, data: &impl Serialize) {
        let (Backend::InMemory(simulation), Some((socket, _))) = (&self.backend, &self.connection) else {
            panic!("`set_attachment` is not supported for a room on a server; use a room in memory")
        };
        simulation.settle();
        let tags = simulation.host.tags(*socket);
        let id = tags.iter().find_map(|tag| tag.parse().ok()).unwrap_or_default();
        let header = Header { id, format: self.client.format(), state: State::Open };
        let attached = attachment::encode_unchecked(header, data)
            .map_err(|error| error.to_string())
            .and_then(|bytes| simulation.host.set_attachment(*socket, &bytes).map_err(|error| error.to_string()));
        assert!(attached.is_ok(), "the data cannot be attached: {attached:?}");
        simulation.restart();
    }

    fn in_memory(&self) -> Option<(&Simulation<R>, Arc<Connection>)> {
        match (&self.backend, &self.connection) {
            (Backend::InMemory(simulation), Some((_, connection))) => Some((simulation, connection.clone())),
            _ => None,
        }
    }

    /// Waits for the next message, up to five seconds of the room's time.
    pub(super) async fn receive(&mut self) -> Received<R>
    where
        ServerMessageOf<R>: Debug,
    {
        let received = match self.in_memory() {
            None => timeout(Duration::from_millis(RECEIVE_TIMEOUT), self.client.next()).await.ok(),
            Some(_) => loop {
                let Some((simulation, connection)) = self.in_memory() else { break None };
                if simulation.wait_for(|| connection.has_incoming().then_some(())).await.is_none() {
                    break None;
                }
                // The client does not return the answer to a ping.
                if let Some(received) = self.client.next().now_or_never() {
                    break Some(received);
                }
            },
        };
        self.record(received)
    }

    /// Returns the next message that was received already, or is without time passing.
    pub(super) async fn receive_now(&mut self) -> Received<R>
    where
        ServerMessageOf<R>: Debug,
    {
        if self.client.closed().is_some() {
            return Received::Nothing;
        }
        let received = match self.in_memory() {
            None => {
                // The host answers the ping itself, without waiting for the room.
                tokio::time::sleep(SETTLING).await;
                self.client.next_before_pong().await
            }
            Some((simulation, _)) => {
                simulation.settle();
                self.client.next().now_or_never()
            }
        };
        self.record(received)
    }

    /// Records what was received, for the report of a failure.
    #[expect(clippy::option_option, reason = "the outer is whether anything was received, the inner the end")]
    fn record(&mut self, received: Option<Option<Result<ServerMessageOf<R>, ClientError>>>) -> Received<R>
    where
        ServerMessageOf<R>: Debug,
    {
        let received = match received {
            None => Received::Nothing,
            Some(Some(Ok(message))) => Received::Message(message),
            Some(Some(Err(error))) => Received::Error(error),
            Some(None) => Received::Closed(self.client.closed().cloned().unwrap_or_else(Closed::lost)),
        };
        if !matches!(received, Received::Nothing) {
            self.received.push(received.to_string());
        }
        received
    }
}

impl<R: WebSocketDo> Display for Received<R>
where
    ServerMessageOf<R>: Debug,
{
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Message(message) => f.write_str(&short(&format!("{message:?}"))),
            Self::Error(error) => write!(f, "an error: {}", short(&error.to_string())),
            Self::Closed(closed) => write!(f, "the close {} {:?}", closed.code(), closed.reason()),
            Self::Nothing => f.write_str("nothing"),
        }
    }
}

impl<R: WebSocketDo> Deref for TestSession<R>
where
    R::Client: TypedClient,
{
    type Target = ClientOf<R>;

    fn deref(&self) -> &ClientOf<R> {
        &self.client
    }
}

impl<R: WebSocketDo> DerefMut for TestSession<R>
where
    R::Client: TypedClient,
{
    fn deref_mut(&mut self) -> &mut ClientOf<R> {
        &mut self.client
    }
}

/// Dropping a session loses its connection.
impl<R: WebSocketDo> Drop for TestSession<R>
where
    R::Client: TypedClient,
{
    fn drop(&mut self) {
        if let Some((_, connection)) = &self.connection {
            connection.lose();
        }
    }
}

impl<R: WebSocketDo> Debug for TestSession<R>
where
    R::Client: TypedClient,
{
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestSession").field("received", &self.received).finish_non_exhaustive()
    }
}
