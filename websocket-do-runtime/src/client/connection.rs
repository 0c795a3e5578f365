//! A session of a single connection.

use std::{collections::VecDeque, fmt, future::pending, marker::PhantomData, time::Duration};

use super::{
    ClientError, SendError,
    call::{AnswerFuture, CallError, CallFailure, MakeCall, PreparedCall, RawAnswer},
    clock::{self, timeout},
    receive,
    transport::{Incoming, Socket},
};
use crate::{
    Close, Closed,
    codec::{self, Format, Frame},
    protocol::{
        ClientMessage,
        call::{CallId, answer_head},
    },
};

/// The time for the server to answer a close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// The most bytes of messages that are left unread by a call or `wait_for`. The message that reaches the limit may exceed it.
const MAX_UNREAD: usize = 4 << 20;

/// What an unread message counts besides its bytes.
const OVERHEAD: usize = 64;

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
    /// Frames that a call or `wait_for` has received and left, and their bytes.
    unread: VecDeque<Frame>,
    unread_bytes: usize,
    /// How long a call waits for its answer.
    call_timeout: Duration,
    /// How many calls were made: the id of the last one.
    calls: u64,
    messages: PhantomData<fn(M)>,
}

impl<M: ClientMessage> Connection<M> {
    pub(crate) fn new(socket: Socket, format: Format, call_timeout: Duration) -> Self {
        Self {
            socket: Some(socket),
            format,
            closed: None,
            closing: false,
            unread: VecDeque::new(),
            unread_bytes: 0,
            call_timeout,
            calls: 0,
            messages: PhantomData,
        }
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
        if let Some(item) = self.next_unread() {
            return Some(item);
        }
        while let Some(frame) = self.next_frame().await {
            if let Some(item) = receive::read::<M>(frame, self.format) {
                return Some(item);
            }
        }
        self.finish().await;
        None
    }

    /// Waits up to `limit` for the first message that `fits` accepts, and returns it. All other messages are left, in order, for
    /// [`next`](Self::next); at most 4 MiB of them, beyond which the connection is not read.
    ///
    /// Cancel-safe: no message is lost if the future is dropped.
    ///
    /// # Errors
    /// Returns [`ClientError::Timeout`] if no such message arrives in time, and [`ClientError::Closed`] if the session ends before.
    pub async fn wait_for(
        &mut self,
        mut fits: impl FnMut(&M::Server) -> bool,
        limit: Duration,
    ) -> Result<M::Server, ClientError> {
        if let Some(message) = self.take_unread(&mut fits) {
            return Ok(message);
        }
        let found = async {
            loop {
                let frame = self.next_or_full().await?;
                if let Some(message) = self.take_or_leave(frame, &mut fits) {
                    return Some(message);
                }
            }
        };
        match timeout(limit, found).await {
            Ok(Some(message)) => Ok(message),
            Ok(None) => Err(ClientError::Closed(self.closed.clone().unwrap_or_else(Closed::lost))),
            Err(_) => Err(ClientError::Timeout(limit)),
        }
    }

    /// Returns the unread message that `fits`, and leaves the others.
    pub(crate) fn take_unread(&mut self, fits: &mut impl FnMut(&M::Server) -> bool) -> Option<M::Server> {
        let found = self.unread.iter().enumerate().find_map(|(position, frame)| {
            let message = receive::read::<M>(frame.clone(), self.format)?.ok()?;
            fits(&message).then_some((position, message))
        });
        let (position, message) = found?;
        let frame = self.unread.remove(position)?;
        self.unread_bytes = self.unread_bytes.saturating_sub(frame.len() + OVERHEAD);
        Some(message)
    }

    /// Returns the message of a frame if it `fits`, and otherwise leaves it unread.
    pub(crate) fn take_or_leave(
        &mut self,
        frame: Frame,
        fits: &mut impl FnMut(&M::Server) -> bool,
    ) -> Option<M::Server> {
        match receive::read::<M>(frame.clone(), self.format) {
            Some(Ok(message)) if fits(&message) => return Some(message),
            Some(_) => self.leave(frame),
            None => {}
        }
        None
    }

    fn leave(&mut self, frame: Frame) {
        self.unread_bytes += frame.len() + OVERHEAD;
        self.unread.push_back(frame);
    }

    /// Returns the first item of the unread frames.
    pub(crate) fn next_unread(&mut self) -> Option<Result<M::Server, ClientError>> {
        while let Some(frame) = self.unread.pop_front() {
            self.unread_bytes = self.unread_bytes.saturating_sub(frame.len() + OVERHEAD);
            if let Some(item) = receive::read::<M>(frame, self.format) {
                return Some(item);
            }
        }
        None
    }

    /// Returns the next frame, or `None` once the session is over.
    pub(crate) async fn next_frame(&mut self) -> Option<Frame> {
        if self.closed.is_some() {
            return None;
        }
        match self.socket.as_mut()?.next().await {
            Incoming::Frame(frame) => Some(frame),
            Incoming::Closed(closed) => {
                self.closed = Some(closed);
                None
            }
        }
    }

    /// As [`next_frame`](Self::next_frame), but never returns while no more may be left unread: its caller has a time limit.
    async fn next_or_full(&mut self) -> Option<Frame> {
        if self.unread_bytes > MAX_UNREAD {
            pending::<()>().await;
        }
        self.next_frame().await
    }

    /// Returns how long a call waits for its answer.
    #[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
    pub(crate) fn call_timeout(&self) -> Duration {
        self.call_timeout
    }

    /// Returns the answer to the call with this id if the frame is that. The answer to an older call is dropped, and any other frame
    /// left unread.
    pub(crate) fn take_answer(&mut self, frame: Frame, id: u64) -> Option<RawAnswer> {
        match answer_head::<M>(&frame) {
            Some((found, kind)) => (found == CallId::Integer(id)).then_some(RawAnswer { frame, kind }),
            None => {
                self.leave(frame);
                None
            }
        }
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
        if let Some(item) = self.next_unread() {
            return Some(Some(item));
        }
        self.send_frame(Frame::Text(crate::connection::heartbeat::PING.to_owned())).await.ok()?;
        loop {
            match self.next_frame().await {
                Some(Frame::Text(text)) if text == crate::connection::heartbeat::PONG => return None,
                Some(frame) => {
                    if let Some(item) = receive::read::<M>(frame, self.format) {
                        return Some(Some(item));
                    }
                }
                None => {
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

impl<'a, M: ClientMessage> MakeCall<M> for &'a mut Connection<M> {
    type Answer = AnswerFuture<'a>;

    fn prepare(&mut self, message: &M, is_idempotent: bool) -> Result<PreparedCall, CallFailure> {
        self.calls += 1;
        PreparedCall::new(message, self.calls, is_idempotent, self.format)
    }

    fn send_call(self, call: PreparedCall, timeout: Option<Duration>) -> AnswerFuture<'a> {
        Box::pin(async move {
            let (PreparedCall { id, frame, .. }, limit) = (call, timeout.unwrap_or(self.call_timeout));
            let exchange = async {
                self.send_frame(frame).await.map_err(|_| CallError::Closed)?;
                while let Some(frame) = self.next_or_full().await {
                    if let Some(answer) = self.take_answer(frame, id) {
                        return Ok(answer);
                    }
                }
                Err(CallError::Lost)
            };
            clock::timeout(limit, exchange).await.unwrap_or(Err(CallError::Timeout))
        })
    }
}

impl<M: ClientMessage> fmt::Debug for Connection<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("format", &self.format).field("closed", &self.closed).finish_non_exhaustive()
    }
}
