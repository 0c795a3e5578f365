//! [`TestSession`], a client of a room under test: the typed client, with faults.

use std::{
    fmt::Debug,
    future::Future,
    ops::{Deref, DerefMut},
    panic::Location,
    sync::Arc,
    time::Duration,
};

use serde::Serialize;

use super::{
    client::TestConnection,
    connection::Connection,
    receive::Received,
    room::{Backend, InMemory},
    simulation::Simulation,
};
use crate::{
    Close, Closed, ServerMessageOf, WebSocketDo,
    client::{ClientError, TypedClient, transport::InProcessConnection as _},
    host::{Host, SocketId},
    server::attachment::{self, Header, State},
};

/// The typed client of a session under test.
type ClientOf<R> = <<R as WebSocketDo>::Client as TypedClient>::Over<TestConnection<<R as WebSocketDo>::Client>>;

/// A session of a room under test. It derefs to the typed client, which has one method for each message.
///
/// The methods that begin with `expect` panic with a report: the expected and the received message, and the last events in the
/// room.
pub struct TestSession<R: WebSocketDo>
where
    R::Client: TypedClient,
{
    pub(super) backend: Backend,
    pub(super) client: ClientOf<R>,
    /// The socket and its connection, for a room in memory.
    pub(super) connection: Option<(SocketId, Arc<Connection>)>,
    /// The received messages, for the report of a failure.
    pub(super) received: Vec<String>,
}

impl<R: WebSocketDo> TestSession<R>
where
    R::Client: TypedClient,
{
    pub(super) fn new(
        backend: Backend,
        client: TestConnection<R::Client>,
        connection: Option<(SocketId, Arc<Connection>)>,
    ) -> Self {
        Self { backend, client: client.into(), connection, received: Vec::new() }
    }

    /// Waits up to `timeout` of the room's time for the first message that `fits` accepts, and returns it. All other messages are
    /// left, in order.
    ///
    /// # Errors
    /// Returns [`ClientError::Timeout`] if no such message arrives in time, and [`ClientError::Closed`] if the session ends before.
    pub async fn wait_for(
        &mut self,
        fits: impl FnMut(&ServerMessageOf<R>) -> bool,
        timeout: Duration,
    ) -> Result<ServerMessageOf<R>, ClientError> {
        self.client.wait_for(fits, timeout).await
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
        let (Backend::InMemory(InMemory { simulation, room }), Some((socket, _))) = (&self.backend, &self.connection)
        else {
            panic!("`set_attachment` is not supported for a room on a server; use a room in memory")
        };
        simulation.settle();
        let tags = room.host.tags(*socket);
        let id = tags.iter().find_map(|tag| tag.parse().ok()).unwrap_or_default();
        let header = Header { id, format: self.client.format(), state: State::Open };
        let attached = attachment::encode_unchecked(header, data)
            .map_err(|error| error.to_string())
            .and_then(|bytes| room.host.set_attachment(*socket, &bytes).map_err(|error| error.to_string()));
        assert!(attached.is_ok(), "the data cannot be attached: {attached:?}");
        simulation.restart(room);
    }

    /// Returns the simulation and the connection, for a room in memory.
    pub(super) fn in_memory(&self) -> Option<(&Simulation, Arc<Connection>)> {
        match (&self.backend, &self.connection) {
            (Backend::InMemory(room), Some((_, connection))) => Some((&room.simulation, connection.clone())),
            _ => None,
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
