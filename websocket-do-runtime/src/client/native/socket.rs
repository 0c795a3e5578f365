//! The native socket: frames over tokio and tungstenite, in the clear or with TLS.

use std::{
    future::poll_fn,
    io::ErrorKind::WouldBlock,
    task::{Context, Poll, ready},
    time::Duration,
};

use http::Request;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::tungstenite::{
    Error, Message,
    protocol::{CloseFrame, Role, WebSocket, WebSocketConfig, frame::coding::CloseCode},
};

use super::{clock::Instant, handshake, stream::Stream, tls};
use crate::{
    Close, Closed,
    client::{
        ClientError,
        transport::{Driven, Incoming, LIMIT},
    },
    codec::Frame,
};

pub(super) trait Io: AsyncRead + AsyncWrite + Send + Sync + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Io for T {}

/// The most bytes that wait to be written when an answer to a ping joins them. While more wait, only the newest answer is
/// kept (RFC 6455, 5.5.3), so that a peer that sends pings and reads nothing costs no memory.
const UNSENT: usize = 1024;

/// An open WebSocket.
pub(crate) struct Tcp {
    inner: WebSocket<Stream<Box<dyn Io>>>,
    /// Whether a frame may still wait to be written, as when a send was cancelled.
    unflushed: bool,
    /// Why nothing more can be written.
    broken: Option<Error>,
    /// Whether nothing more can be read.
    ended: bool,
}

impl Tcp {
    /// Connects and asks for the upgrade; the subprotocol that the server chose comes with the socket.
    pub(in crate::client) async fn open(request: Request<()>) -> Result<(Self, Option<String>), ClientError> {
        let secure = request.uri().scheme_str() == Some("wss");
        let host = request.uri().host().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = request.uri().port_u16().unwrap_or(if secure { 443 } else { 80 });
        let socket = TcpStream::connect((host.as_str(), port))
            .await
            .map_err(|error| ClientError::Transport(format!("{host}:{port}: {error}")))?;
        // What is sent is small and wanted at once. A socket that cannot do without the delay still works.
        let _ = socket.set_nodelay(true);
        let mut socket: Box<dyn Io> =
            if secure { Box::new(tls::secure(socket, &host).await?) } else { Box::new(socket) };
        let (chosen, rest) = handshake::upgrade(&mut socket, request).await?;
        Ok((Self::new(socket, rest), chosen))
    }

