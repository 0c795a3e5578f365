//! The session of a connected client.

mod error;
mod state;

use std::{fmt, rc::Rc};

use uuid::Uuid;

pub use self::error::UpdateError;
pub(crate) use self::state::SessionState;
use self::state::{Stored, Updating};
use crate::{
    Close, CloseError, Room, SendError, ServerMessageOf, WebSocketDo,
    codec::{self, Format},
    server::{
        attachment::{self, State},
        tags::user_tags,
    },
};

/// The session of a connected client, with its data. Cheap to clone.
///
/// The data is part of the socket's attachment, so it survives hibernation.
///
/// ```
/// # use websocket_do_runtime::{Result, ServerMessageOf, Session, WebSocketDo};
/// # fn example<R: WebSocketDo<Session = String>>(
/// #     session: &Session<R>, [welcome, joined]: [ServerMessageOf<R>; 2]
/// # ) -> Result {
/// // In a room with `session = String`:
/// session.update(|name| *name = "Ada".to_owned())?;
/// session.send(welcome)?;
/// session.room().everyone().except(session).send(joined)?;
///
/// println!("{} ({}, {}, {:?})", session.data(), session.id(), session.format(), session.tags());
/// # Ok(())
/// # }
/// ```
pub struct Session<R: WebSocketDo> {
    room: Room<R>,
    pub(crate) state: Rc<SessionState<R::Session>>,
}

impl<R: WebSocketDo> Session<R> {
    pub(crate) fn new(room: Room<R>, state: Rc<SessionState<R::Session>>) -> Self {
        Self { room, state }
    }

    /// Returns the id of the session: a random UUID that does not change while the client is connected.
    pub fn id(&self) -> Uuid {
        self.state.id
    }

    /// Returns the wire format of the session.
    pub fn format(&self) -> Format {
        self.state.format
    }

    /// Returns the tags that `connect` added to the session with [`Accept::tag`](crate::Accept::tag).
    ///
    /// ```
    /// # use websocket_do_runtime::{Session, WebSocketDo};
    /// fn may_kick<R: WebSocketDo>(session: &Session<R>) -> bool {
    ///     session.tags().iter().any(|tag| tag == "moderator")
    /// }
    /// ```
    pub fn tags(&self) -> Vec<String> {
        user_tags(self.room.host(), self.state.socket, self.state.format)
    }

    /// Returns the room of the session.
    pub fn room(&self) -> &Room<R> {
        &self.room
    }

    /// Returns the session's current data. A later [`update`](Self::update) does not change the returned value.
    ///
    /// The data is shared, not copied, and may be held across an `await`.
    ///
    /// ```
    /// # use websocket_do_runtime::{Session, WebSocketDo};
    /// # struct Member { name: Option<String> }
    /// fn is_named<R: WebSocketDo<Session = Member>>(session: &Session<R>) -> bool {
    ///     session.data().name.is_some()
    /// }
    /// ```
    pub fn data(&self) -> Rc<R::Session> {
        self.state.data()
    }

    /// Changes the session's data with `change`, and returns its result. The data is attached to the socket before any
    /// later frame is sent.
    ///
    /// # Errors
    /// Returns [`UpdateError::Attachment`] if the data is larger than 16,370 bytes or cannot be serialized, and
    /// [`UpdateError::Nested`] inside another `update` of the same session. The data is then unchanged.
    ///
    /// ```
    /// # use websocket_do_runtime::{Error, Result, Session, WebSocketDo};
    /// fn count<R: WebSocketDo<Session = u32>>(session: &Session<R>) -> Result {
    ///     let messages = session.update(|messages| {
    ///         *messages += 1;
    ///         *messages
    ///     })?;
    ///     if messages > 100 { Err(Error::msg("one hundred messages are enough")) } else { Ok(()) }
    /// }
    /// ```
    pub fn update<T>(&self, change: impl FnOnce(&mut R::Session) -> T) -> Result<T, UpdateError> {
        let _updating = Updating::begin(&self.state.updating)?;
        let before = self.state.attachment();
        let mut data: R::Session = attachment::decode(&before)?.data;
        let result = change(&mut data);
        let after = attachment::encode_in(self.state.header(), &data)?;
        if after != *before {
            self.room.host().set_attachment(self.state.socket, &after)?;
            *self.state.stored.borrow_mut() = Stored { data: Rc::new(data), attachment: after.into() };
        }
        Ok(result)
    }

