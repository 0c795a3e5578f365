//! One attempt to open a session in a room, for the typed client.

use bytes::Bytes;
use http::{HeaderValue, Request, Uri, header, uri::Scheme};
use worker::{
    wasm_bindgen::JsValue,
    web_sys,
    worker_sys::ext::{ResponseExt, WebSocketExt},
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
    client::{ClientError, transport::Socket},
    server::stub::rooms::{CallError, Opened, RoomKey},
};

/// The most bytes of a refusal's body.
const MAX_BODY: usize = 64 * 1024;

pub(super) type Result = std::result::Result<std::result::Result<Opened, ClientError>, CallError>;

impl WorkerRooms {
    /// Requests an upgrade from the room, with the path and query of the request's URL.
    pub(super) async fn upgrade(&self, room: &RoomKey, request: Request<()>) -> Result {
        let request = upgrade(request).map_err(|error| CallError::Request(error.to_string()))?;
        let request = to_request(&request).map_err(|error| CallError::Request(error::message(&error)))?;
        let response = self.send(room, &request).await?;
        Ok(opened(&response).await)
    }
}

async fn opened(response: &web_sys::Response) -> std::result::Result<Opened, ClientError> {
    let Some(socket) = response.websocket() else { return Err(refused(response).await) };
    socket.accept().map_err(|error| lost(&error))?;
    let subprotocol = response.headers().get(header::SEC_WEBSOCKET_PROTOCOL.as_str()).map_err(|error| lost(&error))?;
    Ok(Opened { socket: Socket::accepted(socket), subprotocol })
}

fn upgrade(request: Request<()>) -> std::result::Result<Request<Bytes>, http::uri::InvalidUriParts> {
    let (mut parts, ()) = request.into_parts();
    let mut uri = parts.uri.into_parts();
    uri.scheme = Some(Scheme::HTTPS);
    parts.uri = Uri::from_parts(uri)?;
    parts.headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    Ok(Request::from_parts(parts, Bytes::new()))
}

async fn refused(response: &web_sys::Response) -> ClientError {
    match read_response(response, MAX_BODY).await {
        Ok(response) => {
            let (Body::Complete(body) | Body::Truncated(body)) = response.body();
            let body = String::from_utf8_lossy(body).into_owned();
            ClientError::refused(response.status().as_u16(), response.headers(), body)
        }
        Err(error) => lost(&error),
    }
}

fn lost(error: &JsValue) -> ClientError {
    ClientError::Transport(error::message(error))
}
