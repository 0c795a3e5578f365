//! The typed client of a room, connected through the stub.

use std::rc::Rc;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Uri, header, uri::Scheme};
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
    RoomTarget, Stub,
};
use crate::{
    WebSocketDo,
    client::{Builder, ClientError, TypedClient, transport::Socket},
    server::stub::StubError,
};

/// The room's path for sessions. The host is not used: the stub is bound to its room.
const URL: &str = "wss://room/websocket";
/// The most bytes of a refusal's body.
const MAX_BODY: usize = 64 * 1024;

impl<R: WebSocketDo<Client: TypedClient>> Stub<R> {
    /// Returns a builder for a session in the room, to set a format, headers or a query.
    pub fn builder(&self) -> Builder<R::Client> {
        let target = self.target.clone();
        Builder::new(URL).open_with(move |request| open(target.clone(), request))
    }
}

/// Requests an upgrade from the room, with the path and query of the request's URL.
async fn open(target: Rc<RoomTarget>, request: Request<()>) -> Result<(Socket, Option<String>), ClientError> {
    let request = upgrade(request)?;
    let response = target.fetch(target.retry, &Method::GET, || to_request(&request)).await.map_err(client_error)?;
    let Some(socket) = response.websocket() else { return Err(refused(&response).await) };
    socket.accept().map_err(|error| lost(&error))?;
    let chosen = response.headers().get(header::SEC_WEBSOCKET_PROTOCOL.as_str());
    Ok((Socket::accepted(socket), chosen.map_err(|error| lost(&error))?))
}

fn upgrade(request: Request<()>) -> Result<Request<Bytes>, ClientError> {
    let (mut parts, ()) = request.into_parts();
    let mut uri = parts.uri.into_parts();
    uri.scheme = Some(Scheme::HTTPS);
    parts.uri = Uri::from_parts(uri).map_err(|error| ClientError::Url(error.to_string()))?;
    parts.headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    Ok(Request::from_parts(parts, Bytes::new()))
}

fn client_error(error: StubError) -> ClientError {
    match error {
        StubError::Request(reason) => ClientError::Url(reason),
        StubError::Overloaded(reason) => ClientError::Overloaded(reason),
        other => ClientError::Transport(other.to_string()),
    }
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
