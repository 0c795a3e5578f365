//! The native socket: tungstenite's frames over TCP, with or without TLS.

use std::{
    future::poll_fn,
    task::{Context, Poll, ready},
    time::Duration,
};

use http::Request;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tungstenite::{
    Error, Message,
    protocol::{CloseFrame, Role, WebSocket},
};

use super::{clock::Instant, handshake, tls};
use crate::{
    Close, Closed,
    client::{
        ClientError,
        transport::{Incoming, MAX_INCOMING, Progress},
    },
    codec::Frame,
    connection::websocket::{self, Stream, blocked, violation},
};

pub(in crate::client) trait Io: AsyncRead + AsyncWrite + Send + Sync + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Io for T {}

/// The most buffered bytes to which a pong is added. While there are more, only the newest pong is kept (RFC 6455, 5.5.3), so that
/// a peer that sends pings and reads nothing costs no memory.
const MAX_UNSENT: usize = 1024;

/// An open WebSocket.
pub(crate) struct NativeSocket {
    inner: WebSocket<Stream<Box<dyn Io>>>,
    /// Whether a frame may be buffered, such as after a cancelled send.
    unflushed: bool,
    /// Why writing failed.
    write_error: Option<Error>,
    /// Whether the end was read.
    ended: bool,
}

impl NativeSocket {
    /// Connects and performs the handshake. Returns the subprotocol that the server chose, if any.
    pub(in crate::client) async fn open(request: Request<()>) -> Result<(Self, Option<String>), ClientError> {
        let secure = request.uri().scheme_str() == Some("wss");
        let host = request.uri().host().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = request.uri().port_u16().unwrap_or(if secure { 443 } else { 80 });
        let socket = TcpStream::connect((host.as_str(), port))
            .await
            .map_err(|error| ClientError::Transport(format!("{host}:{port}: {error}")))?;
        // Frames are small and latency matters. Failure is harmless.
        let _ = socket.set_nodelay(true);
        let socket: Box<dyn Io> = if secure { Box::new(tls::connect(socket, &host).await?) } else { Box::new(socket) };
        let upgraded = handshake::upgrade(socket, request).await?;
        Ok((Self::new(upgraded.socket, upgraded.read.to_vec()), upgraded.subprotocol))
    }

    /// Wraps a stream after its handshake; `read` are the bytes received behind it.
    pub(in crate::client) fn new(socket: Box<dyn Io>, read: Vec<u8>) -> Self {
        let config = websocket::config(MAX_INCOMING).max_write_buffer_size(MAX_UNSENT);
        let inner = WebSocket::from_partially_read(Stream::new(socket), read, Role::Client, Some(config));
        Self { inner, unflushed: false, write_error: None, ended: false }
    }

    pub(in crate::client) async fn send(&mut self, frame: Frame) -> bool {
        self.write(message(frame)).await
    }

    pub(in crate::client) fn start(&mut self, frame: Frame) {
        self.write_error = self.begin(message(frame)).err();
    }

    pub(in crate::client) async fn close(&mut self, close: &Close) -> bool {
        let frame = CloseFrame { code: close.code().into(), reason: close.reason().into() };
        self.write(Message::Close(Some(frame))).await
    }

    pub(in crate::client) async fn flush(&mut self, limit: Duration) {
        // Best effort: the session is over.
        drop(timeout(limit, poll_fn(|context| self.poll_flush(context))).await);
    }

    pub(in crate::client) fn last_activity(&self) -> Instant {
        self.inner.get_ref().last_activity()
    }

    async fn write(&mut self, message: Message) -> bool {
        self.begin(message).is_ok() && poll_fn(|context| self.poll_flush(context)).await.is_ok()
    }

    /// Buffers a frame of any size and starts to write it.
    fn begin(&mut self, message: Message) -> Result<(), Error> {
        self.unflushed = true;
        self.inner.set_config(|config| config.max_write_buffer_size = usize::MAX);
        let begun = self.inner.write(message);
        self.inner.set_config(|config| config.max_write_buffer_size = MAX_UNSENT);
        // A blocked write stays buffered.
        blocked(begun).unwrap_or(Ok(()))
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.get_mut().set_waker(context);
        // The second flush sends a pong or an answer to a close for which the buffer was full before.
        let flushed = self.inner.flush().and_then(|()| self.inner.flush());
        let flushed = ready!(blocked(flushed).map_or(Poll::Pending, Poll::Ready));
        self.unflushed = false;
        // A closed connection is not a write error: all frames were written before.
        Poll::Ready(if matches!(flushed, Err(Error::ConnectionClosed)) { Ok(()) } else { flushed })
    }

    pub(in crate::client) async fn next(&mut self) -> Incoming {
        loop {
            if let Progress::Received(incoming) = self.drive(true).await {
                return incoming;
            }
        }
    }

    pub(in crate::client) async fn drive(&mut self, read: bool) -> Progress {
        poll_fn(|context| {
            if self.unflushed
                && let Poll::Ready(flushed) = self.poll_flush(context)
            {
                self.write_error = self.write_error.take().or(flushed.err());
                return Poll::Ready(Progress::Written);
            }
            if read {
                // After a write error there may be frames to read, the peer's close frame above all.
                return self.poll_next(context).map(Progress::Received);
            }
            match self.write_error.take() {
                Some(error) => Poll::Ready(Progress::Received(Incoming::Closed(Closed::failed(error.to_string())))),
                None => Poll::Pending,
            }
        })
        .await
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Incoming> {
        self.inner.get_mut().set_waker(context);
        while !self.ended {
            let Some(read) = blocked(self.inner.read()) else {
                // Sends a pong for which the buffer was full. If this fails, the next read fails too.
                let _ = self.inner.flush();
                return Poll::Pending;
            };
            let incoming = match read {
                Ok(Message::Text(text)) => Incoming::Frame(Frame::Text(text.as_str().to_owned())),
                // Copied: the bytes may be a small slice that keeps a large buffer alive.
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

    /// Handles a read error, and answers a violation of the WebSocket protocol with a close frame.
    fn fail(&mut self, error: &Error) -> Closed {
        self.ended = true;
        let code = match error {
            Error::ConnectionClosed | Error::AlreadyClosed => return Closed::lost(),
            _ => violation(error),
        };
        let Some(code) = code else { return Closed::failed(error.to_string()) };
        // Written by the last flush, unless the connection is lost.
        let _ = self.begin(Message::Close(Some(CloseFrame { code: code.into(), reason: "".into() })));
        Closed::failed(error.to_string())
    }
}

fn message(frame: Frame) -> Message {
    match frame {
        Frame::Text(text) => Message::text(text),
        Frame::Binary(bytes) => Message::binary(bytes),
    }
}

#[cfg(test)]
mod tests;
