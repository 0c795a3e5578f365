//! A session that outlives its connections: what the application holds of it. The task does the rest.

use std::fmt;

use tokio::sync::mpsc;

use super::{
    ClientError, Event, Events, Sender, backlog, clock::spawn, options::Options, sender::Shared, task::Task,
    transport::Socket,
};
use crate::{
    Closed, SendError,
    codec::{Format, Frame},
    protocol::ClientMessage,
};

/// How many calls may be on their way to the task.
const CALLS: usize = 16;

/// A session in a room that comes back when its connection is lost. See the [guide](super).
///
/// A task owns the connection. It ends when the session does, or when all that belongs to the session is dropped, which
/// ends it without a farewell; [`close`](Self::close) takes leave.
pub struct Reconnecting<M: ClientMessage> {
    sender: Sender<M>,
    receiver: Receiver<M>,
}

impl<M: ClientMessage> Reconnecting<M> {
    /// Starts the task, with an open connection or on its way to one.
    pub(super) fn start(options: Options, format: Format, socket: Option<Socket>) -> Result<Self, ClientError> {
        let (commands, calls) = mpsc::channel(CALLS);
        let (events, happened) = backlog::channel(options.buffer, options.buffer_bytes);
        let (shared, status) = Shared::new(format);
        spawn(Task::new(options, calls, events, shared.clone(), status).run(socket))?;
        let sender = Sender::new(commands, shared.clone());
        Ok(Self { sender, receiver: Receiver { events: Events::new(happened, format), shared } })
    }

    /// Sends a message, once its rules are checked. Waits while the connection cannot take more.
    ///
    /// If the future is dropped before it is done, the message may or may not be sent, but never in part.
    ///
    /// # Errors
    /// [`SendError::Invalid`] for a message that breaks its own rules, [`SendError::Full`] if there is no connection and
    /// the queue is full, in messages or in bytes, [`SendError::Closed`] when the session is over. The message is not sent, nor will be.
    pub fn send(&self, message: M) -> impl Future<Output = Result<Sent, SendError>> + Send {
        self.sender.send(message)
    }

    /// Sends a frame as it is, past the protocol: raw bytes in a JSON session, for a room with a `binary` handler.
    ///
    /// # Errors
    /// [`SendError::Full`] and [`SendError::Closed`], as for [`send`](Self::send).
    pub fn send_frame(&self, frame: Frame) -> impl Future<Output = Result<Sent, SendError>> + Send {
        self.sender.send_frame(frame)
    }

    /// The next message, or what came instead of one; `None` once the session is over, and [`closed`](Self::closed)
    /// says how. What happens to the connection meanwhile is in [`events`](Self::events).
    ///
    /// Cancel-safe: no message is lost if the future is dropped, as `select!` does.
    ///
    /// # Errors
    /// [`ClientError::Invalid`] for a frame that is not a valid message, [`ClientError::Server`] for an error that the
    /// server reports, [`ClientError::UnexpectedFrame`] for a frame of the other kind: the session goes on. Any other error is why
    /// it is over.
    pub async fn next(&mut self) -> Option<Result<M::Server, ClientError>> {
        self.receiver.next().await
    }

    /// All that happens, messages among it: a [`Stream`](futures_util::Stream).
    pub fn events(&mut self) -> &mut Events<M> {
        self.receiver.events()
    }

    /// Waits until there is a connection. It settles at once if there is one, and when the session is over.
    ///
    /// # Errors
    /// Why the session is over: [`ClientError::Closed`], or why no connection can be made.
    pub fn wait_open(&self) -> impl Future<Output = Result<(), ClientError>> + Send {
        self.sender.wait_open()
    }

    /// Closes the session with code 1000. What was sent before is delivered, for which a session without a connection
    /// has 5 seconds to get one; what then could not be is reported in [`events`](Self::events). What comes in meanwhile is
    /// dropped. Does nothing if the session is over.
    ///
    /// # Errors
    /// [`ClientError::Timeout`] if the server does not answer within 5 seconds, [`ClientError::Transport`] if the
    /// connection is lost before it does, or there is none to deliver what is queued. The session is over in any case.
    pub fn close(&self) -> impl Future<Output = Result<(), ClientError>> + Send {
        self.sender.close()
    }

    /// Closes the session with a code and a reason; otherwise as [`close`](Self::close). A browser sends 1000 and 3000 to 4999;
    /// 1000 goes in place of any other.
    ///
    /// # Errors
    /// [`ClientError::Close`] for a code that may not be sent or a reason that is too long: the session goes on.
    /// Otherwise as [`close`](Self::close).
    pub fn close_with(
        &self,
        code: u16,
        reason: impl Into<String>,
    ) -> impl Future<Output = Result<(), ClientError>> + Send {
        self.sender.close_with(code, reason.into())
    }

    /// How the session ended, once it has: the server's code and reason, 1005 if its close frame held none, 1006 if there is
    /// no connection.
    pub fn closed(&self) -> Option<&Closed> {
        self.sender.closed()
    }

    /// The format that the session speaks.
    pub fn format(&self) -> Format {
        self.sender.format()
    }

    /// Takes the session apart, for different tasks: one that can be cloned sends, the other receives.
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

/// What became of a message that was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// It was handed to the connection. If that dies before the server has confirmed the arrival, an
    /// [`Event::Undelivered`] tells of the message.
    Now,
    /// There is no connection: it waits for the next, in its order.
    Queued,
}

/// The receiving half of a session. Without it, what comes in is dropped.
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

    /// All that happens, messages among it: a [`Stream`](futures_util::Stream).
    pub fn events(&mut self) -> &mut Events<M> {
        &mut self.events
    }

    /// All that happens, as a stream of its own.
    pub fn into_events(self) -> Events<M> {
        self.events
    }

    /// As [`Reconnecting::closed`].
    pub fn closed(&self) -> Option<&Closed> {
        self.shared.closed()
    }

    /// The format that the session speaks.
    pub fn format(&self) -> Format {
        self.shared.format()
    }
}

impl<M: ClientMessage> fmt::Debug for Receiver<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("closed", &self.closed()).finish_non_exhaustive()
    }
}
