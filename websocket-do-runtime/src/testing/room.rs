//! [`TestRoom`], a room under test: in memory, or on a server.

use std::{marker::PhantomData, rc::Rc};

use bytes::Bytes;

use super::{
    client::TestConnection, remote::Remote, requests::send_request, session::TestSession,
    simulated_room::SimulatedRoom, simulation::Simulation,
};
use crate::{
    MaybeSend, MaybeSync, Request, Room, Storage, StorageError, WebSocketDo,
    client::{Builder, ClientError, Connection, TypedClient, transport::Socket},
    codec::Format,
    host::{Host, SocketId},
    protocol::Timestamp,
    server::{Binding, dispatch::FetchResult, room_class::RoomClass},
};

/// A room under test, in memory or on a server. The guide is the module documentation of `websocket_do::testing`.
///
/// ```
/// # use websocket_do_runtime::{Result, ServerMessageOf, WebSocketDo, client::TypedClient, testing::TestRoom};
/// # async fn example<ChatRoom: WebSocketDo>() -> Result
/// # where ChatRoom::Client: TypedClient, ServerMessageOf<ChatRoom>: std::fmt::Debug {
/// let room = TestRoom::<ChatRoom>::new().named("lobby").with_storage(|storage| storage.put("topic", "tea"));
/// let mut ada = room.join_with(|request| request.query("name", "Ada")).await?;
/// room.hibernate();
/// assert_eq!(room.get("/topic").await.body(), "tea");
/// assert_eq!(ada.close().await.code(), 1000);
/// # Ok(())
/// # }
/// ```
pub struct TestRoom<R> {
    pub(super) backend: Backend,
    class: PhantomData<fn() -> R>,
}

/// The room itself: in memory, or the address of a server.
#[derive(Clone)]
pub(super) enum Backend {
    InMemory(InMemory),
    Remote(Rc<Remote>),
}

/// A room of a simulation.
#[derive(Clone)]
pub(super) struct InMemory {
    pub(super) simulation: Rc<Simulation>,
    pub(super) room: Rc<SimulatedRoom>,
}

