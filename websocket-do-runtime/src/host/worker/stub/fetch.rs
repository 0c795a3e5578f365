//! One attempt to send a request to a room.

use js_sys::Reflect;
use wasm_bindgen_futures::JsFuture;
use worker::{
    wasm_bindgen::{JsCast, JsValue},
    web_sys,
};

use super::{
    super::{
        body::Body,
        error,
        http::{read_response, to_request},
    },
    WorkerRooms,
};
use crate::{
    Request, Response,
    server::stub::rooms::{CallError, MAX_RESPONSE, RoomKey},
};

impl WorkerRooms {
    /// Sends a request and reads the whole response.
    pub(super) async fn call(&self, room: &RoomKey, request: Request) -> Result<Response, CallError> {
        let request = to_request(&request).map_err(|error| CallError::Request(error::message(&error)))?;
        let response = self.send(room, &request).await?;
        let read = read_response(&response, MAX_RESPONSE).await;
        let (parts, body) = read.map_err(|error| CallError::Response(error::message(&error)))?.into_parts();
        match body {
            Body::Complete(body) => Ok(Response::from_parts(parts, body)),
            Body::Truncated(_) => {
                Err(CallError::Response("it is larger than 32 MiB; use `forward`, which streams it".to_owned()))
            }
        }
    }

    /// Sends a request.
    pub(super) async fn send(
        &self,
        room: &RoomKey,
        request: &web_sys::Request,
    ) -> Result<web_sys::Response, CallError> {
        self.fetch_raw(room, request).await.map_err(|error| {
            let reason = error::message(&error);
            if is_marked(&error, "overloaded") {
                CallError::Overloaded(reason)
            } else if is_marked(&error, "retryable") {
                CallError::Retryable(reason)
            } else {
                CallError::Failed(reason)
            }
        })
    }

    async fn fetch_raw(&self, room: &RoomKey, request: &web_sys::Request) -> Result<web_sys::Response, JsValue> {
        let response = JsFuture::from(self.create_stub(room)?.fetch_with_request(request)?).await?;
        response.dyn_into()
    }
}

/// Whether an error has this property, set to true by the platform.
fn is_marked(error: &JsValue, property: &str) -> bool {
    error.is_object() && Reflect::get(error, &property.into()).is_ok_and(|value| value == true)
}
