//! All that happens to a session, typed for the application.

use std::{
    fmt,
    future::poll_fn,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_util::Stream;

use super::{ClientError, backlog::EventReceiver, receive};
use crate::{
    Closed,
    codec::{self, Format, Frame},
    connection::printable::line,
    protocol::ClientMessage,
};

/// What happens to a session. After [`Closed`](Self::Closed) nothing does.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Event<M: ClientMessage> {
    /// The server says something.
    Message(M::Server),
    /// The first connection is open.
    Opened,
    /// There is no connection, and there will be an attempt to open one.
    Reconnecting {
        /// The number of the attempt, from 1 since the last stable connection.
        attempt: u32,
        /// How long until the attempt.
        delay: Duration,
        /// Why there is no connection.
        why: Disconnect,
    },
    /// There is a connection again: the room has a new session for this client.
    Reconnected {
        /// How many attempts it took since the last stable connection.
        attempts: u32,
    },
    /// A frame that is no valid message ([`ClientError::Invalid`], [`ClientError::UnexpectedFrame`]) or an error that the
    /// server reports ([`ClientError::Server`]), after which the session goes on; or why no connection could be made, for
    /// good, which [`Closed`](Self::Closed) follows.
    Error(ClientError),
    /// Messages that may not have reached the server, or did not.
    Undelivered(Undelivered<M>),
    /// The session is over: the server's code and reason, or 1006 and why there is no connection.
    Closed(Closed),
}

/// Messages whose connection died, or that never had one.
///
/// What was handed to a connection is never sent again by the client: the server may have it. Whether to repeat it is the
/// application's to say, who knows what it means twice.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Undelivered<M> {
    /// The messages, in the order in which they were sent.
    pub messages: Vec<M>,
    /// What was sent past the protocol, with `send_frame`.
    pub frames: Vec<Frame>,
    /// How many more there were before, of which nothing was kept.
    pub more: usize,
    /// Whether they were handed to a connection: all since the last of which the server has confirmed the arrival, by
    /// answering a heartbeat sent after it; without heartbeats, all since anything was heard of the server. If not, they were
    /// still queued when the session ended, and did not arrive.
    pub may_have_arrived: bool,
}

/// Why there is no connection.
#[derive(Debug, Clone, PartialEq)]
pub enum Disconnect {
    /// It was closed by the server, or was lost or silent too long: 1006.
    Closed(Closed),
    /// It could not be opened.
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

/// An event as the task has it, which knows nothing of the protocol.
#[derive(Debug)]
pub(super) enum Raw {
    Frame(Frame),
    Opened,
    Reconnecting { attempt: u32, delay: Duration, why: Disconnect },
    Reconnected { attempts: u32 },
    Error(ClientError),
    Undelivered { frames: Vec<Frame>, more: usize, may_have_arrived: bool },
    Closed(Closed),
}

/// All that happens to a session, as a [`Stream`] that ends with it.
pub struct Events<M: ClientMessage> {
    inner: EventReceiver,
    format: Format,
    messages: PhantomData<fn(M)>,
}

impl<M: ClientMessage> Events<M> {
    pub(super) fn new(inner: EventReceiver, format: Format) -> Self {
        Self { inner, format, messages: PhantomData }
    }

    /// The next event; `None` after [`Event::Closed`].
    ///
    /// Cancel-safe: no event is lost if the future is dropped, as `select!` does.
    pub async fn next(&mut self) -> Option<Event<M>> {
        poll_fn(|context| self.poll(context)).await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Event<M>>> {
        loop {
            match ready!(self.inner.poll(context)) {
                None => return Poll::Ready(None),
                Some(raw) => {
                    if let Some(event) = self.typed(raw) {
                        return Poll::Ready(Some(event));
                    }
                }
            }
        }
    }

    fn typed(&self, raw: Raw) -> Option<Event<M>> {
        Some(match raw {
            Raw::Frame(frame) => match receive::read(frame, self.format)? {
                Ok(message) => Event::Message(message),
                Err(error) => Event::Error(error),
            },
            Raw::Opened => Event::Opened,
            Raw::Reconnecting { attempt, delay, why } => Event::Reconnecting { attempt, delay, why },
            Raw::Reconnected { attempts } => Event::Reconnected { attempts },
            Raw::Error(error) => Event::Error(error),
            Raw::Undelivered { frames, more, may_have_arrived } => {
                let mut lost = Undelivered { messages: Vec::new(), frames: Vec::new(), more, may_have_arrived };
                for frame in frames {
                    match codec::decode(&frame) {
                        Ok(message) => lost.messages.push(message),
                        Err(_) => lost.frames.push(frame),
                    }
                }
                Event::Undelivered(lost)
            }
            Raw::Closed(closed) => Event::Closed(closed),
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
