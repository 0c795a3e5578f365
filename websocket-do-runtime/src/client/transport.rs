//! The transport of a session: a socket of the platform, or a connection within this process.

use std::{
    future::poll_fn,
    task::{Context, Poll},
    time::Duration,
};

use http::Request;

use super::{ClientError, clock::Instant, platform::PlatformSocket};
use crate::{Close, Closed, codec::Frame};

/// The most bytes of an incoming message, and of all unread messages where the server cannot be slowed down.
pub(super) const MAX_INCOMING: usize = 32 * 1024 * 1024;

/// An open connection, which sends and receives frames.
pub(crate) enum Socket {
    /// A socket of the platform.
    Platform(Box<PlatformSocket>),
    /// A connection to a room in this process.
    #[allow(dead_code, reason = "constructed only for rooms under test")]
    InProcess(InProcess),
}

/// A connection to a room in this process: sending never waits.
pub(crate) trait InProcessConnection: Send + Sync {
    /// Sends a frame; false once the connection is closed.
    fn send(&self, frame: Frame) -> bool;

    /// Sends the close frame; false once the connection is closed.
    fn close(&self, close: &Close) -> bool;

    /// Polls for the next frame, or the end.
    fn poll_next(&self, context: &mut Context<'_>) -> Poll<Incoming>;
}

#[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
pub(crate) type InProcess = std::sync::Arc<dyn InProcessConnection>;

/// Without rooms under test there is no such connection, and the variant costs nothing.
#[cfg(not(all(feature = "testing", not(target_arch = "wasm32"))))]
pub(crate) enum InProcess {}

#[cfg(not(all(feature = "testing", not(target_arch = "wasm32"))))]
impl InProcessConnection for InProcess {
    fn send(&self, _: Frame) -> bool {
        match *self {}
    }

    fn close(&self, _: &Close) -> bool {
        match *self {}
    }

    fn poll_next(&self, _: &mut Context<'_>) -> Poll<Incoming> {
        match *self {}
    }
}

/// An incoming frame, or the end of the connection.
#[derive(Debug)]
pub(crate) enum Incoming {
    Frame(Frame),
    /// The last item.
    Closed(Closed),
}

/// What [`Socket::drive`] has done.
#[derive(Debug)]
pub(super) enum Progress {
    /// The frame is written. If writing failed, the next item is the end of the connection.
    Written,
    Received(Incoming),
}

impl Socket {
    /// Connects and performs the handshake. Returns the subprotocol that the server chose, if any.
    pub(super) async fn open(request: Request<()>) -> Result<(Self, Option<String>), ClientError> {
        let (socket, subprotocol) = PlatformSocket::open(request).await?;
        Ok((Self::Platform(Box::new(socket)), subprotocol))
    }

    /// Wraps the socket of a Worker, accepted before any event can have been fired.
    #[cfg(all(feature = "server", target_arch = "wasm32"))]
    pub(crate) fn accepted(socket: web_sys::WebSocket) -> Self {
        Self::Platform(Box::new(PlatformSocket::accepted(socket)))
    }

    /// Wraps the client's end of a stream in memory, after the handshake.
    #[cfg(all(feature = "server", not(target_arch = "wasm32")))]
    pub(crate) fn in_memory(stream: tokio::io::DuplexStream) -> Self {
        Self::Platform(Box::new(PlatformSocket::new(Box::new(stream), Vec::new())))
    }

    /// Adds the headers of the handshake to a request.
    #[cfg(all(feature = "server", not(target_arch = "wasm32")))]
    pub(crate) fn handshake(request: Request<()>) -> Result<Request<()>, ClientError> {
        super::platform::handshake::with_handshake_headers(request)
    }

    /// Sends a frame; true once it is handed to the system.
    pub(super) async fn send(&mut self, frame: Frame) -> bool {
        match self {
            Self::Platform(socket) => socket.send(frame).await,
            Self::InProcess(connection) => connection.send(frame),
        }
    }

    /// Sends the close frame. Frames can still be received until the peer answers.
    pub(super) async fn close(&mut self, close: &Close) -> bool {
        match self {
            Self::Platform(socket) => socket.close(close).await,
            Self::InProcess(connection) => connection.close(close),
        }
    }

    /// Writes what is buffered, such as the answer to the peer's close frame, within `timeout`.
    pub(super) async fn flush(&mut self, timeout: Duration) {
        match self {
            Self::Platform(socket) => socket.flush(timeout).await,
            Self::InProcess(_) => {}
        }
    }

    /// Starts to send a frame; [`drive`](Self::drive) returns [`Progress::Written`] when it is written.
    pub(super) fn start(&mut self, frame: Frame) {
        match self {
            Self::Platform(socket) => socket.start(frame),
            Self::InProcess(connection) => drop(connection.send(frame)),
        }
    }

    /// Writes the started frame and, if `read`, waits for an incoming one. Cancel-safe.
    pub(super) async fn drive(&mut self, read: bool) -> Progress {
        match self {
            Self::Platform(socket) => socket.drive(read).await,
            Self::InProcess(connection) => Progress::Received(poll_fn(|context| connection.poll_next(context)).await),
        }
    }

    /// Returns when the peer last sent or accepted bytes, parts of a frame included.
    pub(super) fn last_activity(&self) -> Instant {
        match self {
            Self::Platform(socket) => socket.last_activity(),
            Self::InProcess(_) => Instant::now(),
        }
    }

    /// Returns the next frame, or the end. Cancel-safe.
    pub(super) async fn next(&mut self) -> Incoming {
        match self {
            Self::Platform(socket) => socket.next().await,
            Self::InProcess(connection) => poll_fn(|context| connection.poll_next(context)).await,
        }
    }
}
