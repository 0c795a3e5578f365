//! The stub of one room: calls of its routes, and whole requests.

use std::{fmt, marker::PhantomData, rc::Rc};

use worker::{wasm_bindgen::JsValue, web_sys};

use super::{
    super::{
        body::Body,
        error,
        http::{read_response, to_request, with_path},
    },
    Request, Response, RoomTarget,
};
use crate::{
    WebSocketDo,
    server::stub::{Call, FromResponse, Retry, StubError},
};

/// The most bytes of a response that a call reads into the Worker's memory.
const MAX_RESPONSE: usize = 32 << 20;

/// One room of type `R` in a Worker. The room's typed stub wraps it: its methods are these, and one for each of the room's routes.
///
/// Like all I/O of a Worker, it is bound to the request in which it was created.
pub struct Stub<R> {
    pub(super) target: Rc<RoomTarget>,
    room: PhantomData<fn() -> R>,
}

impl<R: WebSocketDo> Stub<R> {
    pub(super) fn new(target: Rc<RoomTarget>) -> Self {
        Self { target, room: PhantomData }
    }

    /// Calls a route whose handler returns `A`.
    ///
    /// # Errors
    /// Returns the [`StubError`] of sending the request or reading the response.
    #[doc(hidden)]
    pub async fn call<A: FromResponse>(&self, call: Call) -> Result<A::Value, StubError> {
        let request = call.into_request()?;
        let response = self.target.fetch(self.target.retry, request.method(), || to_request(&request)).await?;
        let (parts, body) =
            read_response(&response, MAX_RESPONSE).await.map_err(|error| response_error(&error))?.into_parts();
        match body {
            Body::Complete(body) => A::from_response(http::Response::from_parts(parts, body)),
            Body::Truncated(_) => {
                Err(StubError::Response("it is larger than 32 MiB; use `forward`, which streams it".into()))
            }
        }
    }

    /// Forwards a whole request to the room, upgrades included, with its path. Returns the room's response, whatever its status.
    ///
    /// A request with a body is not retried, as its body can be read once.
    ///
    /// # Errors
    /// Returns the [`StubError`] of sending the request.
    pub async fn forward(&self, request: Request) -> Result<Response, StubError> {
        let raw = request.inner();
        self.forward_request(raw, || Ok(Clone::clone(raw))).await
    }

    /// Forwards a whole request with another path, such as `/websocket`, and its own query.
    ///
    /// # Errors
    /// As [`forward`](Self::forward).
    pub async fn forward_to(&self, path: &str, request: Request) -> Result<Response, StubError> {
        let raw = request.inner();
        let url = raw.url();
        self.forward_request(raw, || with_path(raw, &url, path)).await
    }

    async fn forward_request(
        &self,
        raw: &web_sys::Request,
        make: impl Fn() -> Result<web_sys::Request, JsValue>,
    ) -> Result<Response, StubError> {
        let method = http::Method::from_bytes(raw.method().as_bytes());
        let method = method.map_err(|error| StubError::Request(error.to_string()))?;
        let retry = if raw.body().is_some() { Retry::never() } else { self.target.retry };
        self.target.fetch(retry, &method, make).await.map(Into::into)
    }

    /// Returns the room's id, 64 hexadecimal digits, for [`Namespace::by_id`](super::Namespace::by_id).
    ///
    /// # Errors
    /// Returns [`StubError::Id`] if the stub's name is not valid.
    pub fn id(&self) -> Result<String, StubError> {
        self.target.id()
    }

    /// Returns the room's name, or `None` if the stub was created by id.
    pub fn name(&self) -> Option<&str> {
        self.target.name()
    }
}

fn response_error(error: &JsValue) -> StubError {
    StubError::Response(error::message(error))
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