    /// Sends a message to this client.
    ///
    /// `Ok` does not mean that the client receives the message. A lost connection is reported to the `#[close]` handler.
    ///
    /// # Errors
    /// Returns [`SendError::Invalid`] if the message breaks one of its rules, and [`SendError::Closed`] if the session is
    /// closed.
    ///
    /// ```
    /// # use websocket_do_runtime::{ServerMessageOf, Session, WebSocketDo};
    /// # fn example<R: WebSocketDo>(session: &Session<R>, answer: ServerMessageOf<R>) {
    /// // `answer` is a variant of the server enum, such as `ServerMessage::Welcome { name }`.
    /// if let Err(error) = session.send(answer) {
    ///     println!("not sent to {}: {error}", session.id());
    /// }
    /// # }
    /// ```
    #[expect(clippy::needless_pass_by_value, reason = "callers create a message to send it")]
    pub fn send(&self, message: ServerMessageOf<R>) -> Result<(), SendError> {
        self.send_frame(&codec::encode(&message, self.state.format)?)
    }

    /// Sends a frame without encoding or validation: raw bytes in a JSON session, or the answer of a `#[protocol_error]` handler.
    ///
    /// # Errors
    /// Returns [`SendError::Closed`] if the session is closed.
    ///
    /// ```
    /// # use websocket_do_runtime::{SendError, Session, WebSocketDo, codec::Frame};
    /// // As a `#[binary]` handler: returns the raw bytes to the client.
    /// fn echo<R: WebSocketDo>(session: &Session<R>, bytes: Vec<u8>) -> Result<(), SendError> {
    ///     session.send_frame(&Frame::Binary(bytes))
    /// }
    /// ```
    pub fn send_frame(&self, frame: &codec::Frame) -> Result<(), SendError> {
        let closed = self.state.is_closing() || self.room.host().send(&[self.state.socket], frame) == 0;
        if closed { Err(SendError::Closed) } else { Ok(()) }
    }

    /// Closes the session. Messages sent before are delivered first; nothing can be sent afterwards.
    ///
    /// Later messages of the client are not handled, even after hibernation, a panic or a deploy. The `#[close]` handler runs
    /// once, when the client has answered or after ten seconds; [`Room::len`] counts the session until the handler has returned.
    /// A reason longer than 123 bytes is truncated at a character boundary.
    ///
    /// # Errors
    /// Returns [`CloseError::Code`] if `code` may not be sent
    /// ([RFC 6455, section 7.4](https://www.rfc-editor.org/rfc/rfc6455#section-7.4): 1000 to 1003, 1007 to 1014, 3000 to 4999
    /// may). The session stays open.
    ///
    /// ```
    /// # use websocket_do_runtime::{CloseError, Session, WebSocketDo};
    /// fn kick<R: WebSocketDo>(session: &Session<R>) -> Result<(), CloseError> {
    ///     session.close(4001, "kicked")
    /// }
    /// ```
    pub fn close(&self, code: u16, reason: &str) -> Result<(), CloseError> {
        self.close_with(&Close::new(code, reason)?);
        Ok(())
    }

    /// Logs an error of the session, with its id and the room's name.
    pub(crate) fn log_error(&self, error: impl fmt::Display) {
        self.room.log_error(format_args!("session {}: {error}", self.state.id));
    }

    /// Closes the session, unless it is already closing.
    pub(crate) fn close_with(&self, close: &Close) {
        if !self.state.is_closing() {
            self.state.advance(State::Closing);
            self.state.queue.borrow_mut().drop_messages();
            self.room.close_socket(self.state.socket, self.state.header(), &self.state.attachment(), close);
        }
    }
}

impl<R: WebSocketDo> Clone for Session<R> {
    fn clone(&self) -> Self {
        Self { room: self.room.clone(), state: self.state.clone() }
    }
}

impl<R: WebSocketDo> fmt::Debug for Session<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("id", &self.state.id)
            .field("format", &self.state.format)
            .finish_non_exhaustive()
    }
}
