//! Calls from room to room in a simulation, and from the test to a room.

use std::{any::Any, rc::Rc, time::Duration};

use tokio::sync::oneshot;

use super::{
    clock::Clock,
    host::Shared,
    requests::send_request,
    room::{Backend, InMemory, TestRoom},
    simulated_room::SimulatedRoom,
};
use crate::{
    IntoResponse, Request, Response, WebSocketDo,
    client::TypedClient,
    server::{
        counted::Counted,
        dispatch::FetchResult,
        room_class::RoomClass,
        stub::{
            Namespace, RoomStub,
            rooms::{CallError, RoomKey, Rooms, StubFuture, complete, name_of},
        },
    },
};

/// The rooms of one class, for a calling room. A room is created by the first call.
pub(super) struct SimulatedRooms {
    pub(super) class: RoomClass,
    /// Describes the calling room.
    pub(super) caller: String,
    pub(super) clock: Rc<Clock>,
    pub(super) shared: Rc<Shared>,
}

impl SimulatedRooms {
    async fn call(&self, room: &RoomKey, request: Request) -> Result<Response, CallError> {
        let name = name_of(room).map_err(CallError::Request)?;
        let (room, reply) = {
            let ended = || CallError::Failed("the test has ended".to_owned());
            let simulation = self.shared.simulation.upgrade().ok_or_else(ended)?;
            let room = simulation.room(self.class, name);
            room.host.log(|| format!("{} {}, called by {}", request.method(), request.uri().path(), self.caller));
            if let Some(left) = room.failing_calls.get().checked_sub(1) {
                room.failing_calls.set(left);
                return Err(CallError::Retryable("the call fails, as `fail_calls` requested".to_owned()));
            }
            let request = match room.class().limit_body(request) {
                Ok(request) => request,
                Err(status) => return Ok(status.into_response()),
            };
            let (sender, reply) = oneshot::channel();
            let answering = room.room();
            simulation.spawn(&room, async move {
                let _ = sender.send(answering.fetch(request).await);
            });
            (room, reply)
        };
        let _counted = Counted::begin(&self.shared.calls, usize::MAX);
        response(&room, reply.await.map_err(|_| CallError::Failed(room.restarted.get().to_owned()))?)
    }
}

/// Returns the response of a call. An accepted socket is lost.
fn response(room: &SimulatedRoom, result: FetchResult) -> Result<Response, CallError> {
    match result {
        FetchResult::Response(response) => complete(response),
        FetchResult::Upgrade { socket, .. } => {
            if let Some(connection) = room.host.connection(socket) {
                connection.lose();
            }
            Err(CallError::Request("an upgrade is not supported here".to_owned()))
        }
    }
}

impl Rooms for SimulatedRooms {
    fn fetch<'a>(&'a self, room: &'a RoomKey, request: Request) -> StubFuture<'a, Result<Response, CallError>> {
        Box::pin(self.call(room, request))
    }

    fn sleep(&self, time: Duration) -> StubFuture<'static, ()> {
        self.clock.sleep(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
    }

    fn random(&self) -> f64 {
        self.shared.random.borrow_mut().f64()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The room under test, for calls of the test. A call runs the simulation until the room has answered.
struct Outside(Backend);

impl Rooms for Outside {
    fn fetch<'a>(&'a self, _: &'a RoomKey, mut request: Request) -> StubFuture<'a, Result<Response, CallError>> {
        Box::pin(async move {
            let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
            *request.uri_mut() =
                path.parse().map_err(|error| CallError::Request(format!("the path `{path}`: {error}")))?;
            match &self.0 {
                Backend::InMemory(room) => response(&room.room, send_request(room, request).await),
                Backend::Remote(remote) => Ok(remote.request(request).await),
            }
        })
    }

    fn sleep(&self, _: Duration) -> StubFuture<'static, ()> {
        // No attempt fails in a way that is retried.
        Box::pin(async {})
    }

    fn random(&self) -> f64 {
        0.0
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl<R: RoomStub> TestRoom<R>
where
    R::Client: TypedClient,
{
    /// Returns the typed stub of the room, with a method for each of its routes, as another room has it. Internal routes can be
    /// called too, except for a room on a server.
    ///
    /// ```
    /// # use websocket_do_runtime::{Result, client::TypedClient, server::stub::RoomStub, testing::TestRoom};
    /// # async fn example<Lobby: RoomStub>() where Lobby::Client: TypedClient {
    /// let lobby = TestRoom::<Lobby>::new().named("eu");
    /// let stub = lobby.stub();
    /// // stub.announce("hello".to_owned()).await?;
    /// # }
    /// ```
    pub fn stub(&self) -> R::Stub {
        let name = match &self.backend {
            Backend::InMemory(room) => room.room.host.name.borrow().clone(),
            Backend::Remote(remote) => remote.address().rsplit('/').next().unwrap_or_default().to_owned(),
        };
        Namespace::<R>::of(Rc::new(Outside(self.backend.clone())), None).by_name(name)
    }
}

impl<R: WebSocketDo> TestRoom<R>
where
    R::Client: TypedClient,
{
    /// Returns another room of the same simulation: the one that a room's `namespace::<L>()?.by_name(name)` calls. It shares the
    /// time, the seed, the environment and the state with this one, and has its own storage, sessions and faults.
    ///
    /// A call of a room that does not exist creates it, whatever its class.
    ///
    /// ```
    /// # use websocket_do_runtime::{WebSocketDo, client::TypedClient, testing::TestRoom};
    /// # async fn example<ChatRoom: WebSocketDo, Lobby: WebSocketDo>()
    /// # where ChatRoom::Client: TypedClient, Lobby::Client: TypedClient {
    /// let room = TestRoom::<ChatRoom>::new();
    /// let lobby = room.other::<Lobby>("eu");
    /// lobby.fail_calls(1);
    /// assert!(lobby.inspect(|lobby| lobby.is_empty()));
    /// # }
    /// ```
    ///
    /// # Panics
    /// Panics for a room on a server.
    #[must_use]
    #[track_caller]
    pub fn other<L: WebSocketDo>(&self, name: &str) -> TestRoom<L>
    where
        L::Client: TypedClient,
    {
        let simulation = self.in_memory("other").simulation.clone();
        let room = simulation.room(RoomClass::of::<L>(), name);
        TestRoom::of(Backend::InMemory(InMemory { simulation, room }))
    }

    /// Makes the next `count` calls of this room by others fail before they reach it, as calls do while a room moves. Stubs try
    /// again if the request can be repeated.
    ///
    /// # Panics
    /// Panics for a room on a server.
    #[track_caller]
    pub fn fail_calls(&self, count: u32) {
        self.in_memory("fail_calls").room.failing_calls.set(count);
    }
}
