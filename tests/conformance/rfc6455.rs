//! RFC 6455 at the level of bytes, including frames that no WebSocket library would send. For workerd's deviations from the
//! RFC see `Wire::fails_with`.

pub(crate) mod closing;
pub(crate) mod control;
pub(crate) mod fragments;
pub(crate) mod frames;
pub(crate) mod utf8;

use std::time::Duration;

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

use crate::{
    Host,
    events_room::{log_of_the_end, socket, wait_for_count},
    peer::{Peer, room},
};

const PATIENCE: Duration = Duration::from_secs(10);

/// The default limit of a message.
const MAX_MESSAGE: usize = 1 << 20;

/// The FIN bit.
const FIN: u8 = 0x80;
const CONTINUATION: u8 = 0x0;
const TEXT: u8 = 0x1;
const BINARY: u8 = 0x2;
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;
const PONG: u8 = 0xa;

/// A session of the room `Events` whose client reads and writes bytes.
struct Wire<'h> {
    host: &'h Host,
    room: String,
    peer: Peer,
}

/// A received frame, or the end of the connection.
#[derive(Debug, PartialEq)]
enum Received {
    /// The first byte and the payload.
    Frame(u8, Vec<u8>),
    /// The connection ended.
    End,
}

impl<'h> Wire<'h> {
    async fn open(host: &'h Host) -> Self {
        let room = room();
        let peer = Peer::open_raw(&host.rooms, &socket(&room), &[]).await;
        Self { host, room, peer }
    }

    /// Sends bytes, unless the server has ended the connection.
    async fn send(&mut self, bytes: &[u8]) {
        let stream = self.peer.socket.get_mut();
        let _ = stream.write_all(bytes).await;
        let _ = stream.flush().await;
    }

    async fn next(&mut self) -> Received {
        let stream = self.peer.socket.get_mut();
        let read = async {
            let first = stream.read_u8().await?;
            let length = match stream.read_u8().await? {
                masked @ 0x80.. => panic!("a masked frame from a server: {masked:x}"),
                126 => stream.read_u16().await?.into(),
                127 => stream.read_u64().await?,
                short => short.into(),
            };
            let mut payload = vec![0; length.try_into().expect("a length")];
            stream.read_exact(&mut payload).await?;
            Ok::<_, std::io::Error>(Received::Frame(first, payload))
        };
        timeout(PATIENCE, read).await.expect("a frame or the end").unwrap_or(Received::End)
    }

    /// Receives the next message, which must be unfragmented text.
    async fn message(&mut self) -> Value {
        match self.next().await {
            Received::Frame(0x81, payload) => serde_json::from_slice(&payload).expect("JSON"),
            other => panic!("expected a message, got {other:?}"),
        }
    }

    /// Asserts that the session is open and no other frame is in flight.
    async fn still_works(&mut self) {
        self.send(&frame(FIN | TEXT, br#"{"type":"echo","text":"on"}"#)).await;
        assert_eq!(self.message().await["text"], "on");
    }

    /// Asserts that the server closes with this code, ends the connection, and runs the close handler once.
    async fn ends_with(mut self, code: u16) {
        match self.next().await {
            Received::Frame(0x88, payload) => {
                assert_eq!(payload.get(..2), Some(&code.to_be_bytes()[..]), "{payload:?}");
            }
            other => panic!("expected the close code {code}, got {other:?}"),
        }
        self.ends().await;
    }

    /// Sends these bytes; asserts that the server fails the connection with this code.
    ///
    /// workerd accepts most violations of the RFC, or stops reading without a close frame. There this asserts only that
    /// another session of the room still works.
    async fn fails_with(mut self, bytes: &[u8], code: u16) {
        if self.host.is_local {
            self.send(bytes).await;
            return self.ends_with(code).await;
        }
        let peer = Peer::open_raw(&self.host.rooms, &socket(&self.room), &[]).await;
        let mut other = Wire { host: self.host, room: self.room.clone(), peer };
        self.send(bytes).await;
        other.still_works().await;
    }

    /// Asserts that the server ends the connection and runs the close handler once.
    async fn ends(mut self) {
        assert_eq!(self.next().await, Received::End);
        self.leaves().await;
    }

    /// Disconnects; asserts that the close handler ran once.
    async fn leaves(self) {
        let Self { host, room, peer } = self;
        drop(peer);
        let log = log_of_the_end(host, &room).await;
        assert_eq!(log.iter().filter(|line| line.starts_with("closed")).count(), 1, "{log:?}");
        wait_for_count(host, &room, 0).await;
    }
}

/// Opens a session, sends these bytes, and asserts that the server fails the connection with this code.
async fn fails(host: &Host, bytes: &[u8], code: u16) {
    Wire::open(host).await.fails_with(bytes, code).await;
}

/// A masked frame with this first byte and payload.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = payload.len();
    let length = match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short @ ..126), _) => vec![0x80 | short],
        (_, Ok(medium)) => [&[0xfe][..], &medium.to_be_bytes()].concat(),
        _ => [&[0xff][..], &(length as u64).to_be_bytes()].concat(),
    };
    with_length(first, &length, payload)
}

/// A masked frame whose length bytes are given.
fn with_length(first: u8, length: &[u8], payload: &[u8]) -> Vec<u8> {
    let mask = [0x37, 0xfa, 0x21, 0x3d];
    let masked = payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask);
    [&[first], length, &mask].concat().into_iter().chain(masked).collect()
}

/// An echo message of exactly this many bytes.
fn echo(bytes: usize) -> Vec<u8> {
    let message = |padding: usize| format!(r#"{{"type":"echo","text":"a","more":"{}"}}"#, "x".repeat(padding));
    message(bytes - message(0).len()).into_bytes()
}
