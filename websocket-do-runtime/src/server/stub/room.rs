//! The stub of one room: calls of its routes, and whole requests.

use std::{cell::Cell, fmt, marker::PhantomData, rc::Rc};

use http::{Method, header};

use super::{
    Call, FromResponse, Retry, StubError,
    call::{ORIGIN, check_body},
    rooms::{CallError, RoomKey, Rooms, StubFuture},
};
use crate::{
    Request, Response, WebSocketDo,
    server::{counted::Counted, http::Internal},
};

/// How many calls of one room may be in flight.
const MAX_CALLS: usize = 1024;

/// One room of type `R`. The room's typed stub wraps it: its methods are these, and one for each of the room's routes.
///
/// In a Worker, it is bound to the request in which it was created, like all I/O.
pub struct Stub<R> {
    pub(crate) target: Rc<Target>,
    room: PhantomData<fn() -> R>,
}

/// One room of any type, and how to reach it.
pub(crate) struct Target {
    pub(crate) rooms: Rc<dyn Rooms>,
    pub(crate) key: RoomKey,
    pub(crate) retry: Retry,
    pub(crate) in_flight: Option<Rc<Cell<usize>>>,
}

impl Target {
    /// Makes attempts until one succeeds, fails with an error that is not retryable, or is the last.
    pub(crate) async fn attempt<'a, T>(
        &'a self,
        retry: Retry,
        method: &Method,
        attempt: impl Fn() -> StubFuture<'a, Result<T, CallError>>,
    ) -> Result<T, StubError> {
        self.key.check()?;
        let count = |count| Counted::begin(count, MAX_CALLS).ok_or_else(too_many_calls);
        let _counted = self.in_flight.as_ref().map(count).transpose()?;
        let mut attempts = 1;
        loop {
            let reason = match attempt().await {
                Ok(value) => return Ok(value),
                Err(CallError::Retryable(reason)) => reason,
                Err(CallError::Request(reason)) => return Err(StubError::Request(reason)),
                Err(CallError::Overloaded(reason)) => return Err(StubError::Overloaded(reason)),
                Err(CallError::Failed(reason)) => return Err(StubError::Failed(reason)),
                Err(CallError::Response(reason)) => return Err(StubError::Response(reason)),
            };
            if !retry.should_retry(method, attempts) {
                return Err(StubError::Unreachable { attempts, reason });
            }
            self.rooms.sleep(retry.delay(attempts, self.rooms.random())).await;
            attempts += 1;
        }
    }

    async fn send(&self, request: Request) -> Result<Response, StubError> {
        let method = request.method().clone();
        self.attempt(self.retry, &method, || self.rooms.fetch(&self.key, request.clone())).await
    }
}

impl<R: WebSocketDo> Stub<R> {
    pub(super) fn new(target: Target) -> Self {
        Self { target: Rc::new(target), room: PhantomData }
    }

    /// Calls a route whose handler returns `A`.
    ///
    /// # Errors
    /// Returns the [`StubError`] of sending the request or reading the response.
    #[doc(hidden)]
    pub async fn call<A: FromResponse>(&self, call: Call) -> Result<A::Value, StubError> {
        A::from_response(self.target.send(call.into_request()?).await?)
    }

    /// Sends a request to the room, with its own path, and returns the response, whatever its status. Internal routes are not
    /// reached.
    ///
    /// # Errors
    /// Returns the [`StubError`] of sending the request; [`StubError::Request`] for an upgrade, for which there is the typed client.
    pub async fn fetch(&self, mut request: Request) -> Result<Response, StubError> {
        if request.headers().contains_key(header::UPGRADE) {
            return Err(StubError::Request("an upgrade is not supported here; use `connect`".to_owned()));
        }
        check_body(&request)?;
        request.extensions_mut().remove::<Internal>();
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        *request.uri_mut() = format!("{ORIGIN}{path}").parse().map_err(|error: http::uri::InvalidUri| {
            StubError::Request(format!("the path `{path}` cannot be sent: {error}"))
        })?;
        self.target.send(request).await
    }

    /// Returns the room's id, 64 hexadecimal digits, for the namespace's `by_id`.
    ///
    /// # Errors
    /// Returns [`StubError::Id`] if the stub's name is not valid, and on the local host and in a `TestRoom`, which have no ids.
    pub fn id(&self) -> Result<String, StubError> {
        self.target.key.check()?;
        match &self.target.key {
            RoomKey::Name(name) => self.target.rooms.id(name),
            RoomKey::Id(id) => Ok(id.clone()),
        }
    }

    /// Returns the room's name, or `None` if the stub was created by id.
    pub fn name(&self) -> Option<&str> {
        match &self.target.key {
            RoomKey::Name(name) => Some(name),
            RoomKey::Id(_) => None,
        }
    }
}

fn too_many_calls() -> StubError {
    StubError::Overloaded(format!("this room has {MAX_CALLS} calls in flight already"))
}

impl<R> Clone for Stub<R> {
    fn clone(&self) -> Self {
        Self { target: self.target.clone(), room: PhantomData }
    }
}

impl<R: WebSocketDo> fmt::Debug for Stub<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stub").field("room", &R::NAME).field("name", &self.name()).finish_non_exhaustive()
    }
}
