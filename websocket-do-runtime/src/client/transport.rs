//! What carries the frames of a session: a socket of the platform, or the line to a room under test.

use std::time::Duration;

use http::Request;

use super::{ClientError, clock::Instant, platform::Wire};
use crate::{Close, Closed, codec::Frame};

/// The most bytes of an incoming message; where a slow reader cannot hold up the server, of all that is not read yet.
pub(super) const LIMIT: usize = 32 * 1024 * 1024;

/// What carries the frames of a session.
pub(crate) enum Socket {
    /// A socket of the platform.
    Wire(Box<Wire>),
    /// A line to a room in this process.
    #[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
    Line(std::sync::Arc<crate::testing::Connection>),
}

impl Socket {
    /// Connects and asks for the upgrade; the subprotocol that the server chose comes with the socket.
    pub(super) async fn open(request: Request<()>) -> Result<(Self, Option<String>), ClientError> {
        let (wire, chosen) = Wire::open(request).await?;
        Ok((Self::Wire(Box::new(wire)), chosen))
    }

    /// A socket that a Worker was given, and has accepted before anything can have come.
    #[cfg(all(feature = "server", target_arch = "wasm32"))]
    pub(crate) fn accepted(socket: web_sys::WebSocket) -> Self {
        Self::Wire(Box::new(Wire::accepted(socket)))
    }

    /// Sends a frame: true once it is handed to the system.
    pub(super) async fn send(&mut self, frame: Frame) -> bool {
        match self {
            Self::Wire(wire) => wire.send(frame).await,
            #[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
            Self::Line(line) => line.send(frame),
        }
    }

    /// Sends the close frame; what comes in until the peer's answer is still to be read.
    pub(super) async fn close(&mut self, close: &Close) -> bool {
        match self {
            Self::Wire(wire) => wire.close(close).await,
            #[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
            Self::Line(line) => line.close(close),
        }
    }

    /// Writes what waits, such as the answer to the peer's close, if that can be done in time.
    pub(super) async fn flush(&mut self, limit: Duration) {
        match self {
            Self::Wire(wire) => wire.flush(limit).await,
            #[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
            Self::Line(_) => {}
        }
    }

    /// Begins to send a frame; [`drive`](Self::drive) tells when it is written.
    pub(super) fn start(&mut self, frame: Frame) {
        match self {
            Self::Wire(wire) => wire.start(frame),
            #[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
            Self::Line(line) => drop(line.send(frame)),
        }
    }

    /// What happens next: what was begun is written, or, if it is to be read, something comes. Cancel-safe.
    pub(super) async fn drive(&mut self, read: bool) -> Driven {
        match self {
            Self::Wire(wire) => wire.drive(read).await,
            #[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
            Self::Line(line) => Driven::Came(line.next().await),
        }
    }

    /// When there was the last sign of the peer's life, a part of a frame included.
    pub(super) fn heard(&self) -> Instant {
        match self {
            Self::Wire(wire) => wire.heard(),
            #[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
            Self::Line(_) => Instant::now(),
        }
    }

    /// The next frame of the application, or the end. Cancel-safe.
    pub(super) async fn next(&mut self) -> Incoming {
        match self {
            Self::Wire(wire) => wire.next().await,
            #[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
            Self::Line(line) => line.next().await,
        }
    }
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
