//! RFC 6455 byte by byte: what a server does with frames that no WebSocket library would send. Where workerd does something
//! else than the RFC asks for, see `Wire::fails_with`.

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
    events_room::{counts, log_of_the_end, socket},
    peer::{Peer, room},
};

const PATIENCE: Duration = Duration::from_secs(10);

/// The largest message of a room that sets no other limit.
const MAX_MESSAGE: usize = 1 << 20;

/// The bit of the last fragment.
const FIN: u8 = 0x80;
const CONTINUATION: u8 = 0x0;
const TEXT: u8 = 0x1;
const BINARY: u8 = 0x2;
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;
const PONG: u8 = 0xa;

/// A session of the room `Events` whose client writes bytes.
struct Wire<'h> {
    host: &'h Host,
    room: String,
    peer: Peer,
}

/// What came.
#[derive(Debug, PartialEq)]
enum Came {
    /// The first byte of a frame, and its payload.
    Frame(u8, Vec<u8>),
    /// The connection has ended.
    End,
}

impl<'h> Wire<'h> {
    async fn open(host: &'h Host) -> Self {
        let room = room();
        let peer = Peer::shake_hands(&host.rooms, &socket(&room), &[]).await;
        Self { host, room, peer }
    }

    /// Sends bytes. A server that has ended the connection already is no failure here.
    async fn send(&mut self, bytes: &[u8]) {
        let stream = self.peer.socket.get_mut();
        let _ = stream.write_all(bytes).await;
        let _ = stream.flush().await;
    }

    async fn next(&mut self) -> Came {
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
            Ok::<_, std::io::Error>(Came::Frame(first, payload))
        };
        timeout(PATIENCE, read).await.expect("a frame or the end").unwrap_or(Came::End)
    }

    /// The next message, which must be whole.
    async fn message(&mut self) -> Value {
        match self.next().await {
            Came::Frame(0x81, payload) => serde_json::from_slice(&payload).expect("JSON"),
            other => panic!("expected a message, got {other:?}"),
        }
    }

    /// The session is open, and nothing else is on its way.
    async fn goes_on(&mut self) {
        self.send(&frame(FIN | TEXT, br#"{"type":"echo","text":"on"}"#)).await;
        assert_eq!(self.message().await["text"], "on");
    }

    /// The server closes with this code and ends the connection, and the room hears of it once.
    async fn ends_with(mut self, code: u16) {
        match self.next().await {
            Came::Frame(0x88, payload) => assert_eq!(payload.get(..2), Some(&code.to_be_bytes()[..]), "{payload:?}"),
            other => panic!("expected the close code {code}, got {other:?}"),
        }
        self.ends().await;
    }

    /// The server must fail the connection with this code when these bytes come.
    ///
    /// On workerd the platform decides, and it is no judge: most of what breaks the RFC it takes, or stops to read without a
    /// word. All that is asked of it is that the others in the room notice nothing.
    async fn fails_with(mut self, bytes: &[u8], code: u16) {
        if self.host.is_local {
            self.send(bytes).await;
            return self.ends_with(code).await;
        }
        let peer = Peer::shake_hands(&self.host.rooms, &socket(&self.room), &[]).await;
        let mut other = Wire { host: self.host, room: self.room.clone(), peer };
        self.send(bytes).await;
        other.goes_on().await;
    }

    /// The server has ended the connection, or does so now; the room hears of it once.
    async fn ends(mut self) {
        assert_eq!(self.next().await, Came::End);
        self.leaves().await;
    }

    /// The room has counted the end, once, also where the server waits for the client to go first.
    async fn leaves(self) {
        let Self { host, room, peer } = self;
        drop(peer);
        let log = log_of_the_end(host, &room).await;
        assert_eq!(log.iter().filter(|line| line.starts_with("closed")).count(), 1, "{log:?}");
        counts(host, &room, 0).await;
    }
}

/// A server must fail the connection with this code when these bytes come.
async fn fails(host: &Host, bytes: &[u8], code: u16) {
    Wire::open(host).await.fails_with(bytes, code).await;
}

/// A masked frame: its first byte, and its payload.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = payload.len();
    let length = match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short @ ..126), _) => vec![0x80 | short],
        (_, Ok(medium)) => [&[0xfe][..], &medium.to_be_bytes()].concat(),
        _ => [&[0xff][..], &(length as u64).to_be_bytes()].concat(),
    };
    with_length(first, &length, payload)
}

/// The same with the bytes between the first and the mask as they are given.
fn with_length(first: u8, length: &[u8], payload: &[u8]) -> Vec<u8> {
    let mask = [0x37, 0xfa, 0x21, 0x3d];
    let masked = payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask);
    [&[first], length, &mask].concat().into_iter().chain(masked).collect()
}

/// A message that comes back, of exactly this many bytes.
fn echo(bytes: usize) -> Vec<u8> {
    let message = |padding: usize| format!(r#"{{"type":"echo","text":"a","more":"{}"}}"#, "x".repeat(padding));
    message(bytes - message(0).len()).into_bytes()
}
