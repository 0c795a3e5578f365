//! One session over one socket: typed messages out and in, and the way it ends.

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

/// How long a peer may take to answer a close.
const FAREWELL: Duration = Duration::from_secs(5);

/// A session in a room, seen by its client.
///
/// Dropping it ends the session without a farewell; [`close`](Self::close) takes leave.
pub struct Connection<M: ClientMessage> {
    /// None once the session is over and the peer has been answered.
    socket: Option<Socket>,
    format: Format,
    closed: Option<Closed>,
    /// Whether a close frame of ours was sent.
    closing: bool,
    messages: PhantomData<fn(M)>,
}

impl<M: ClientMessage> Connection<M> {
    pub(crate) fn new(socket: Socket, format: Format) -> Self {
        Self { socket: Some(socket), format, closed: None, closing: false, messages: PhantomData }
    }

    /// Sends a message, once its rules are checked. Waits while the connection cannot take more.
    ///
    /// If the future is dropped before it is done, the message may or may not be sent, but never in part.
    ///
    /// # Errors
    /// [`SendError::Invalid`] for a message that breaks its own rules: nothing left, and the session goes on.
    /// [`SendError::Closed`] when the session is over; [`next`](Self::next) still gives what came before, and
    /// [`closed`](Self::closed) then says how it ended.
    pub async fn send(&mut self, message: M) -> Result<(), SendError> {
        self.send_frame(codec::encode(&message, self.format)?).await
    }

    /// Sends a frame as it is, past the protocol: raw bytes in a JSON session, for a room with a `binary` handler.
    ///
    /// # Errors
    /// [`SendError::Closed`].
    pub async fn send_frame(&mut self, frame: Frame) -> Result<(), SendError> {
        let over = self.closed.is_some() || self.closing;
        let Some(socket) = self.socket.as_mut().filter(|_| !over) else { return Err(SendError::Closed) };
        if socket.send(frame).await { Ok(()) } else { Err(SendError::Closed) }
    }

    /// The next message, or what came instead of one; `None` once the session is over, and [`closed`](Self::closed)
    /// says how.
    ///
    /// Cancel-safe: no message is lost if the future is dropped, as `select!` does.
    ///
    /// # Errors
    /// None of them ends the session: [`ClientError::Invalid`] for a frame that is not a valid message,
    /// [`ClientError::Server`] for an error that the server reports, [`ClientError::UnexpectedFrame`] for a frame of the other
    /// kind, such as raw bytes in a JSON session.
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

    /// Closes the session with code 1000. What was sent before is delivered; what comes in meanwhile is dropped. Does
    /// nothing if the session is over.
    ///
    /// # Errors
    /// [`ClientError::Timeout`] if the server does not answer within 5 seconds, [`ClientError::Transport`] if the
    /// connection is lost before it does. The session is over in any case.
    pub async fn close(&mut self) -> Result<(), ClientError> {
        self.close_with(1000, "").await
    }

    /// Closes the session with a code and a reason; otherwise as [`close`](Self::close). A browser sends 1000 and 3000 to 4999;
    /// 1000 goes in place of any other.
    ///
    /// # Errors
    /// [`ClientError::Close`] for a code that may not be sent or a reason that is too long: the session goes on.
    /// Otherwise as [`close`](Self::close).
    pub async fn close_with(&mut self, code: u16, reason: impl Into<String>) -> Result<(), ClientError> {
        let close = Close::new(code, reason)?;
        if self.closed.is_some() {
            self.finish().await;
            return Ok(());
        }
        let Ok(closed) = timeout(FAREWELL, self.part(&close)).await else {
            self.closed = Some(Closed::lost());
            self.socket = None;
            return Err(ClientError::Timeout(FAREWELL));
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
    async fn part(&mut self, close: &Close) -> Closed {
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

    /// Lets the peer have the answer to its close, and the socket go.
    async fn finish(&mut self) {
        if let Some(socket) = &mut self.socket {
            socket.flush(FAREWELL).await;
        }
        self.socket = None;
    }

    /// What comes before the answer to a ping: all that is on its way. None where it is nothing.
    #[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
    pub(crate) async fn next_before_a_pong(&mut self) -> Option<Option<Result<M::Server, ClientError>>> {
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

    /// Lets the connection go without a farewell.
    #[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
    pub(crate) fn abandon(&mut self) {
        self.closed = Some(Closed::lost());
        self.socket = None;
    }

    /// How the session ended, once [`next`](Self::next) has returned `None` or the session was closed: the server's code
    /// and reason, 1005 if its close frame held none, 1006 if the connection was lost.
    pub fn closed(&self) -> Option<&Closed> {
        self.closed.as_ref()
    }

    /// The format that the session speaks.
    pub fn format(&self) -> Format {
        self.format
    }
}

impl<M: ClientMessage> fmt::Debug for Connection<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("format", &self.format).field("closed", &self.closed).finish_non_exhaustive()
    }
}
