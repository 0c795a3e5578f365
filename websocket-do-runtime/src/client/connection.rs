//! A session of a single connection.

use std::{fmt, marker::PhantomData, time::Duration};

use super::{
    ClientError, SendError,
    clock::timeout,
    receive,
    transport::{Incoming, Socket},
};
use crate::{
    Close, Closed,
    codec::{self, Format, Frame},
    protocol::ClientMessage,
};

/// The time for the server to answer a close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// A client's session in a room over a single connection, which does not reconnect.
///
/// Dropping it drops the connection without a close frame; [`close`](Self::close) sends one.
pub struct Connection<M: ClientMessage> {
    /// `None` once the session is over and the server's close is answered.
    socket: Option<Socket>,
    format: Format,
    closed: Option<Closed>,
    /// Whether a close frame was sent.
    closing: bool,
    messages: PhantomData<fn(M)>,
}

impl<M: ClientMessage> Connection<M> {
    pub(crate) fn new(socket: Socket, format: Format) -> Self {
        Self { socket: Some(socket), format, closed: None, closing: false, messages: PhantomData }
    }

    /// Validates a message and sends it. Waits while the connection's send buffer is full.
    ///
    /// If the future is dropped before it completes, the message may or may not be sent, but never in part.
    ///
    /// # Errors
    /// Returns [`SendError::Invalid`] if the message breaks one of its rules: nothing is sent, and the session continues.
    /// Returns [`SendError::Closed`] if the session is over; [`next`](Self::next) still returns the messages received before.
    pub async fn send(&mut self, message: M) -> Result<(), SendError> {
        self.send_frame(codec::encode(&message, self.format)?).await
    }

    /// Sends a frame that is not a message of the protocol, such as bytes for the `binary` handler of a room in JSON.
    ///
    /// # Errors
    /// Returns [`SendError::Closed`] if the session is over.
    pub async fn send_frame(&mut self, frame: Frame) -> Result<(), SendError> {
        let over = self.closed.is_some() || self.closing;
        let Some(socket) = self.socket.as_mut().filter(|_| !over) else { return Err(SendError::Closed) };
        if socket.send(frame).await { Ok(()) } else { Err(SendError::Closed) }
    }

    /// Returns the next message, or `None` once the session is over. [`closed`](Self::closed) then returns how it ended.
    ///
    /// Cancel-safe: no message is lost if the future is dropped, as in `select!`.
    ///
    /// # Errors
    /// Returns [`ClientError::Invalid`] for a frame that is not a valid message, [`ClientError::Server`] for an error that the
    /// server reports, and [`ClientError::UnexpectedFrame`] for a frame of the other type, such as a binary frame in a JSON session.
    /// The session continues after each of them.
    pub async fn next(&mut self) -> Option<Result<M::Server, ClientError>> {
        while self.closed.is_none() {
            match self.socket.as_mut()?.next().await {
                Incoming::Frame(frame) => {
                    if let Some(item) = receive::read(frame, self.format) {
                        return Some(item);
                    }
                }
                Incoming::Closed(closed) => self.closed = Some(closed),
            }
        }
        self.finish().await;
        None
    }

    /// Closes the session with code 1000, and waits for the server's answer. Messages sent before are delivered; messages received
    /// meanwhile are dropped. Does nothing if the session is over.
    ///
    /// # Errors
    /// Returns [`ClientError::Timeout`] if the server does not answer within 5 seconds, and [`ClientError::Transport`] if the
    /// connection is lost before. The session is over in both cases.
    pub async fn close(&mut self) -> Result<(), ClientError> {
        self.close_with(1000, "").await
    }

    /// As [`close`](Self::close), with a code and a reason. A browser sends only 1000 and 3000 to 4999, and 1000 instead of any
    /// other code.
    ///
    /// # Errors
    /// Returns [`ClientError::Close`] for a code that cannot be sent: the session continues. Otherwise as [`close`](Self::close).
    pub async fn close_with(&mut self, code: u16, reason: impl Into<String>) -> Result<(), ClientError> {
        let close = Close::new(code, reason)?;
        if self.closed.is_some() {
            self.finish().await;
            return Ok(());
        }
        let Ok(closed) = timeout(CLOSE_TIMEOUT, self.exchange_close(&close)).await else {
            self.closed = Some(Closed::lost());
            self.socket = None;
            return Err(ClientError::Timeout(CLOSE_TIMEOUT));
        };
        let result = if closed.is_clean() {
            Ok(())
        } else {
            Err(ClientError::Transport("it was lost before the server answered the close".to_owned()))
        };
        self.closed = Some(closed);
        self.socket = None;
        result
    }

    /// Sends the close frame and waits for the answer.
    async fn exchange_close(&mut self, close: &Close) -> Closed {
        let Some(socket) = &mut self.socket else { return Closed::lost() };
        if !self.closing {
            self.closing = true;
            socket.close(close).await;
        }
        loop {
            if let Incoming::Closed(closed) = socket.next().await {
                return closed;
            }
        }
    }

    /// Flushes the answer to the server's close, and drops the socket.
    async fn finish(&mut self) {
        if let Some(socket) = &mut self.socket {
            socket.flush(CLOSE_TIMEOUT).await;
        }
        self.socket = None;
    }

    /// Sends a ping and returns the next item before its answer, or `None` if there is none: all messages sent by the server so far
    /// are then received.
    #[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
    pub(crate) async fn next_before_pong(&mut self) -> Option<Option<Result<M::Server, ClientError>>> {
        self.send_frame(Frame::Text(crate::connection::heartbeat::PING.to_owned())).await.ok()?;
        loop {
            match self.socket.as_mut()?.next().await {
                Incoming::Frame(Frame::Text(text)) if text == crate::connection::heartbeat::PONG => return None,
                Incoming::Frame(frame) => {
                    if let Some(item) = receive::read(frame, self.format) {
                        return Some(Some(item));
                    }
                }
                Incoming::Closed(closed) => {
                    self.closed = Some(closed);
                    self.finish().await;
                    return Some(None);
                }
            }
        }
    }

    /// Drops the connection without a close frame.
    #[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
    pub(crate) fn abandon(&mut self) {
        self.closed = Some(Closed::lost());
        self.socket = None;
    }

    /// Returns how the session ended, once [`next`](Self::next) has returned `None` or the session was closed: the server's close
    /// code and reason, 1005 if its close frame has no code, or 1006 if the connection was lost.
    pub fn closed(&self) -> Option<&Closed> {
        self.closed.as_ref()
    }

    /// Returns the format of the session.
    pub fn format(&self) -> Format {
        self.format
    }
}

impl<M: ClientMessage> fmt::Debug for Connection<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("format", &self.format).field("closed", &self.closed).finish_non_exhaustive()
    }
}
