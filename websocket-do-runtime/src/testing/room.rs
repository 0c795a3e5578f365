//! The room under test: in this process, or on a server.

use std::rc::Rc;

use bytes::Bytes;

use super::{host::TestHost, remote::Remote, requests::answered, session::TestSession, simulation::Simulation};
use crate::{
    Request, Result, Room, Storage, WebSocketDo,
    client::{Builder, ClientError, Connection, TypedClient, transport::Socket},
    codec::Format,
    host::{Host, SocketId, memory::Memory},
    server::dispatch::Answer,
};

/// A room under test. The guide is at the facade, `websocket_do::testing`.
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
pub struct TestRoom<R: WebSocketDo> {
    pub(super) place: Place<R>,
}

/// Where the room is.
pub(super) enum Place<R: WebSocketDo> {
    Here(Rc<Simulation<R>>),
    There(Rc<Remote>),
}

impl<R: WebSocketDo> Clone for Place<R> {
    fn clone(&self) -> Self {
        match self {
            Self::Here(world) => Self::Here(world.clone()),
            Self::There(remote) => Self::There(remote.clone()),
        }
    }
}

impl<R: WebSocketDo> TestRoom<R>
where
    R::Client: TypedClient,
{
    /// A room in memory, in which things happen in the order in which they are done. Ids are the same in every run.
    #[must_use]
    pub fn new() -> Self {
        Self::here(None, Rc::default())
    }

    /// A room in memory in which the seed decides what comes first, wherever the platform would not promise an order: the
    /// same in every run with the same seed. [`explore`](super::explore) tries many.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::here(Some(seed), Rc::default())
    }

    fn here(seed: Option<u64>, store: Rc<Memory>) -> Self {
        let host = Rc::new(TestHost::new(seed.unwrap_or_default(), store));
        Self { place: Place::Here(Simulation::new(seed, host)) }
    }

    /// A room on a server, as `http://127.0.0.1:8787/room/lobby`: the same scenario, on workerd or the local host. Give every
    /// scenario a room of its own.
    #[must_use]
    pub fn at(url: impl AsRef<str>) -> Self {
        Self { place: Place::There(Rc::new(Remote::new(url.as_ref()))) }
    }

    /// The room's name, as [`Room::name`] gives it; `test` by default.
    ///
    /// # Panics
    /// For a room on a server, which is called what its address says.
    #[must_use]
    #[track_caller]
    pub fn named(self, name: impl Into<String>) -> Self {
        *self.world("named").host.name.borrow_mut() = name.into();
        self
    }

    /// The room with something in its storage.
    ///
    /// # Panics
    /// Where `fill` fails; for a room on a server.
    #[must_use]
    #[track_caller]
    pub fn with_storage(self, fill: impl FnOnce(Storage<'_>) -> Result) -> Self {
        let filled = fill(self.storage());
        assert!(filled.is_ok(), "the storage cannot be filled: {filled:?}");
        self
    }

    /// A handler's panic loses the room's memory, as it does on the other hosts, and not the test.
    ///
    /// # Panics
    /// For a room on a server, which survives panics anyway.
    #[must_use]
    #[track_caller]
    pub fn surviving_panics(self) -> Self {
        self.world("surviving_panics").survives_panics.set(true);
        self
    }

    /// A session, with a request that has nothing to say.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with the room's answer, where `connect` refuses or fails.
    pub async fn join(&self) -> Result<TestSession<R>, ClientError> {
        self.join_with(|request| request).await
    }

    /// A session, with a request of one's own: `room.join_with(|request| request.query("name", "Ada"))`.
    ///
    /// # Errors
    /// As [`join`](Self::join), and what [`Builder::connect`] says of a request that cannot be made.
    pub async fn join_with(
        &self,
        request: impl FnOnce(Builder<R::Client>) -> Builder<R::Client>,
    ) -> Result<TestSession<R>, ClientError> {
        match &self.place {
            Place::Here(world) => {
                let request = request(Builder::new("ws://localhost/websocket")).request()?;
                let (socket, format) = accepted(world, request.map(|()| Bytes::new())).await?;
                let line = world.host.line(socket).ok_or_else(|| ClientError::Transport("it was lost".to_owned()))?;
                let connection = Connection::new(Socket::InProcess(line.clone()), format);
                Ok(TestSession::new(self.place.clone(), connection.into(), Some((socket, line))))
            }
            Place::There(remote) => {
                let client = request(Builder::new(remote.websocket())).connect_once().await?;
                Ok(TestSession::new(self.place.clone(), client, None))
            }
        }
    }

    /// What the room has stored.
    ///
    /// # Panics
    /// For a room on a server, as all that follows where a server has no such thing.
    #[track_caller]
    pub fn storage(&self) -> Storage<'_> {
        Storage::of(&*self.world("storage").host)
    }

    /// Looks at the room from inside.
    ///
    /// # Panics
    /// For a room on a server.
    #[track_caller]
    pub fn inspect<T>(&self, look: impl FnOnce(&Room<R>) -> T) -> T {
        look(&self.world("inspect").room())
    }

    /// A number below `end` that the seed decides, for a scenario that is to be another with each seed.
    ///
    /// # Panics
    /// For a room on a server; where `end` is 0.
    #[track_caller]
    pub fn random(&self, end: usize) -> usize {
        self.world("random").host.random.borrow_mut().usize(..end)
    }

    /// The room's time, in milliseconds since 1970.
    ///
    /// # Panics
    /// For a room on a server.
    #[track_caller]
    pub fn now(&self) -> u64 {
        self.world("now").host.now()
    }

    /// Expects that the next message of each of `reached` is this one, and that nothing comes to any of `spared`.
    ///
    /// # Panics
    /// Where it is not so, with what did come.
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
        let here = std::panic::Location::caller();
        async move {
            for session in reached {
                session.expected(message, here).await;
            }
            for session in spared {
                session.nothing(here).await;
            }
        }
    }

    #[track_caller]
    pub(super) fn world(&self, what: &str) -> &Rc<Simulation<R>> {
        match &self.place {
            Place::Here(world) => world,
            Place::There(_) => panic!("`{what}` is for rooms in memory; this one is on a server"),
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
        match &self.place {
            Place::Here(world) => write!(f, "TestRoom of `{}`; {}", R::NAME, world.told()),
            Place::There(remote) => write!(f, "TestRoom of `{}` at {}", R::NAME, remote.address()),
        }
    }
}

/// The socket of a request for a session that was let in, and the format it speaks.
async fn accepted<R: WebSocketDo>(
    world: &Rc<Simulation<R>>,
    mut request: Request,
) -> Result<(SocketId, Format), ClientError> {
    // As a room sees it, behind its app.
    let path = request.uri().path_and_query().map_or("/websocket", |path| path.as_str());
    *request.uri_mut() = path.parse().unwrap_or_default();
    match answered(world, request).await {
        Answer::Upgrade { socket, .. } => {
            let format = world.host.tags(socket).iter().find_map(|tag| tag.parse().ok()).unwrap_or_default();
            Ok((socket, format))
        }
        Answer::Response(response) => {
            let body = String::from_utf8_lossy(response.body()).into_owned();
            Err(ClientError::refused(response.status().as_u16(), response.headers(), body))
        }
    }
}
