//! The typed client of a room, connected through the stub.

#[cfg(target_arch = "wasm32")]
use std::rc::Rc;

#[cfg(target_arch = "wasm32")]
use http::Method;

use super::{Stub, StubError};
#[cfg(target_arch = "wasm32")]
use super::{room::Target, rooms::Opened};
#[cfg(target_arch = "wasm32")]
use crate::client::transport::Socket;
use crate::{
    WebSocketDo,
    client::{Builder, ClientError, TypedClient},
};

/// The room's path for sessions. The host is not used: the stub is bound to its room.
const URL: &str = "wss://room/websocket";

impl<R: WebSocketDo<Client: TypedClient>> Stub<R> {
    /// Returns a builder for a session in the room, to set a format, headers or a query.
    #[cfg(target_arch = "wasm32")]
    pub fn builder(&self) -> Builder<R::Client> {
        let target = self.target.clone();
        Builder::new(URL).open_with(move |request| open(target.clone(), request))
    }

    /// Returns a builder for a session in the room, to set a format, headers or a query.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn builder(&self) -> Builder<R::Client> {
        let key = &self.target.key;
        let opener = key.check().map_err(client_error).and_then(|()| self.target.rooms.opener(key));
        Builder::new(URL).open_with(move |request| {
            let opener = opener.clone();
            async move { opener?.0(request).await }
        })
    }
}

#[cfg(target_arch = "wasm32")]
async fn open(target: Rc<Target>, request: http::Request<()>) -> Result<(Socket, Option<String>), ClientError> {
    let attempt = || target.rooms.connect(&target.key, request.clone());
    let opened = target.attempt(target.retry, &Method::GET, attempt).await.map_err(client_error)?;
    opened.map(|Opened { socket, subprotocol }| (socket, subprotocol))
}

fn client_error(error: StubError) -> ClientError {
    match error {
        StubError::Request(reason) => ClientError::Url(reason),
        StubError::Overloaded(reason) => ClientError::Overloaded(reason),
        other => ClientError::Transport(other.to_string()),
    }
}