    /// A socket after its handshake, and the bytes that came with the end of that.
    fn new(socket: Box<dyn Io>, rest: Vec<u8>) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(16 * 1024)
            .write_buffer_size(0)
            .max_write_buffer_size(UNSENT)
            .max_message_size(Some(LIMIT))
            .max_frame_size(Some(LIMIT));
        let inner = WebSocket::from_partially_read(Stream::new(socket), rest, Role::Client, Some(config));
        Self { inner, unflushed: false, broken: None, ended: false }
    }

    pub(in crate::client) async fn send(&mut self, frame: Frame) -> bool {
        self.write(message(frame)).await
    }

    pub(in crate::client) fn start(&mut self, frame: Frame) {
        self.broken = self.begin(message(frame)).err();
    }

    pub(in crate::client) async fn close(&mut self, close: &Close) -> bool {
        let frame = CloseFrame { code: close.code().into(), reason: close.reason().into() };
        self.write(Message::Close(Some(frame))).await
    }

    pub(in crate::client) async fn flush(&mut self, limit: Duration) {
        // What cannot be written any more will not be missed.
        drop(timeout(limit, poll_fn(|context| self.poll_flush(context))).await);
    }

    pub(in crate::client) fn heard(&self) -> Instant {
        self.inner.get_ref().heard()
    }

    async fn write(&mut self, message: Message) -> bool {
        self.begin(message).is_ok() && poll_fn(|context| self.poll_flush(context)).await.is_ok()
    }

    /// Takes a frame to be written, of whatever size.
    fn begin(&mut self, message: Message) -> Result<(), Error> {
        self.unflushed = true;
        self.inner.set_config(|config| config.max_write_buffer_size = usize::MAX);
        let begun = self.inner.write(message);
        self.inner.set_config(|config| config.max_write_buffer_size = UNSENT);
        // What cannot be written yet is kept.
        blocked(begun).unwrap_or(Ok(()))
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.get_mut().wake(context);
        // An answer to a ping or a close that found no room before has it after the first time.
        let flushed = self.inner.flush().and_then(|()| self.inner.flush());
        let flushed = ready!(blocked(flushed).map_or(Poll::Pending, Poll::Ready));
        self.unflushed = false;
        // That the connection is closed is no failure to write: all was written before.
        Poll::Ready(if matches!(flushed, Err(Error::ConnectionClosed)) { Ok(()) } else { flushed })
    }

    pub(in crate::client) async fn next(&mut self) -> Incoming {
        loop {
            if let Driven::Came(incoming) = self.drive(true).await {
                return incoming;
            }
        }
    }

    pub(in crate::client) async fn drive(&mut self, read: bool) -> Driven {
        poll_fn(|context| {
            if self.unflushed
                && let Poll::Ready(flushed) = self.poll_flush(context)
            {
                self.broken = self.broken.take().or(flushed.err());
                return Poll::Ready(Driven::Written);
            }
            if read {
                // Of a connection that broke there may still be something to read: the peer's reason above all.
                return self.poll_next(context).map(Driven::Came);
            }
            match self.broken.take() {
                Some(error) => Poll::Ready(Driven::Came(Incoming::Closed(Closed::failed(error.to_string())))),
                None => Poll::Pending,
            }
        })
        .await
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Incoming> {
        self.inner.get_mut().wake(context);
        while !self.ended {
            let Some(read) = blocked(self.inner.read()) else {
                // A pong that found no room while the rest was written has it now. If that fails, so does reading.
                let _ = self.inner.flush();
                return Poll::Pending;
            };
            let incoming = match read {
                Ok(Message::Text(text)) => Incoming::Frame(Frame::Text(text.as_str().to_owned())),
                // Copied: the bytes may be a small part of a large buffer, which they would keep.
                Ok(Message::Binary(bytes)) => Incoming::Frame(Frame::Binary(bytes.to_vec())),
                Ok(Message::Close(Some(frame))) => {
                    Incoming::Closed(Closed::by_peer(frame.code.into(), frame.reason.as_str()))
                }
                Ok(Message::Close(None)) => Incoming::Closed(Closed::by_peer(1005, "")),
                Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => continue,
                Err(error) => Incoming::Closed(self.fail(&error)),
            };
            return Poll::Ready(incoming);
        }
        Poll::Ready(Incoming::Closed(Closed::lost()))
    }

    /// A connection that ended or broke, or a peer that broke the rules of WebSocket and is told so.
    fn fail(&mut self, error: &Error) -> Closed {
        self.ended = true;
        let code = match error {
            Error::ConnectionClosed | Error::AlreadyClosed => return Closed::lost(),
            Error::Capacity(_) => CloseCode::Size,
            Error::Utf8(_) => CloseCode::Invalid,
            Error::Protocol(_) => CloseCode::Protocol,
            _ => return Closed::failed(error.to_string()),
        };
        // Written when the connection is done with; not at all if it is broken.
        let _ = self.begin(Message::Close(Some(CloseFrame { code, reason: "".into() })));
        Closed::failed(error.to_string())
    }
}

/// What came of reading or writing; none if it could not go on.
fn blocked<T>(result: Result<T, Error>) -> Option<Result<T, Error>> {
    match result {
        Err(Error::Io(error)) if error.kind() == WouldBlock => None,
        result => Some(result),
    }
}

