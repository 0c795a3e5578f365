//! A type-erased class of rooms, which an [`App`](crate::App) contains and a host runs.

use std::{any::Any, future::Future, pin::Pin, rc::Rc};

use bytes::Bytes;
use http::{Method, StatusCode};

use crate::{
    Request, Room, StateType, WebSocketDo,
    host::{Host, SocketId},
    server::{
        dispatch::FetchResult,
        event::Event,
        http::{Internal, MAX_BODY},
    },
};

/// A type-erased class of rooms.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RoomClass {
    pub(crate) name: &'static str,
    /// The largest message that a client may send, in bytes.
    pub(crate) max_message: usize,
    /// The application's state that the rooms declare.
    pub(crate) states: &'static [StateType],
    /// Returns the maximum size of a request's body; see [`Room::body_limit`].
    pub(crate) body_limit: fn(&Method, &str, usize, bool) -> Option<usize>,
    /// Creates a room with empty memory.
    pub(crate) create: fn(Rc<dyn Host>) -> Rc<dyn ErasedRoom>,
}

impl RoomClass {
    /// Returns the class of the rooms `R`.
    pub(crate) fn of<R: WebSocketDo>() -> Self {
        Self {
            name: R::NAME,
            max_message: R::MAX_MESSAGE,
            states: R::STATES,
            body_limit: Room::<R>::body_limit,
            create: |host| Rc::new(Room::<R>::new(host)),
        }
    }
}

impl RoomClass {
    /// Returns a request whose body is in memory as a host passes it on: without a body if no route reads it.
    ///
    /// # Errors
    /// Returns 413 if the body is larger than the limit of its route, or 1 MiB.
    pub(crate) fn limit_body(&self, mut request: Request) -> Result<Request, StatusCode> {
        let is_internal = Internal::marks(&request);
        match (self.body_limit)(request.method(), request.uri().path(), MAX_BODY, is_internal) {
            Some(limit) if request.body().len() > limit => return Err(StatusCode::PAYLOAD_TOO_LARGE),
            Some(_) => {}
            None => *request.body_mut() = Bytes::new(),
        }
        Ok(request)
    }
}

type BoxFuture<T> = Pin<Box<dyn Future<Output = T>>>;

/// A room of any class: the methods that a host calls.
pub(crate) trait ErasedRoom: Any {
    /// Handles a request, and returns the response or the accepted socket.
    fn fetch(&self, request: Request) -> BoxFuture<FetchResult>;

    /// Handles an event of a socket.
    fn dispatch_event(&self, socket: SocketId, event: Event) -> BoxFuture<()>;

    /// Handles the alarm.
    fn dispatch_alarm(&self) -> BoxFuture<()>;

    /// Returns whether handlers of timers are running.
    fn is_running_timers(&self) -> bool;
}

impl<R: WebSocketDo> ErasedRoom for Room<R> {
    fn fetch(&self, request: Request) -> BoxFuture<FetchResult> {
        let room = self.clone();
        Box::pin(async move { Self::fetch(&room, request).await })
    }

    fn dispatch_event(&self, socket: SocketId, event: Event) -> BoxFuture<()> {
        let room = self.clone();
        Box::pin(async move { Self::dispatch_event(&room, socket, event).await })
    }

    fn dispatch_alarm(&self) -> BoxFuture<()> {
        let room = self.clone();
        Box::pin(async move { Self::dispatch_alarm(&room).await })
    }

    fn is_running_timers(&self) -> bool {
        self.timers_running().get()
    }
}
