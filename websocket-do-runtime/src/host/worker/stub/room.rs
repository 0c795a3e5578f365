//! The stub of one room: calls of its routes, whole requests, and its typed client.

use std::{fmt, marker::PhantomData, rc::Rc};

use worker::{wasm_bindgen::JsValue, web_sys};

use super::{
    super::{
        body::Body,
        error,
        http::{read_response, to_request, with_path},
    },
    Door, Request, Response,
};
use crate::{
    WebSocketDo,
    server::stub::{Call, FromResponse, Retry, StubError},
};

/// The most bytes of an answer that are read into the Worker's memory.
const MAX_ANSWER: usize = 32 << 20;

/// One room of class `R`, seen from a Worker. The typed stub of the room is made of it, and its methods are these and the
/// room's own routes.
///
/// It belongs to the request in which it was made, like everything that reaches out of a Worker.
pub struct Stub<R> {
    pub(super) door: Rc<Door>,
    room: PhantomData<fn() -> R>,
}

impl<R: WebSocketDo> Stub<R> {
    pub(super) fn new(door: Rc<Door>) -> Self {
        Self { door, room: PhantomData }
    }

    /// Calls a route, for a handler that returns `A`.
    ///
    /// # Errors
    /// [`StubError`] says it all.
    #[doc(hidden)]
    pub async fn call<A: FromResponse>(&self, call: Call) -> Result<A::Value, StubError> {
        let request = call.into_request()?;
        let response = self.door.fetch(self.door.retry, request.method(), || to_request(&request)).await?;
        let (parts, body) =
            read_response(&response, MAX_ANSWER).await.map_err(|error| answer_error(&error))?.into_parts();
        match body {
            Body::Whole(body) => A::from_response(http::Response::from_parts(parts, body)),
            Body::Beginning(_) => {
                Err(StubError::Answer("it is larger than 32 MiB; use `forward`, which streams it".into()))
            }
        }
    }

    /// Passes a whole request on to the room, upgrades included: the room sees it as it is, with its path.
    ///
    /// One with a body is sent once, as its body can be read once.
    ///
    /// # Errors
    /// As for every method of a stub, but an answer is an answer whatever its status.
    pub async fn forward(&self, request: Request) -> Result<Response, StubError> {
        let raw = request.inner();
        self.pass_on(raw, || Ok(Clone::clone(raw))).await
    }

    /// Passes a whole request on under another path, such as `/websocket`; its query stays.
    ///
    /// # Errors
    /// As [`forward`](Self::forward).
    pub async fn forward_to(&self, path: &str, request: Request) -> Result<Response, StubError> {
        let raw = request.inner();
        let url = raw.url();
        self.pass_on(raw, || with_path(raw, &url, path)).await
    }

    async fn pass_on(
        &self,
        raw: &web_sys::Request,
        make: impl Fn() -> Result<web_sys::Request, JsValue>,
    ) -> Result<Response, StubError> {
        let method = http::Method::from_bytes(raw.method().as_bytes());
        let method = method.map_err(|error| StubError::Request(error.to_string()))?;
        let retry = if raw.body().is_some() { Retry::never() } else { self.door.retry };
        self.door.fetch(retry, &method, make).await.map(Into::into)
    }

    /// The room's id: 64 hexadecimal digits, with which [`Namespace::by_id`](super::Namespace::by_id) finds it again.
    ///
    /// # Errors
    /// [`StubError::Id`] for a name that the platform does not take.
    pub fn id(&self) -> Result<String, StubError> {
        self.door.id()
    }

    /// The name that the stub was made with.
    pub fn name(&self) -> Option<&str> {
        self.door.name()
    }
}

fn answer_error(error: &JsValue) -> StubError {
    StubError::Answer(error::message(error))
}

impl<R> Clone for Stub<R> {
    fn clone(&self) -> Self {
        Self { door: self.door.clone(), room: PhantomData }
    }
}

impl<R: WebSocketDo> fmt::Debug for Stub<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stub").field("room", &R::NAME).field("name", &self.name()).finish_non_exhaustive()
    }
}
