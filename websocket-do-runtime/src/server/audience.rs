//! Some of the sessions of a room, and what is sent to them.

use std::fmt;

use crate::{
    Room, SendError, ServerMessageOf, Session, WebSocketDo,
    codec::{self, Format, Frame},
    host::{SocketFilter, SocketId},
    server::tags::host_tag,
};

type Filter<'a, R> = Box<dyn Fn(&Session<R>) -> bool + 'a>;

/// Some of the sessions of a room.
///
/// ```
/// # use websocket_do_runtime::{Result, ServerMessageOf, Session, WebSocketDo, codec::{Format, Frame}};
/// # fn example<R: WebSocketDo<Session = String>>(session: &Session<R>, news: ServerMessageOf<R>) -> Result {
/// let room = session.room();
/// let reached = room.with_tag("red").except(session).filter(|other| *other.data() != "Eve").send(news)?;
/// println!("{reached} of the reds know");
///
/// // Raw bytes, to those who would not take them for a message.
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
    /// Every session of the room.
    pub(crate) fn of(room: &'a Room<R>) -> Self {
        Self { room, tag: None, format: None, except: None, filter: None }
    }

    pub(crate) fn with_tag(self, tag: &'a str) -> Self {
        Self { tag: Some(tag), ..self }
    }

    /// All of them but this one.
    pub fn except(self, session: &Session<R>) -> Self {
        Self { except: Some(session.state.socket), ..self }
    }

    /// Those that speak this format.
    pub fn with_format(self, format: Format) -> Self {
        Self { format: Some(format), ..self }
    }

    /// Those for which `filter` holds. Reads the data of each session.
    pub fn filter(self, filter: impl Fn(&Session<R>) -> bool + 'a) -> Self {
        Self { filter: Some(Box::new(filter)), ..self }
    }

    /// Sends a message to them, encoded once for each format in use, and tells how many it was handed to.
    ///
    /// # Errors
    /// [`SendError::Invalid`], where the message breaks its own rules; then it reaches nobody.
    #[expect(clippy::needless_pass_by_value, reason = "a message is made to be sent")]
    pub fn send(self, message: ServerMessageOf<R>) -> Result<usize, SendError> {
        // All is encoded before anything is sent, and checked, also where nobody is there.
        let deliveries = [self.delivery(Format::Json, &message)?, self.delivery(Format::MessagePack, &message)?];
        if deliveries.iter().all(Option::is_none) {
            codec::validate(&message)?;
        }
        Ok(deliveries.iter().flatten().map(|(sockets, frame)| self.room.host().send(sockets, frame)).sum())
    }

    /// Who gets the message in this format, and what they get; none where nobody does.
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

    /// Sends them a frame as it is, past the protocol, as [`Session::send_frame`] does, and tells how many it was handed
    /// to.
    pub fn send_frame(self, frame: &Frame) -> usize {
        let sockets = [self.sockets(Format::Json), self.sockets(Format::MessagePack)].concat();
        self.room.host().send(&sockets, frame)
    }

    /// Those that speak this format.
    fn sockets(&self, format: Format) -> Vec<SocketId> {
        if self.format.is_some_and(|chosen| chosen != format) {
            return Vec::new();
        }
        let (host, closing) = (self.room.host(), self.room.closing());
        let mut sockets = match self.tag {
            Some(tag) => host.sockets(SocketFilter::Tag(&host_tag(format, tag))),
            None => host.sockets(SocketFilter::Format(format)),
        };
        sockets.retain(|&socket| Some(socket) != self.except && !closing.contains(host, socket) && self.admits(socket));
        sockets
    }

    fn admits(&self, socket: SocketId) -> bool {
        self.filter.as_ref().is_none_or(|filter| self.room.resume(socket).is_ok_and(|session| filter(&session)))
    }
}

impl<R: WebSocketDo> fmt::Debug for Audience<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Audience").field("tag", &self.tag).field("except", &self.except).finish_non_exhaustive()
    }
}
