//! The native transport: frames over tokio and tungstenite, in the clear or with TLS; and the line to a room under test.

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_util::{Sink, SinkExt, StreamExt};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message,
        handshake::client::Request,
        protocol::{CloseFrame, Role, WebSocketConfig, frame::coding::CloseCode},
    },
};

use super::{ClientError, clock::Instant, handshake, tls, watched::Watched};
use crate::{Close, Closed, codec::Frame};

/// The most bytes of an incoming message.
const LIMIT: usize = 32 * 1024 * 1024;

pub(super) trait Io: AsyncRead + AsyncWrite + Send + Sync + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Io for T {}

/// What carries the frames of a session.
pub(crate) enum Socket {
    /// A connection to a server.
    Tcp(Box<Tcp>),
    /// A line to a room in this process.
    #[cfg(feature = "testing")]
    Line(std::sync::Arc<crate::testing::Line>),
}

impl Socket {
    /// Connects and asks for the upgrade; the subprotocol that the server chose comes with the socket.
    pub(super) async fn open(request: Request) -> Result<(Self, Option<String>), ClientError> {
        let (tcp, chosen) = Tcp::open(request).await?;
        Ok((Self::Tcp(Box::new(tcp)), chosen))
    }

    /// Sends a frame: true once it is handed to the system.
    pub(super) async fn send(&mut self, frame: Frame) -> bool {
        match self {
            Self::Tcp(tcp) => tcp.send(frame).await,
            #[cfg(feature = "testing")]
            Self::Line(line) => line.send(frame),
        }
    }

    /// Sends the close frame; what comes in until the peer's answer is still to be read.
    pub(super) async fn close(&mut self, close: &Close) -> bool {
        match self {
            Self::Tcp(tcp) => tcp.close(close).await,
            #[cfg(feature = "testing")]
            Self::Line(line) => line.close(close),
        }
    }

    /// Writes what waits, such as the answer to the peer's close, if that can be done in time.
    pub(super) async fn flush(&mut self, limit: Duration) {
        match self {
            // What cannot be written any more will not be missed.
            Self::Tcp(tcp) => drop(timeout(limit, tcp.inner.flush()).await),
            #[cfg(feature = "testing")]
            Self::Line(_) => {}
        }
    }

    /// Begins to send a frame; [`drive`](Self::drive) tells when it is written.
    pub(super) fn start(&mut self, frame: Frame) {
        match self {
            Self::Tcp(tcp) => tcp.start(message(frame)),
            #[cfg(feature = "testing")]
            Self::Line(line) => drop(line.send(frame)),
        }
    }

    /// What happens next: what was begun is written, or, if it is to be read, something comes. Cancel-safe.
    pub(super) async fn drive(&mut self, read: bool) -> Driven {
        match self {
            Self::Tcp(tcp) => tcp.drive(read).await,
            #[cfg(feature = "testing")]
            Self::Line(line) => Driven::Came(line.next().await),
        }
    }

    /// When there was the last sign of the peer's life, a part of a frame included.
    pub(super) fn heard(&self) -> Instant {
        match self {
            Self::Tcp(tcp) => tcp.inner.get_ref().heard(),
            #[cfg(feature = "testing")]
            Self::Line(_) => Instant::now(),
        }
    }

    /// The next frame of the application, or the end. Cancel-safe.
    pub(super) async fn next(&mut self) -> Incoming {
        match self {
            Self::Tcp(tcp) => tcp.next().await,
            #[cfg(feature = "testing")]
            Self::Line(line) => line.next().await,
        }
    }
}

/// An open WebSocket.
pub(crate) struct Tcp {
    inner: WebSocketStream<Watched<Box<dyn Io>>>,
    /// Whether a frame may still wait to be written, as when a send was cancelled.
    unflushed: bool,
    /// Why nothing more can be written.
    broken: Option<Error>,
}

/// What came in.
#[derive(Debug)]
pub(crate) enum Incoming {
    Frame(Frame),
    /// Nothing more will come.
    Closed(Closed),
}

/// What a socket has done.
#[derive(Debug)]
pub(super) enum Driven {
    /// All that was begun is written, or never will be, which the end tells then.
    Written,
    Came(Incoming),
}

impl Tcp {
    async fn open(request: Request) -> Result<(Self, Option<String>), ClientError> {
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
        let config = WebSocketConfig::default()
            .read_buffer_size(16 * 1024)
            .max_message_size(Some(LIMIT))
            .max_frame_size(Some(LIMIT));
        let socket = Watched::new(socket);
        let inner = WebSocketStream::from_partially_read(socket, rest, Role::Client, Some(config)).await;
        Ok((Self { inner, unflushed: false, broken: None }, chosen))
    }

    async fn send(&mut self, frame: Frame) -> bool {
        self.write(message(frame)).await
    }

    fn start(&mut self, message: Message) {
        self.broken = Pin::new(&mut self.inner).start_send(message).err();
        self.unflushed = true;
    }

    async fn close(&mut self, close: &Close) -> bool {
        let frame = CloseFrame { code: close.code().into(), reason: close.reason().into() };
        self.write(Message::Close(Some(frame))).await
    }

    async fn write(&mut self, message: Message) -> bool {
        self.unflushed = true;
        let sent = self.inner.send(message).await.is_ok();
        self.unflushed = false;
        sent
    }

    async fn next(&mut self) -> Incoming {
        loop {
            if let Driven::Came(incoming) = self.drive(true).await {
                return incoming;
            }
        }
    }

    async fn drive(&mut self, read: bool) -> Driven {
        poll_fn(|context| {
            if self.unflushed
                && let Poll::Ready(flushed) = Pin::new(&mut self.inner).poll_flush(context)
            {
                self.unflushed = false;
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
        loop {
            let incoming = match ready!(self.inner.poll_next_unpin(context)) {
                Some(Ok(Message::Text(text))) => Incoming::Frame(Frame::Text(text.as_str().to_owned())),
                Some(Ok(Message::Binary(bytes))) => Incoming::Frame(Frame::Binary(bytes.into())),
                Some(Ok(Message::Close(Some(frame)))) => {
                    Incoming::Closed(Closed::by_peer(frame.code.into(), frame.reason.as_str()))
                }
                Some(Ok(Message::Close(None))) => Incoming::Closed(Closed::by_peer(1005, "")),
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
                None => Incoming::Closed(Closed::lost()),
                Some(Err(error)) => Incoming::Closed(self.fail(&error)),
            };
            return Poll::Ready(incoming);
        }
    }

    /// A connection that broke, or a peer that broke the rules of WebSocket and is told so.
    fn fail(&mut self, error: &Error) -> Closed {
        let code = match error {
            Error::Capacity(_) => CloseCode::Size,
            Error::Utf8(_) => CloseCode::Invalid,
            Error::Protocol(_) => CloseCode::Protocol,
            _ => return Closed::failed(error.to_string()),
        };
        // Written when the connection is done with; not at all if it is broken.
        let frame = CloseFrame { code, reason: "".into() };
        let _ = Pin::new(&mut self.inner).start_send(Message::Close(Some(frame)));
        Closed::failed(error.to_string())
    }
}

fn message(frame: Frame) -> Message {
    match frame {
        Frame::Text(text) => Message::text(text),
        Frame::Binary(bytes) => Message::binary(bytes),
    }
}
