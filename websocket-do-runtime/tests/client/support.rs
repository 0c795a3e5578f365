//! The protocol of the tests and the server's side of them.
#![allow(clippy::unwrap_used, clippy::expect_used)] // all of it is test code

use std::{
    future::Future,
    ops::{Deref, DerefMut},
    time::Duration,
};

use futures_util::{SinkExt, StreamExt};
use serde::{Deserialize, Serialize};
use tokio::{
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async,
    tungstenite::{
        Message as Raw,
        handshake::server::{Request, Response},
    },
};
use websocket_do_runtime::{
    client::{Builder, ClientError, Connection, TypedClient},
    codec::{Format, Frame, Json},
    protocol::{
        ClientMessage, Message, Rejection, RejectionCode, ServerMessage, Value,
        schema::{MessageSchema, Type},
    },
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub(crate) enum Note {
    Say { text: String },
}

impl Value for Note {
    const TYPE: Type = Type::Opaque;

    fn validate(&self) -> Result<(), Rejection> {
        match self {
            Self::Say { text } if text.is_empty() => {
                Err(Rejection::new(RejectionCode::Rule, "must not be empty").within("text"))
            }
            Self::Say { .. } => Ok(()),
        }
    }
}

impl Message for Note {
    type Text = Json;
    const SCHEMA: MessageSchema = MessageSchema { name: "Note", tag: "type", docs: "", variants: &[] };
}

impl ClientMessage for Note {
    type Server = Self;
}

impl ServerMessage for Note {}

pub(crate) struct Client(pub(crate) Connection<Note>);

impl From<Connection<Note>> for Client {
    fn from(connection: Connection<Note>) -> Self {
        Self(connection)
    }
}

impl Deref for Client {
    type Target = Connection<Note>;

    fn deref(&self) -> &Connection<Note> {
        &self.0
    }
}

impl DerefMut for Client {
    fn deref_mut(&mut self) -> &mut Connection<Note> {
        &mut self.0
    }
}

impl TypedClient for Note {
    type Client = Client;
}

pub(crate) type Peer = WebSocketStream<TcpStream>;

pub(crate) fn say(text: &str) -> Note {
    Note::Say { text: text.to_owned() }
}

pub(crate) async fn bounded<F: Future>(future: F) -> F::Output {
    timeout(Duration::from_secs(10), future).await.expect("within ten seconds")
}

/// Serves one connection and returns the address.
pub(crate) async fn serve<F: Future<Output = ()> + Send + 'static>(
    peer: impl FnOnce(TcpStream) -> F + Send + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { peer(listener.accept().await.unwrap().0).await });
    format!("ws://{address}/room/a?x=1")
}

/// Accepts an upgrade; `echo` says whether the server knows subprotocols.
#[allow(clippy::result_large_err, clippy::unnecessary_wraps)] // as tungstenite has it
pub(crate) async fn accept(socket: TcpStream, echo: bool) -> (Peer, String, Option<String>) {
    let (mut uri, mut offered) = (String::new(), None);
    let peer = accept_hdr_async(socket, |request: &Request, mut response: Response| {
        uri = request.uri().to_string();
        if let Some(name) = request.headers().get("sec-websocket-protocol") {
            offered = Some(name.to_str().unwrap().to_owned());
            if echo {
                response.headers_mut().insert("sec-websocket-protocol", name.clone());
            }
        }
        Ok(response)
    })
    .await
    .unwrap();
    (peer, uri, offered)
}

/// A session with a server that sends these frames and then reads until the end.
pub(crate) async fn after(format: Format, frames: Vec<Raw>) -> Connection<Note> {
    let url = serve(|socket| async move {
        let (mut peer, ..) = accept(socket, true).await;
        for frame in frames {
            peer.send(frame).await.unwrap();
        }
        while let Some(Ok(_)) = peer.next().await {}
    })
    .await;
    bounded(Builder::<Note>::new(url).format(format).connect()).await.unwrap().0
}

pub(crate) async fn next(room: &mut Connection<Note>) -> Option<Result<Note, ClientError>> {
    bounded(room.next()).await
}

pub(crate) fn raw(frame: Frame) -> Raw {
    match frame {
        Frame::Text(text) => Raw::text(text),
        Frame::Binary(bytes) => Raw::binary(bytes),
    }
}
