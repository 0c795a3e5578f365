//! The events of a room, from the host to the handlers: the event table of the wire contract, in code.

mod fetch;

use std::any::Any;

use serde::Serialize;
use uuid::Uuid;

use crate::{
    Close, Closed, Error, Rejection, Result, ResumeFailure, Room, Session, WebSocketDo,
    attachment::{self, AttachmentError},
    codec::{self, Format, Frame},
    host::SocketId,
    log,
    room::ServerMessageOf,
    session::SessionCell,
};

pub use fetch::Answer;

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
            (Some(session), event) if session.cell.busy.get() => session.cell.queue.borrow_mut().push_back(event),
            (Some(session), event) => {
                session.cell.busy.set(true);
                self.drain(&session, Some(event)).await;
            }
            (None, Event::Message(..)) => {}
            (None, Event::Closed(closed)) => self.finish(socket, &closed),
        }
    }

    /// Handles an event of a session that is busy, and what comes meanwhile; then it is busy no more.
    pub(super) async fn drain(&self, session: &Session<R>, first: Option<Event>) {
        let waiting = || session.cell.queue.borrow_mut().pop_front();
        let mut next = first.or_else(waiting);
        while let Some(event) = next {
            self.handle(session, event).await;
            next = waiting();
        }
        session.cell.busy.set(false);
    }

    async fn handle(&self, session: &Session<R>, event: Event) {
        match event {
            Event::Message(..) if session.cell.closing.get() => {}
            Event::Message(frame, _permit) => {
                if let Err(error) = self.message(session, frame).await {
                    self.failed(session, &error).await;
                }
            }
            Event::Closed(closed) => {
                self.closed(session, &closed).await;
                self.finish(session.cell.socket, &closed);
            }
        }
    }

    async fn message(&self, session: &Session<R>, frame: Frame) -> Result {
        if frame.len() > R::MAX_MESSAGE {
            session.close_with(&Close::too_large(R::MAX_MESSAGE));
            return Ok(());
        }
        let decoded = match (session.format(), frame) {
            (Format::Json, Frame::Text(text)) => codec::decode_text(&text),
            (Format::MessagePack, Frame::Binary(bytes)) => codec::decode_binary(&bytes),
            (Format::MessagePack, frame @ Frame::Text(_)) => return self.value().unsupported(session, &frame).await,
            (Format::Json, Frame::Binary(bytes)) => return self.value().binary(session, bytes).await,
        };
        match decoded {
            Ok(message) => self.value().message(session, message).await,
            Err(why) => self.value().rejected(session, &why).await,
        }
    }

    pub(super) async fn failed(&self, session: &Session<R>, error: &Error) {
        if let Err(second) = self.value().failed(session, error).await {
            log::error(&format!("{}: `failed` failed with `{second}` on the error `{error}`", R::NAME));
        }
    }

    async fn closed(&self, session: &Session<R>, how: &Closed) {
        session.cell.closing.set(true);
        if let Err(error) = self.value().closed(session, how).await {
            self.failed(session, &error).await;
        }
    }

    /// The session an event is for. Where its attachment cannot be read, `resume_failed` says what becomes of it.
    fn wake(&self, socket: SocketId) -> Option<Session<R>> {
        self.resume(socket).map_err(|error| self.migrate(socket, error)).map_or_else(|migrated| migrated, Some)
    }

    fn migrate(&self, socket: SocketId, error: AttachmentError) -> Option<Session<R>> {
        let failure = ResumeFailure::new(self.host(), socket, error);
        let migrated = self.value().resume_failed(self, &failure).and_then(|data| {
            self.attach(socket, failure.session_id(), failure.format(), data).map_err(|error| {
                log::error(&format!("{}: a session cannot be resumed with its new data: {error}", R::NAME));
                Close::restart("session data lost")
            })
        });
        migrated.map_err(|close| self.host().close(socket, close.code(), close.reason())).ok()
    }

    /// Answers the peer's close frame; the socket is over.
    fn finish(&self, socket: SocketId, closed: &Closed) {
        if let Some((code, reason)) = closed.answer() {
            self.host().close(socket, code, reason);
        }
        self.forget(socket);
    }

    /// Gives a socket that is already accepted its data.
    fn attach(&self, socket: SocketId, id: Uuid, format: Format, data: R::Session) -> Result<Session<R>> {
        let attachment = attachment::encode(id, format, &data)?;
        self.host().set_attachment(socket, &attachment)?;
        Ok(self.remember(SessionCell::new(socket, id, format, data, attachment)))
    }
}

impl<R: WebSocketDo> Session<R> {
    /// What a client gets for a frame that is no valid message, where the room has no `rejected` hook.
    #[doc(hidden)]
    pub fn answer_rejection(&self, why: &Rejection) -> Result {
        let error = why.to_string();
        self.send_error(&ErrorFrame { error: &error, code: why.code().as_str(), path: Some(why.path()) })
    }

    /// What a client gets for a frame of the other kind, where the room has no `unsupported` hook.
    #[doc(hidden)]
    pub fn answer_unsupported(&self, frame: &Frame) -> Result {
        self.send_frame(&Frame::Text(if matches!(frame, Frame::Text(_)) { NO_TEXT } else { NO_BINARY }.into()))
    }

    /// What a client gets for a handler that failed, where the room has no `failed` hook: not the error, that is for
    /// the log.
    #[doc(hidden)]
    pub fn answer_failure(&self, error: &Error) -> Result {
        log::error(&format!("{}: a handler failed: {error}", R::NAME));
        // A client that is gone needs no answer.
        let _ = self.send_error(&ErrorFrame { error: "Internal error", code: "internal", path: None });
        Ok(())
    }

    fn send_error(&self, error: &ErrorFrame<'_>) -> Result {
        self.send_frame(&codec::encode_as::<ServerMessageOf<R>, _>(error, self.format())?)
    }
}
