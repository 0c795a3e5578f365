//! A session that reconnects: the application's handles. The task owns the connection.

use std::{fmt, future::Future, time::Duration};

use tokio::sync::mpsc;

use super::{
    ClientError, Event, Events, Sender, backlog,
    calls::Calls,
    clock::{self, spawn},
    options::Options,
    sender::Shared,
    task::Task,
    transport::Socket,
};
use crate::{
    Closed, SendError,
    codec::{Format, Frame},
    protocol::{ClientMessage, call::answer_head},
};

/// The capacity of the channel to the task.
const COMMANDS: usize = 16;

/// A client's session in a room, which reconnects when its connection is lost. See the [guide](super).
///
/// A background task owns the connection. It ends with the session, or when this and all halves of it are dropped, which drops the
/// connection without a close frame; [`close`](Self::close) sends one.
pub struct Reconnecting<M: ClientMessage> {
    sender: Sender<M>,
    receiver: Receiver<M>,
}

impl<M: ClientMessage> Reconnecting<M> {
    /// Starts the task, with an open connection or without.
    pub(super) fn start(options: Options, format: Format, socket: Option<Socket>) -> Result<Self, ClientError> {
        let (commands, command_receiver) = mpsc::channel(COMMANDS);
        let (events, event_receiver) = backlog::channel(options.buffer, options.buffer_bytes);
        let (shared, status) = Shared::new(format, options.call_timeout);
        let calls = Calls::new(answer_head::<M>);
        spawn(Task::new(options, command_receiver, events, calls, shared.clone(), status).run(socket))?;
        let sender = Sender::new(commands, shared.clone());
        Ok(Self { sender, receiver: Receiver { events: Events::new(event_receiver, format), shared } })
    }

    /// Validates a message and sends it, or queues it while there is no connection. Waits while the connection's send buffer is full.
    ///
    /// If the future is dropped before it completes, the message may or may not be sent, but never in part.
    ///
    /// # Errors
    /// Returns [`SendError::Invalid`] if the message breaks one of its rules, [`SendError::Full`] if there is no connection and
    /// the queue is full, and [`SendError::Closed`] if the session is over. The message is not sent.
    pub fn send(&self, message: M) -> impl Future<Output = Result<Sent, SendError>> + Send {
        self.sender.send(message)
    }

    /// Sends a frame that is not a message of the protocol, such as bytes for the `binary` handler of a room in JSON.
    ///
    /// # Errors
    /// Returns [`SendError::Full`] and [`SendError::Closed`], as [`send`](Self::send).
    pub fn send_frame(&self, frame: Frame) -> impl Future<Output = Result<Sent, SendError>> + Send {
        self.sender.send_frame(frame)
    }

    /// Returns the next message, or `None` once the session is over. [`closed`](Self::closed) then returns how it ended. Events of the
    /// connection are skipped; [`events`](Self::events) has them.
    ///
    /// Cancel-safe: no message is lost if the future is dropped, as in `select!`.
    ///
    /// # Errors
    /// Returns [`ClientError::Invalid`] for a frame that is not a valid message, [`ClientError::Server`] for an error that the
    /// server reports, and [`ClientError::UnexpectedFrame`] for a frame of the other type: the session continues. Any other error is
    /// why the session is over.
    pub async fn next(&mut self) -> Option<Result<M::Server, ClientError>> {
        self.receiver.next().await
    }

    /// Returns the events of the session, messages included, as a [`Stream`](futures_util::Stream).
    pub fn events(&mut self) -> &mut Events<M> {
        self.receiver.events()
    }

    /// Waits up to `timeout` for the first message that `fits` accepts, and returns it. All other messages and events are left, in
    /// order, for [`next`](Self::next) and [`events`](Self::events); they count as unread ([`buffer`](super::Builder::buffer)).
    ///
    /// Cancel-safe: no message is lost if the future is dropped.
    ///
    /// # Errors
    /// Returns [`ClientError::Timeout`] if no such message arrives in time, and why the session is over if it ends before.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use websocket_do_runtime::{client::{ClientError, Reconnecting}, protocol::ClientMessage};
    /// async fn sign_in<M: ClientMessage>(
    ///     room: &mut Reconnecting<M>,
    ///     is_welcome: fn(&M::Server) -> bool,
    /// ) -> Result<M::Server, ClientError> {
    ///     room.wait_for(is_welcome, Duration::from_secs(5)).await
    /// }
    /// ```
    pub fn wait_for(
        &mut self,
        fits: impl FnMut(&M::Server) -> bool,
        timeout: Duration,
    ) -> impl Future<Output = Result<M::Server, ClientError>> {
        self.receiver.wait_for(fits, timeout)
    }

