//! The events of a session.

use std::{
    collections::VecDeque,
    fmt,
    future::poll_fn,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_util::Stream;

use super::{
    ClientError,
    backlog::{EventReceiver, Unread},
    receive,
};
use crate::{
    Closed,
    codec::{self, Format, Frame},
    connection::printable::line,
    protocol::ClientMessage,
};

/// An event of a session. [`Closed`](Self::Closed) is the last one.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Event<M: ClientMessage> {
    /// A message from the server.
    Message(M::Server),
    /// The first connection is open.
    Opened,
    /// There is no connection, and another attempt will be made.
    Reconnecting {
        /// The number of the attempt, counted from 1 since the last stable connection.
        attempt: u32,
        /// The time until the attempt.
        delay: Duration,
        /// Why there is no connection.
        reason: Disconnect,
    },
    /// There is a connection again. For the room it is a new session.
    Reconnected {
        /// The number of attempts since the last stable connection.
        attempts: u32,
    },
    /// An error. The session continues after an invalid frame ([`ClientError::Invalid`], [`ClientError::UnexpectedFrame`]) and
    /// an error reported by the server ([`ClientError::Server`]). After any other, which is why no connection can be made, the next
    /// event is [`Closed`](Self::Closed).
    Error(ClientError),
    /// Messages that did not reach the server, or may not have.
    Undelivered(Undelivered<M>),
    /// The session is over, with the server's close code and reason, or 1006 and why there is no connection.
    Closed(Closed),
}

/// Messages whose connection was lost, or that never had one.
///
/// The client never sends a message twice: the server may have received it. The application decides whether to send it again.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Undelivered<M> {
    /// The messages, in the order in which they were sent.
    pub messages: Vec<M>,
    /// Frames sent with `send_frame` that are not messages of the protocol.
    pub frames: Vec<Frame>,
    /// The number of older messages and frames that were not kept.
    pub omitted: usize,
    /// Whether they were handed to a connection, and may have arrived: all since the last message whose arrival the server has
    /// confirmed, by answering a heartbeat sent after it; without heartbeats, all since the last frame from the server. Otherwise
    /// they were still queued when the session ended, and have not arrived.
    pub may_have_arrived: bool,
}

/// Why there is no connection.
#[derive(Debug, Clone, PartialEq)]
pub enum Disconnect {
    /// The connection was closed by the server, or lost (1006).
    Closed(Closed),
    /// The connection could not be opened.
    Failed(ClientError),
}

impl fmt::Display for Disconnect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed(closed) if !closed.is_clean() && closed.reason().is_empty() => {
                f.write_str("the connection was lost")
            }
            Self::Closed(closed) if !closed.is_clean() => {
                write!(f, "the connection was lost: {}", line(closed.reason()))
            }
            Self::Closed(closed) if closed.reason().is_empty() => {
                write!(f, "the server closed the connection with {}", closed.code())
            }
            Self::Closed(closed) => {
                write!(f, "the server closed the connection with {}: {}", closed.code(), line(closed.reason()))
            }
            Self::Failed(error) => error.fmt(f),
        }
    }
}

/// An event before its frames are decoded. The task does not know the protocol.
#[derive(Debug)]
pub(super) enum RawEvent {
    Frame(Frame),
    Opened,
    Reconnecting { attempt: u32, delay: Duration, reason: Disconnect },
    Reconnected { attempts: u32 },
    Error(ClientError),
    Undelivered { frames: Vec<Frame>, omitted: usize, may_have_arrived: bool },
    Closed(Closed),
}

/// The events of a session, as a [`Stream`] that ends with the session.
pub struct Events<M: ClientMessage> {
    receiver: EventReceiver,
    /// Events that `wait_for` has read and left.
    left: VecDeque<(RawEvent, Unread)>,
    format: Format,
    messages: PhantomData<fn(M)>,
}

impl<M: ClientMessage> Events<M> {
    pub(super) fn new(receiver: EventReceiver, format: Format) -> Self {
        Self { receiver, left: VecDeque::new(), format, messages: PhantomData }
    }

    /// Returns the next event, or `None` after [`Event::Closed`].
    ///
    /// Cancel-safe: no event is lost if the future is dropped, as in `select!`.
    pub async fn next(&mut self) -> Option<Event<M>> {
        poll_fn(|context| self.poll(context)).await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Event<M>>> {
        loop {
            let raw = match self.left.pop_front() {
                Some((raw, _)) => raw,
                None => match ready!(self.receiver.poll(context)) {
                    Some((raw, _)) => raw,
                    None => return Poll::Ready(None),
                },
            };
            if let Some(event) = self.decode(raw) {
                return Poll::Ready(Some(event));
            }
        }
    }

    /// Returns the first message that `fits`, and leaves the other events; [`None`] if the session ends before.
    pub(super) async fn wait_for(&mut self, mut fits: impl FnMut(&M::Server) -> bool) -> Option<M::Server> {
        let format = self.format;
        let mut fitting = move |raw: &RawEvent| match raw {
            RawEvent::Frame(frame) => receive::read::<M>(frame.clone(), format)?.ok().filter(|message| fits(message)),
            _ => None,
        };
        let found = self.left.iter().enumerate().find_map(|(position, (raw, _))| Some((position, fitting(raw)?)));
        if let Some((position, message)) = found {
            self.left.remove(position);
            return Some(message);
        }
        loop {
            let (raw, unread) = poll_fn(|context| self.receiver.poll(context)).await?;
            if let Some(message) = fitting(&raw) {
                return Some(message);
            }
            self.left.push_back((raw, unread));
        }
    }

    fn decode(&self, raw: RawEvent) -> Option<Event<M>> {
        Some(match raw {
            RawEvent::Frame(frame) => match receive::read::<M>(frame, self.format)? {
                Ok(message) => Event::Message(message),
                Err(error) => Event::Error(error),
            },
            RawEvent::Opened => Event::Opened,
            RawEvent::Reconnecting { attempt, delay, reason } => Event::Reconnecting { attempt, delay, reason },
            RawEvent::Reconnected { attempts } => Event::Reconnected { attempts },
            RawEvent::Error(error) => Event::Error(error),
            RawEvent::Undelivered { frames, omitted, may_have_arrived } => {
                let mut undelivered =
                    Undelivered { messages: Vec::new(), frames: Vec::new(), omitted, may_have_arrived };
                for frame in frames {
                    match codec::decode(&frame) {
                        Ok(message) => undelivered.messages.push(message),
                        Err(_) => undelivered.frames.push(frame),
                    }
                }
                Event::Undelivered(undelivered)
            }
            RawEvent::Closed(closed) => Event::Closed(closed),
        })
    }
}

impl<M: ClientMessage> Stream for Events<M> {
    type Item = Event<M>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Event<M>>> {
        self.get_mut().poll(context)
    }
}

impl<M: ClientMessage> fmt::Debug for Events<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").field("format", &self.format).finish_non_exhaustive()
    }
}
