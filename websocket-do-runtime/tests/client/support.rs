//! The protocol of the tests, and their servers.
#![allow(clippy::unwrap_used, clippy::expect_used)] // all of it is test code

use std::{
    future::Future,
    ops::{Deref, DerefMut},
    time::Duration,
};

use futures_util::{SinkExt, StreamExt};
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
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
    client::{Builder, ClientError, Connection, Event, Reconnecting, Sender, TypedClient},
    codec::{Format, Frame, Json, encode},
    protocol::{
        ClientMessage, Message, ServerMessage, Validate, ValidationCode, ValidationError, Value,
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
}

impl Validate for Note {
    fn validate(&self) -> Result<(), ValidationError> {
        match self {
            Self::Say { text } if text.is_empty() => {
                Err(ValidationError::new(ValidationCode::Rule, "must not be empty").within("text"))
            }
            Self::Say { .. } => Ok(()),
        }
    }
}

impl Message for Note {
    type Text = Json;
    const SCHEMA: MessageSchema = MessageSchema { name: "Note", tag: "type", docs: "", call_id: None, variants: &[] };
}

impl ClientMessage for Note {
    type Server = Self;
}

impl ServerMessage for Note {}

/// The client that the derive would generate.
#[derive(Debug, Clone)]
pub(crate) struct Client<C = Reconnecting<Note>>(pub(crate) C);

impl<C> From<C> for Client<C> {
    fn from(inner: C) -> Self {
        Self(inner)
    }
}

impl<C> Deref for Client<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.0
    }
}

impl<C> DerefMut for Client<C> {
    fn deref_mut(&mut self) -> &mut C {
        &mut self.0
    }
}

impl TypedClient for Note {
    type Client = Client;
    type Session = Client<Connection<Note>>;
    type Sender = Client<Sender<Note>>;
    type Over<C> = Client<C>;
}

pub(crate) type Peer = WebSocketStream<TcpStream>;

pub(crate) fn say(text: &str) -> Note {
    Note::Say { text: text.to_owned() }
}

pub(crate) async fn bounded<F: Future>(future: F) -> F::Output {
    timeout(Duration::from_secs(10), future).await.expect("within ten seconds")
}

/// Serves one connection and returns the URL.
pub(crate) async fn serve<F: Future<Output = ()> + Send + 'static>(
    peer: impl FnOnce(TcpStream) -> F + Send + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { peer(listener.accept().await.unwrap().0).await });
    format!("ws://{address}/room/a?x=1")
}

/// Accepts an upgrade; with `echo` the server chooses the offered subprotocol.
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

/// Opens a session with a server that sends these frames and then reads until the end.
pub(crate) async fn after(format: Format, frames: Vec<Raw>) -> Connection<Note> {
    let url = serve(|socket| async move {
        let (mut peer, ..) = accept(socket, true).await;
        for frame in frames {
            peer.send(frame).await.unwrap();
        }
        while let Some(Ok(_)) = peer.next().await {}
    })
    .await;
    bounded(Builder::<Note>::new(url).format(format).connect_once()).await.unwrap().0
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

/// Serves any number of connections, numbered from 0, and returns the URL.
pub(crate) async fn serve_each<F: Future<Output = ()> + Send + 'static>(
    peer: impl Fn(usize, TcpStream) -> F + Send + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        for number in 0.. {
            let (socket, _) = listener.accept().await.unwrap();
            tokio::spawn(peer(number, socket));
        }
    });
    format!("ws://{address}/room/a")
}

/// A client with a short backoff.
pub(crate) fn hasty(url: impl Into<String>) -> Builder<Note> {
    Builder::new(url).backoff(Duration::from_millis(5), Duration::from_millis(20))
}

pub(crate) async fn event(room: &mut Client) -> Option<Event<Note>> {
    bounded(room.events().next()).await
}

/// Sends everything back until the peer closes.
pub(crate) async fn echo(socket: TcpStream) {
    let (mut peer, ..) = accept(socket, true).await;
    while let Some(Ok(frame)) = peer.next().await {
        let answer = if frame == Raw::text("wsdo:ping") { Raw::text("wsdo:pong") } else { frame };
        if (answer.is_text() || answer.is_binary()) && peer.send(answer).await.is_err() {
            break;
        }
    }
}

/// Responds to the handshake with this status.
pub(crate) async fn refuse(mut socket: TcpStream, status: u16) {
    let _ = socket.read(&mut [0; 4096]).await;
    let _ = socket.write_all(format!("HTTP/1.1 {status} x\r\nContent-Length: 0\r\n\r\n").as_bytes()).await;
}

/// The frame of `say(text)` in JSON.
pub(crate) fn text(text: &str) -> Raw {
    raw(encode(&say(text), Format::Json).unwrap())
}