fn message(frame: Frame) -> Message {
    match frame {
        Frame::Text(text) => Message::text(text),
        Frame::Binary(bytes) => Message::binary(bytes),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

    use futures_util::{SinkExt, StreamExt};
    use tokio::{
        io::{DuplexStream, duplex},
        select,
    };
    use tokio_tungstenite::WebSocketStream;

    use super::*;

    type Peer = WebSocketStream<DuplexStream>;

    /// A socket, and its peer, with room for so many bytes between them.
    async fn pair(room: usize) -> (Tcp, Peer) {
        let (ours, theirs) = duplex(room);
        (Tcp::new(Box::new(ours), Vec::new()), WebSocketStream::from_raw_socket(theirs, Role::Server, None).await)
    }

    async fn bounded<F: Future>(future: F) -> F::Output {
        timeout(Duration::from_secs(20), future).await.unwrap()
    }

    /// Serves the socket while the peer does something.
    async fn meanwhile<T>(socket: &mut Tcp, peer: impl Future<Output = T>) -> T {
        let served = async {
            while let Driven::Written = socket.drive(true).await {}
            std::future::pending::<()>().await;
        };
        bounded(async {
            select! {
                done = peer => done,
                () = served => unreachable!(),
            }
        })
        .await
    }

    fn ping(number: u32) -> Message {
        Message::Ping(number.to_be_bytes().to_vec().into())
    }

    #[tokio::test]
    async fn a_peer_that_pings_and_reads_nothing_gets_the_newest_pong_only() {
        const LAST: u32 = 20_000;
        let (mut socket, mut peer) = pair(4096).await;
        // More than the peer takes, so that no pong can leave.
        socket.start(Frame::Binary(vec![0; 100_000]));
        meanwhile(&mut socket, async {
            for number in 0..=LAST {
                peer.feed(ping(number)).await.unwrap();
            }
            peer.flush().await.unwrap();
        })
        .await;
        let (mut pongs, mut others) = (Vec::new(), Vec::new());
        meanwhile(&mut socket, async {
            while pongs.last() != Some(&LAST) {
                match peer.next().await.unwrap().unwrap() {
                    Message::Pong(pong) => pongs.push(u32::from_be_bytes(pong.as_ref().try_into().unwrap())),
                    other => others.push(other),
                }
            }
        })
        .await;
        assert_eq!(others, [Message::binary(vec![0; 100_000])]);
        // What was still on its way when the peer began to read may be answered one by one.
        assert!(pongs.len() < 1500, "{} pongs", pongs.len());
    }

    #[tokio::test]
    async fn a_close_is_answered_although_a_pong_waits() {
        let (mut socket, mut peer) = pair(4096).await;
        socket.start(Frame::Binary(vec![0; 10_000]));
        peer.send(ping(1)).await.unwrap();
        peer.send(Message::Close(Some(CloseFrame { code: CloseCode::Away, reason: "".into() }))).await.unwrap();
        match bounded(socket.drive(true)).await {
            Driven::Came(Incoming::Closed(closed)) => assert_eq!(closed.code(), 1001),
            other => panic!("{other:?}"),
        }
        let answer = async {
            while let Some(frame) = peer.next().await {
                if let Ok(Message::Close(close)) = frame {
                    return close;
                }
            }
            None
        };
        let ((), close) = tokio::join!(socket.flush(Duration::from_secs(10)), bounded(answer));
        assert_eq!(close.unwrap().code, CloseCode::Away);
    }

    #[tokio::test]
    async fn a_small_frame_keeps_no_large_buffer() {
        let (mut socket, mut peer) = pair(1 << 22).await;
        peer.feed(Message::text("x".repeat(1 << 20))).await.unwrap();
        peer.feed(Message::binary(vec![1; 8])).await.unwrap();
        peer.send(Message::text("x".repeat(1 << 20))).await.unwrap();
        bounded(socket.next()).await;
        match bounded(socket.next()).await {
            Incoming::Frame(Frame::Binary(bytes)) => assert!(bytes.capacity() < 1024, "{}", bytes.capacity()),
            other => panic!("{other:?}"),
        }
    }
}
