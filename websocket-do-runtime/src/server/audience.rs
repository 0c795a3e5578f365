//! A selection of the sessions of a room, as the receivers of a message.

use std::fmt;

use crate::{
    Room, SendError, ServerMessageOf, Session, WebSocketDo,
    codec::{self, Format, Frame},
    host::{SocketFilter, SocketId},
    server::tags::host_tag,
};

type Filter<'a, R> = Box<dyn Fn(&Session<R>) -> bool + 'a>;

/// A selection of the sessions of a room, as the receivers of a message.
///
/// [`Room::everyone`] and [`Room::with_tag`] create it; its methods narrow it down.
///
/// ```
/// # use websocket_do_runtime::{Result, ServerMessageOf, Session, WebSocketDo, codec::{Format, Frame}};
/// # fn example<R: WebSocketDo<Session = String>>(session: &Session<R>, news: ServerMessageOf<R>) -> Result {
/// let room = session.room();
/// let reached = room.with_tag("red").except(session).filter(|other| *other.data() != "Eve").send(news)?;
/// println!("sent to {reached} sessions");
///
/// // Raw bytes, only to JSON sessions: a MessagePack session would decode them as a message.
/// room.everyone().except(session).with_format(Format::Json).send_frame(&Frame::Binary(vec![0, 1]));
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent before `send`"]
pub struct Audience<'a, R: WebSocketDo> {
    room: &'a Room<R>,
    tag: Option<&'a str>,
    format: Option<Format>,
    except: Option<SocketId>,
    filter: Option<Filter<'a, R>>,
}

impl<'a, R: WebSocketDo> Audience<'a, R> {
    /// Returns an audience of all sessions of the room.
    pub(crate) fn of(room: &'a Room<R>) -> Self {
        Self { room, tag: None, format: None, except: None, filter: None }
    }

    /// Keeps only sessions with this tag.
    pub(crate) fn with_tag(self, tag: &'a str) -> Self {
        Self { tag: Some(tag), ..self }
    }

    /// Excludes a session.
    pub fn except(self, session: &Session<R>) -> Self {
        Self { except: Some(session.state.socket), ..self }
    }

    /// Keeps only sessions with this format.
    pub fn with_format(self, format: Format) -> Self {
        Self { format: Some(format), ..self }
    }

    /// Keeps only sessions for which `filter` returns true. After hibernation, this reads the attachment of every session.
    pub fn filter(self, filter: impl Fn(&Session<R>) -> bool + 'a) -> Self {
        Self { filter: Some(Box::new(filter)), ..self }
    }

    /// Sends a message to these sessions, and returns the number of sessions it was sent to. The message is encoded once per
    /// format.
    ///
    /// # Errors
    /// Returns [`SendError::Invalid`], and sends nothing, if the message breaks one of its rules.
    #[expect(clippy::needless_pass_by_value, reason = "callers create a message to send it")]
    pub fn send(self, message: ServerMessageOf<R>) -> Result<usize, SendError> {
        // Both formats are encoded before anything is sent, and the message is validated even without receivers.
        let deliveries = [self.delivery(Format::Json, &message)?, self.delivery(Format::MessagePack, &message)?];
        if deliveries.iter().all(Option::is_none) {
            codec::validate(&message)?;
        }
        Ok(deliveries.iter().flatten().map(|(sockets, frame)| self.room.host().send(sockets, frame)).sum())
    }

    /// Returns the sockets that receive the message in this format, and the frame for them. [`None`] if there are no sockets.
    ///
    /// # Errors
    /// Returns [`SendError::Invalid`] if the message breaks one of its rules.
    fn delivery(
        &self,
        format: Format,
        message: &ServerMessageOf<R>,
    ) -> Result<Option<(Vec<SocketId>, Frame)>, SendError> {
        let sockets = self.sockets(format);
        if sockets.is_empty() {
            return Ok(None);
        }
        Ok(Some((sockets, codec::encode_as::<ServerMessageOf<R>, _>(message, format)?)))
    }

    /// Sends a frame without encoding or validation, as [`Session::send_frame`] does, and returns the number of sessions
    /// it was sent to.
    pub fn send_frame(self, frame: &Frame) -> usize {
        let sockets = [self.sockets(Format::Json), self.sockets(Format::MessagePack)].concat();
        self.room.host().send(&sockets, frame)
    }

    /// Returns the sockets of these sessions that have this format.
    fn sockets(&self, format: Format) -> Vec<SocketId> {
        if self.format.is_some_and(|only| only != format) {
            return Vec::new();
        }
        let (host, closing) = (self.room.host(), self.room.closing());
        let mut sockets = match self.tag {
            Some(tag) => host.sockets(SocketFilter::Tag(&host_tag(format, tag))),
            None => host.sockets(SocketFilter::Format(format)),
        };
        sockets.retain(|&socket| {
            Some(socket) != self.except && !closing.contains(host, socket) && self.matches_filter(socket)
        });
        sockets
    }

    fn matches_filter(&self, socket: SocketId) -> bool {
        self.filter.as_ref().is_none_or(|filter| self.room.resume(socket).is_ok_and(|session| filter(&session)))
    }
}

impl<R: WebSocketDo> fmt::Debug for Audience<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Audience").field("tag", &self.tag).field("except", &self.except).finish_non_exhaustive()
    }
}