    /// Waits until there is a connection, or the session is over.
    ///
    /// # Errors
    /// Returns why the session is over: [`ClientError::Closed`], or why no connection can be made.
    pub fn wait_open(&self) -> impl Future<Output = Result<(), ClientError>> + Send {
        self.sender.wait_open()
    }

    /// Closes the session with code 1000, and waits for the server's answer. Messages sent before are delivered: if some are queued
    /// without a connection, the client has 5 seconds to connect, and [`events`](Self::events) reports those it could not deliver.
    /// Messages received meanwhile are dropped. Does nothing if the session is over.
    ///
    /// # Errors
    /// Returns [`ClientError::Timeout`] if the server does not answer within 5 seconds, and [`ClientError::Transport`] if the
    /// connection is lost before, or queued messages were not delivered. The session is over in both cases.
    pub fn close(&self) -> impl Future<Output = Result<(), ClientError>> + Send {
        self.sender.close()
    }

    /// As [`close`](Self::close), with a code and a reason. A browser sends only 1000 and 3000 to 4999, and 1000 instead of any
    /// other code.
    ///
    /// # Errors
    /// Returns [`ClientError::Close`] for a code that cannot be sent: the session continues. Otherwise as [`close`](Self::close).
    pub fn close_with(
        &self,
        code: u16,
        reason: impl Into<String>,
    ) -> impl Future<Output = Result<(), ClientError>> + Send {
        self.sender.close_with(code, reason.into())
    }

    /// Returns how the session ended, once it has: the server's close code and reason, 1005 if its close frame has no code, or 1006
    /// if the connection was lost or could not be made.
    pub fn closed(&self) -> Option<&Closed> {
        self.sender.closed()
    }

    /// Returns the format of the session.
    pub fn format(&self) -> Format {
        self.sender.format()
    }

    /// The sending half.
    pub(super) fn sender(&self) -> &Sender<M> {
        &self.sender
    }

    /// Splits the session into a sending half, which can be cloned, and a receiving half, for different tasks.
    pub fn split(self) -> (Sender<M>, Receiver<M>) {
        (self.sender, self.receiver)
    }
}

impl<M: ClientMessage> fmt::Debug for Reconnecting<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reconnecting")
            .field("format", &self.format())
            .field("closed", &self.closed())
            .finish_non_exhaustive()
    }
}

/// Whether an accepted message was sent at once or queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// It was handed to the connection. If the connection is lost before the server has confirmed the arrival, an
    /// [`Event::Undelivered`] reports the message.
    Now,
    /// There is no connection: it is queued for the next, in order.
    Queued,
}

/// The receiving half of a session. Once it is dropped, incoming messages are discarded.
pub struct Receiver<M: ClientMessage> {
    events: Events<M>,
    shared: std::sync::Arc<Shared>,
}

impl<M: ClientMessage> Receiver<M> {
    /// As [`Reconnecting::next`].
    ///
    /// # Errors
    /// As [`Reconnecting::next`].
    pub async fn next(&mut self) -> Option<Result<M::Server, ClientError>> {
        loop {
            match self.events.next().await? {
                Event::Message(message) => return Some(Ok(message)),
                Event::Error(error) => return Some(Err(error)),
                _ => {}
            }
        }
    }

    /// Returns the events of the session, messages included, as a [`Stream`](futures_util::Stream).
    pub fn events(&mut self) -> &mut Events<M> {
        &mut self.events
    }

    /// Converts into the events of the session, as an owned [`Stream`](futures_util::Stream).
    pub fn into_events(self) -> Events<M> {
        self.events
    }

    /// As [`Reconnecting::wait_for`].
    ///
    /// # Errors
    /// As [`Reconnecting::wait_for`].
    pub async fn wait_for(
        &mut self,
        fits: impl FnMut(&M::Server) -> bool,
        timeout: Duration,
    ) -> Result<M::Server, ClientError> {
        match clock::timeout(timeout, self.events.wait_for(fits)).await {
            Ok(Some(message)) => Ok(message),
            Ok(None) => Err(self.shared.end_reason()),
            Err(_) => Err(ClientError::Timeout(timeout)),
        }
    }

    /// As [`Reconnecting::closed`].
    pub fn closed(&self) -> Option<&Closed> {
        self.shared.closed()
    }

    /// Returns the format of the session.
    pub fn format(&self) -> Format {
        self.shared.format()
    }
}

impl<M: ClientMessage> fmt::Debug for Receiver<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("closed", &self.closed()).finish_non_exhaustive()
    }
}
