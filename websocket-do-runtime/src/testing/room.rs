//! The room under test: in this process, or on a server.

use std::{cell::RefCell, rc::Rc, time::Duration};

use bytes::Bytes;
use http::{Method, StatusCode, header};
use serde::Serialize;

use super::{host::TestHost, remote::Remote, session::TestSession, world::World};
use crate::{
    Request, Response, Result, Room, Storage, WebSocketDo,
    client::{Builder, ClientError, Connection, TypedClient, transport::Socket},
    codec::Format,
    dispatch::Answer,
    host::{Host, SocketId, memory::Memory},
};

/// A room is left alone for so long before it hibernates, in milliseconds.
const IDLE: u64 = 10_000;

/// A room under test. See the [guide](crate::testing).
pub struct TestRoom<R: WebSocketDo> {
    place: Place<R>,
}

/// Where the room is.
pub(super) enum Place<R: WebSocketDo> {
    Here(Rc<World<R>>),
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
        Self { place: Place::Here(World::new(seed, host)) }
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
                let request = request(Builder::new("ws://test/websocket")).request()?;
                let (socket, format) = accepted(world, request.map(|()| Bytes::new())).await?;
                let line = world.host.line(socket).ok_or_else(|| ClientError::Transport("it was lost".to_owned()))?;
                let connection = Connection::new(Socket::Line(line.clone()), format);
                Ok(TestSession::new(self.place.clone(), connection.into(), Some((socket, line))))
            }
            Place::There(remote) => {
                let client = request(Builder::new(remote.websocket())).connect().await?;
                Ok(TestSession::new(self.place.clone(), client, None))
            }
        }
    }

    /// The answer to `GET` of one of the room's own routes.
    ///
    /// # Panics
    /// Where the handler neither answers nor waits for anything that will happen; where the server is not there.
    pub async fn get(&self, path: &str) -> Response {
        self.request(http::Request::get(path).body(Bytes::new()).unwrap_or_default()).await
    }

    /// The answer to `POST` with a body in JSON.
    ///
    /// # Panics
    /// As [`get`](Self::get); for a body that cannot be written.
    pub async fn post(&self, path: &str, body: &(impl Serialize + ?Sized)) -> Response {
        let body = serde_json::to_vec(body).map(Bytes::from);
        assert!(body.is_ok(), "the body cannot be written: {body:?}");
        let request = http::Request::builder().method(Method::POST).uri(path);
        let request = request.header(header::CONTENT_TYPE, "application/json").body(body.unwrap_or_default());
        self.request(request.unwrap_or_default()).await
    }

    /// The answer to any request, with the path as the room sees it.
    ///
    /// # Panics
    /// As [`get`](Self::get).
    pub async fn request(&self, request: Request) -> Response {
        match &self.place {
            Place::Here(world) => match answered(world, request).await {
                Answer::Response(response) => response,
                Answer::Upgrade { .. } => panic!("a request for a session; use `join_with`"),
            },
            Place::There(remote) => remote.request(request).await,
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

    /// Has everything happen that can happen without time going by. On a server there is nothing to do.
    pub fn settle(&self) {
        if let Place::Here(world) = &self.place {
            world.settle();
        }
    }

    /// Lets time go by, with all that happens meanwhile: timers go off, handlers that wait go on. On a server it is real
    /// time.
    pub fn advance(&self, time: Duration) {
        match &self.place {
            Place::Here(world) => {
                world.advance_to(world.host.now() + u64::try_from(time.as_millis()).unwrap_or(u64::MAX / 2));
            }
            Place::There(_) => std::thread::sleep(time),
        }
    }

    /// The room is left alone for ten seconds, and hibernates: its memory is gone, sockets, attachments, storage and timers
    /// stay. On workerd it takes eleven seconds.
    ///
    /// # Panics
    /// Where a handler goes on waiting: a room with work to do does not hibernate.
    #[track_caller]
    pub fn hibernate(&self) {
        match &self.place {
            Place::Here(world) => {
                world.advance_to(world.host.now() + IDLE);
                assert!(
                    !world.is_busy(),
                    "a handler still waits, and so the room does not hibernate\n{}",
                    world.told()
                );
                world.say(|| "the room hibernates".to_owned());
                world.start_over();
            }
            Place::There(_) => std::thread::sleep(Duration::from_millis(IDLE + 1_500)),
        }
    }

    /// The room is moved to another machine: memory, handlers in flight and sockets are gone, storage and timers stay.
    /// Clients see a lost connection, and no `closed` handler runs.
    ///
    /// # Panics
    /// For a room on a server.
    #[track_caller]
    pub fn evict(&self) {
        let world = self.world("evict");
        world.say(|| "the room is evicted".to_owned());
        world.start_over();
        world.host.cut_all();
    }

    /// New code is deployed: the room is evicted, and goes on as a room of the type `N`, with the storage of this one.
    ///
    /// # Panics
    /// For a room on a server.
    #[must_use]
    #[track_caller]
    pub fn deploy<N: WebSocketDo>(self) -> TestRoom<N>
    where
        N::Client: TypedClient,
    {
        self.evict();
        let world = self.world("deploy");
        TestRoom { place: Place::Here(world.deployed()) }
    }

    /// The next so many writes to the storage fail.
    ///
    /// # Panics
    /// For a room on a server.
    #[track_caller]
    pub fn fail_writes(&self, count: u32) {
        self.world("fail_writes").host.store.failures.set(count);
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
    fn world(&self, what: &str) -> &Rc<World<R>> {
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

/// The room's answer to a request.
async fn answered<R: WebSocketDo>(world: &Rc<World<R>>, request: Request) -> Answer {
    world.say(|| format!("{} {}", request.method(), request.uri()));
    let (room, answer) = (world.room(), Rc::new(RefCell::new(None)));
    let slot = answer.clone();
    world.start(async move {
        let answer = room.fetch(request).await;
        slot.borrow_mut().replace(answer);
    });
    let answer = world.wait_for(|| answer.borrow_mut().take()).await;
    answer.unwrap_or_else(|| panic!("the room does not answer\n{}", world.told()))
}

/// The socket of a request for a session that was let in, and the format it speaks.
async fn accepted<R: WebSocketDo>(
    world: &Rc<World<R>>,
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
        Answer::Response(response) => Err(ClientError::Refused {
            status: response.status().as_u16(),
            body: String::from_utf8_lossy(response.body()).into_owned(),
        }),
    }
}

/// The answer's body as JSON, for tests: fails with what the answer was.
///
/// # Panics
/// Where the status is not 200, or the body not of that type.
#[track_caller]
pub fn json<T: serde::de::DeserializeOwned>(response: &Response) -> T {
    let body = String::from_utf8_lossy(response.body());
    assert_eq!(response.status(), StatusCode::OK, "{body}");
    serde_json::from_slice(response.body()).unwrap_or_else(|error| panic!("{error} in {body}"))
}