impl<R: WebSocketDo> TestRoom<R>
where
    R::Client: TypedClient,
{
    /// Creates a room in memory. Events are handled in the order in which they occur, and ids are the same in every run.
    #[must_use]
    pub fn new() -> Self {
        Self::simulated(None)
    }

    /// Creates a room in memory whose seed decides the order of events, wherever the platform guarantees none. Every run with
    /// the same seed is the same; [`explore`](fn@super::explore) runs many seeds.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::simulated(Some(seed))
    }

    fn simulated(seed: Option<u64>) -> Self {
        let simulation = Simulation::new(seed);
        let room = simulation.room(RoomClass::of::<R>(), "test");
        Self::of(Backend::InMemory(InMemory { simulation, room }))
    }

    pub(super) fn of(backend: Backend) -> Self {
        Self { backend, class: PhantomData }
    }

    /// Connects to a room on a server, such as `http://127.0.0.1:8787/room/lobby`, to run the same scenario on workerd or the local
    /// host. Use another room for each scenario.
    #[must_use]
    pub fn at(url: impl AsRef<str>) -> Self {
        Self::of(Backend::Remote(Rc::new(Remote::new(url.as_ref()))))
    }

    /// Sets the name that [`Room::name`] returns, `test` by default.
    ///
    /// # Panics
    /// Panics for a room on a server, whose name is part of its address, and if another room of the simulation has the name.
    #[must_use]
    #[track_caller]
    pub fn named(self, name: impl Into<String>) -> Self {
        let InMemory { simulation, room } = self.in_memory("named");
        let name = name.into();
        let renamed = simulation.rename(room, name.clone());
        assert!(renamed, "the simulation already has a room `{name}` of this class; call `named` first");
        self
    }

    /// Sets a variable or a secret of the room's [environment](crate::Env). A test sees no others.
    ///
    /// # Panics
    /// Panics for a room on a server.
    #[must_use]
    #[track_caller]
    pub fn var(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.in_memory("var").simulation.shared.env.borrow_mut().0.set(name, Binding::Text(value.into()));
        self
    }

    /// Provides a value that [`Room::state`] returns, in place of the one that [`App::state`](crate::App::state) makes.
    ///
    /// # Panics
    /// Panics for a room on a server.
    #[must_use]
    #[track_caller]
    pub fn state<T: MaybeSend + MaybeSync + 'static>(self, value: T) -> Self {
        self.in_memory("state").simulation.shared.states.borrow_mut().insert(value);
        self
    }

    /// Fills the room's storage.
    ///
    /// # Panics
    /// Panics if `fill` fails, and for a room on a server.
    #[must_use]
    #[track_caller]
    pub fn with_storage(self, fill: impl FnOnce(Storage<'_>) -> Result<(), StorageError>) -> Self {
        let filled = fill(self.storage());
        assert!(filled.is_ok(), "the storage cannot be filled: {filled:?}");
        self
    }

    /// Lets a panicking handler restart the room without its memory, as on the other hosts, instead of failing the test.
    ///
    /// # Panics
    /// Panics for a room on a server, which always survives panics.
    #[must_use]
    #[track_caller]
    pub fn surviving_panics(self) -> Self {
        self.in_memory("surviving_panics").simulation.survives_panics.set(true);
        self
    }

    /// Opens a session with a plain upgrade request.
    ///
    /// # Errors
    /// Returns [`ClientError::Refused`] with the room's response if `#[connect]` refuses or fails.
    pub async fn join(&self) -> Result<TestSession<R>, ClientError> {
        self.join_with(|request| request).await
    }

    /// Opens a session with a custom upgrade request: `room.join_with(|request| request.query("name", "Ada"))`.
    ///
    /// # Errors
    /// Fails as [`join`](Self::join) does, and as [`Builder::connect`] does for an invalid request.
    pub async fn join_with(
        &self,
        request: impl FnOnce(Builder<R::Client>) -> Builder<R::Client>,
    ) -> Result<TestSession<R>, ClientError> {
        match &self.backend {
            Backend::InMemory(room) => {
                let builder = request(Builder::new("ws://localhost/websocket"));
                let (request, call_timeout) = (builder.request()?, builder.time_for_calls());
                let (socket, format) = accepted(room, request.map(|()| Bytes::new())).await?;
                let lost = || ClientError::Transport("the connection was lost".to_owned());
                let queues = room.room.host.connection(socket).ok_or_else(lost)?;
                let connection = Connection::new(Socket::InProcess(queues.clone()), format, call_timeout);
                let client = TestConnection::in_memory(connection, room.simulation.clone(), queues.clone());
                Ok(TestSession::new(self.backend.clone(), client, Some((socket, queues))))
            }
            Backend::Remote(remote) => {
                let client = request(Builder::new(remote.websocket())).open_once().await?;
                Ok(TestSession::new(self.backend.clone(), TestConnection::remote(client), None))
            }
        }
    }

    /// Returns the room's storage.
    ///
    /// # Panics
    /// Panics for a room on a server.
    #[track_caller]
    pub fn storage(&self) -> Storage<'_> {
        Storage::of(&*self.in_memory("storage").room.host)
    }

    /// Calls a function with the room, as a handler sees it, and returns its result.
    ///
    /// # Panics
    /// Panics for a room on a server.
    #[track_caller]
    pub fn inspect<T>(&self, inspect: impl FnOnce(&Room<R>) -> T) -> T {
        match self.in_memory("inspect").room.typed::<R>() {
            Some(room) => inspect(&room),
            None => panic!("the room is no `{}` any more; use the `TestRoom` that `deploy` returned", R::NAME),
        }
    }

    /// Returns a random number below `end`, which depends on the seed, for a scenario that varies with it.
    ///
    /// # Panics
    /// Panics for a room on a server, and if `end` is 0.
    #[track_caller]
    pub fn random(&self, end: usize) -> usize {
        self.in_memory("random").simulation.shared.random.borrow_mut().usize(..end)
    }

    /// Returns the room's current time.
    ///
    /// # Panics
    /// Panics for a room on a server.
    #[track_caller]
    pub fn now(&self) -> Timestamp {
        Timestamp::saturating_from_millis(self.in_memory("now").room.host.now())
    }

    /// Expects this message next in each session of `reached`, and nothing in each of `spared`.
    ///
    /// # Panics
    /// Panics if anything else was received.
    #[track_caller]
    pub fn expect_broadcast<'s>(
        &self,
        message: &crate::ServerMessageOf<R>,
        reached: impl IntoIterator<Item = &'s mut TestSession<R>>,
        spared: impl IntoIterator<Item = &'s mut TestSession<R>>,
    ) -> impl Future<Output = ()>
    where
        crate::ServerMessageOf<R>: PartialEq + std::fmt::Debug + Clone,
    {
        let caller = std::panic::Location::caller();
        async move {
            for session in reached {
                session.expect_message(message, caller).await;
            }
            for session in spared {
                session.expect_no_message(caller).await;
            }
        }
    }

    #[track_caller]
    pub(super) fn in_memory(&self, method: &str) -> &InMemory {
        match &self.backend {
            Backend::InMemory(room) => room,
            Backend::Remote(_) => panic!("`{method}` is not supported for a room on a server; use a room in memory"),
        }
    }
}

impl<R: WebSocketDo> Default for TestRoom<R>
where
    R::Client: TypedClient,
{
    fn default() -> Self {
        Self::new()
    }
}

impl<R: WebSocketDo> std::fmt::Debug for TestRoom<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.backend {
            Backend::InMemory(room) => write!(f, "TestRoom of `{}`; {}", R::NAME, room.simulation.report()),
            Backend::Remote(remote) => write!(f, "TestRoom of `{}` at {}", R::NAME, remote.address()),
        }
    }
}

/// Sends an upgrade request to the room and returns the accepted socket and its format.
async fn accepted(room: &InMemory, mut request: Request) -> Result<(SocketId, Format), ClientError> {
    // A room sees the path without the app's prefix.
    let path = request.uri().path_and_query().map_or("/websocket", |path| path.as_str());
    *request.uri_mut() = path.parse().unwrap_or_default();
    match send_request(room, request).await {
        FetchResult::Upgrade { socket, .. } => {
            let format = room.room.host.tags(socket).iter().find_map(|tag| tag.parse().ok()).unwrap_or_default();
            Ok((socket, format))
        }
        FetchResult::Response(response) => {
            let body = String::from_utf8_lossy(response.body()).into_owned();
            Err(ClientError::refused(response.status().as_u16(), response.headers(), body))
        }
    }
}
