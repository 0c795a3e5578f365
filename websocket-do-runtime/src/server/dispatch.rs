//! The events of a room, from the host to the handlers: the event table of the wire contract, in code.

mod ending;
mod fetch;
mod queue;
mod run;

use std::{any::Any, future::Future};

use serde::Serialize;

use crate::{
    Close, Closed, Error, Result, Room, SendError, Session, WebSocketDo,
    codec::{self, Format, Frame},
    host::SocketId,
    protocol::ValidationError,
    server::room::ServerMessageOf,
};

pub use fetch::Answer;
pub(crate) use queue::Queue;
pub(crate) use run::Dropped;

/// What a client gets who sends a text frame in a MessagePack session.
const NO_TEXT: &str = r#"{"error":"String messages are not allowed. Please use buffer messages."}"#;
/// What a client gets who sends a binary frame in a JSON session.
const NO_BINARY: &str = r#"{"error":"Buffer messages are not allowed. Please use string messages."}"#;

/// Held from when a host has received a frame until the frame has been handled or dropped, so that the host can bound what
/// it receives. [`None`] where the host does not.
pub type Permit = Option<Box<dyn Any + Send>>;

/// Something that happened to a socket.
#[derive(Debug)]
pub enum Event {
    /// A whole message came.
    Message(Frame, Permit),
    /// The peer closed, or the connection was lost or failed.
    Closed(Closed),
    /// The room has closed, and the peer has not answered in time.
    Unanswered,
}

/// The answer to a frame that could not be handled, where no hook gives another.
#[derive(Serialize)]
struct ErrorFrame<'a> {
    error: &'a str,
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
}

impl<R: WebSocketDo> Room<R> {
    /// Handles an event of a socket, and those of the same session that came meanwhile, in order.
    ///
    /// An event that comes while another of its session is being handled only takes its place in the queue.
    #[doc(hidden)]
    pub async fn event(&self, socket: SocketId, event: Event) {
        match (self.wake(socket), event) {
            (Some(session), event) if session.cell.busy.get() => session.enqueue(event),
            (Some(session), event) => {
                session.cell.busy.set(true);
                self.drain(&session, Some(event)).await;
            }
            (None, Event::Message(..)) => {}
            (None, Event::Closed(closed)) => self.finish(socket, Some(&closed)),
            (None, Event::Unanswered) => self.end_unread(socket),
        }
    }

    /// Handles an event of a session that is busy, and what comes meanwhile; then it is busy no more.
    pub(super) async fn drain(&self, session: &Session<R>, first: Option<Event>) {
        let waiting = || session.cell.queue.borrow_mut().pop();
        let mut next = first.or_else(waiting);
        while let Some(event) = next {
            self.handle(session, event).await;
            next = waiting();
        }
        session.cell.busy.set(false);
    }

    async fn handle(&self, session: &Session<R>, event: Event) {
        match event {
            Event::Message(..) if session.cell.is_closing() => {}
            Event::Message(frame, _permit) => {
                self.run_session_handler(session, "a message", self.message(session, frame)).await;
            }
            Event::Closed(closed) => self.end(session, Some(closed)).await,
            Event::Unanswered => self.end(session, None).await,
        }
    }

    /// Runs a handler of a session, and what it has to do where it fails. One that takes too long is dropped, and its session is
    /// closed.
    pub(super) async fn run_session_handler(
        &self,
        session: &Session<R>,
        what: &str,
        handler: impl Future<Output = Result>,
    ) {
        let dropped = match self.run_handler_of(Some(&session.cell), handler).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => match self.run_handler_of(Some(&session.cell), self.failed(session, &error)).await {
                Ok(()) => return,
                Err(dropped) => dropped,
            },
            Err(dropped) => dropped,
        };
        session.log_error(format_args!("{what}: {dropped}"));
        session.close_with(&Close::handler_timeout());
    }

    async fn message(&self, session: &Session<R>, frame: Frame) -> Result {
        if frame.len() > R::MAX_MESSAGE {
            session.close_with(&Close::too_large(R::MAX_MESSAGE));
            return Ok(());
        }
        let decoded = match (session.format(), frame) {
            (Format::Json, Frame::Text(text)) => codec::decode_text(&text),
            (Format::MessagePack, Frame::Binary(bytes)) => codec::decode_binary(&bytes),
            (Format::MessagePack, frame @ Frame::Text(_)) => return self.value().protocol_error(session, &frame).await,
            (Format::Json, Frame::Binary(bytes)) => return self.value().binary(session, bytes).await,
        };
        match decoded {
            Ok(message) => self.value().message(session, message).await,
            Err(why) => self.value().invalid(session, &why).await,
        }
    }

    async fn failed(&self, session: &Session<R>, error: &Error) {
        if let Err(second) = self.value().error(session, error).await {
            session.log_error(format_args!("`error` failed with `{second}` on the error `{error}`"));
        }
    }
}

impl<R: WebSocketDo> Session<R> {
    /// What a client gets for a frame that is no valid message, where the room has no `invalid` hook.
    #[doc(hidden)]
    pub fn answer_rejection(&self, why: &ValidationError) -> Result {
        let error = why.to_string();
        Ok(self.send_error(&ErrorFrame { error: &error, code: why.code().as_str(), path: Some(why.path()) })?)
    }

    /// What a client gets for a frame of the other kind, where the room has no `protocol_error` hook.
    #[doc(hidden)]
    pub fn answer_unsupported(&self, frame: &Frame) -> Result {
        Ok(self.send_frame(&Frame::Text(if matches!(frame, Frame::Text(_)) { NO_TEXT } else { NO_BINARY }.into()))?)
    }

    /// What a client gets for a handler that failed, where the room has no `error` hook: not the error, that is for
    /// the log.
    #[doc(hidden)]
    pub fn answer_failure(&self, error: &Error) -> Result {
        self.log_error(format_args!("a handler failed: {error}"));
        // A client that is gone needs no answer.
        let _ = self.send_error(&ErrorFrame { error: "Internal error", code: "internal", path: None });
        Ok(())
    }

    fn send_error(&self, error: &ErrorFrame<'_>) -> Result<(), SendError> {
        self.send_frame(&codec::encode_as::<ServerMessageOf<R>, _>(error, self.format())?)
    }
}
