//! Forwarding of a Worker's whole requests to a room, as streams.

use worker::{Request, Response, wasm_bindgen::JsValue, web_sys};

use super::{
    super::{cf, error, http::with_path},
    WorkerRooms,
};
use crate::{
    WebSocketDo,
    server::{
        http::MAX_BODY,
        stub::{Retry, Stub, StubError, rooms::CallError},
    },
};

impl<R: WebSocketDo> Stub<R> {
    /// Forwards a whole request to the room, upgrades included, with its path. Returns the room's response, whatever its status.
    /// Internal routes are not reached.
    ///
    /// A request with a body is not retried, as its body can be read once.
    ///
    /// # Errors
    /// Returns the [`StubError`] of sending the request.
    pub async fn forward(&self, request: Request) -> Result<Response, StubError> {
        let raw = request.inner();
        self.forward_request(raw, || cf::outside(Clone::clone(raw), MAX_BODY)).await
    }

    /// Forwards a whole request with another path, such as `/websocket`, and its own query.
    ///
    /// # Errors
    /// As [`forward`](Self::forward).
    pub async fn forward_to(&self, path: &str, request: Request) -> Result<Response, StubError> {
        let raw = request.inner();
        let url = raw.url();
        self.forward_request(raw, || cf::outside(with_path(raw, &url, path)?, MAX_BODY)).await
    }

    async fn forward_request(
        &self,
        raw: &web_sys::Request,
        make: impl Fn() -> Result<web_sys::Request, JsValue>,
    ) -> Result<Response, StubError> {
        let method = http::Method::from_bytes(raw.method().as_bytes());
        let method = method.map_err(|error| StubError::Request(error.to_string()))?;
        let target = &*self.target;
        let retry = if raw.body().is_some() { Retry::never() } else { target.retry };
        let attempt = || -> crate::server::stub::rooms::StubFuture<'_, _> {
            let request = make();
            Box::pin(async move {
                let request = request.map_err(|error| CallError::Request(error::message(&error)))?;
                let rooms = target.rooms.as_any().downcast_ref::<WorkerRooms>();
                rooms
                    .ok_or_else(|| CallError::Request("not the rooms of a Worker".to_owned()))?
                    .send(&target.key, &request)
                    .await
            })
        };
        target.attempt(retry, &method, attempt).await.map(Into::into)
    }
}
