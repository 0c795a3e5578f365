//! One connected client, as handlers see it.

use std::{
    cell::{Cell, RefCell},
    fmt,
    rc::Rc,
    task::Waker,
};

use uuid::Uuid;

use crate::{
    Error, Result, Room, SendError, WebSocketDo,
    attachment::{self, AttachmentError, Header, State},
    close::Close,
    codec::{self, Format},
    dispatch::Queue,
    host::{Host, SocketId},
    room::ServerMessageOf,
};

/// One connected client: its data, its socket, its room.
///
/// Cheap to clone. The data is kept in the socket's attachment, so it survives hibernation.
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
/// let name = session.read(String::clone);
/// println!("{name} ({}, {}, {:?})", session.id(), session.format(), session.tags());
/// # Ok(())
/// # }
/// ```
pub struct Session<R: WebSocketDo> {
    room: Room<R>,
    pub(crate) cell: Rc<SessionCell<R::Session>>,
}

/// What the room keeps in memory of one session. The attachment holds the same, so it can be lost at any time.
pub(crate) struct SessionCell<D> {
    pub(crate) socket: SocketId,
    pub(crate) id: Uuid,
    pub(crate) format: Format,
    /// The data as decoded and as attached: always the same value.
    stored: RefCell<Stored<D>>,
    updating: Cell<bool>,
    pub(crate) closing: Cell<bool>,
    /// Events that wait for the one that is being handled, so that each session sees its own in order.
    pub(crate) queue: RefCell<Queue>,
    pub(crate) busy: Cell<bool>,
    /// Whether the handler that is running is to be dropped, and what to wake for it.
    cut: Cell<bool>,
    cut_waker: RefCell<Option<Waker>>,
}

struct Stored<D> {
    data: Rc<D>,
    attachment: Rc<[u8]>,
}

impl<R: WebSocketDo> Session<R> {
    pub(crate) fn new(room: Room<R>, cell: Rc<SessionCell<R::Session>>) -> Self {
        Self { room, cell }
    }

    /// The id of the session: a random UUID, the same for as long as the client stays connected.
    pub fn id(&self) -> Uuid {
        self.cell.id
    }

    /// The wire format of the session.
    pub fn format(&self) -> Format {
        self.cell.format
    }

    /// The tags that `connect` put on the session with [`Accept::tag`](crate::Accept::tag).
    ///
    /// ```
    /// # use websocket_do_runtime::{Session, WebSocketDo};
    /// fn may_kick<R: WebSocketDo>(session: &Session<R>) -> bool {
    ///     session.tags().iter().any(|tag| tag == "moderator")
    /// }
    /// ```
    pub fn tags(&self) -> Vec<String> {
        self.room.user_tags(self.cell.socket, self.cell.format)
    }

    /// The room the session is in.
    pub fn room(&self) -> &Room<R> {
        &self.room
    }

    /// Looks at the session's data.
    ///
    /// ```
    /// # use websocket_do_runtime::{Session, WebSocketDo};
    /// # struct Member { name: Option<String> }
    /// fn is_named<R: WebSocketDo<Session = Member>>(session: &Session<R>) -> bool {
    ///     session.read(|member| member.name.is_some())
    /// }
    /// ```
    pub fn read<T>(&self, look: impl FnOnce(&R::Session) -> T) -> T {
        look(&self.cell.data())
    }

    /// Changes the session's data and attaches it to the socket, before any frame can leave.
    ///
    /// # Errors
    /// Where the data does not fit an attachment (16,370 bytes) or cannot be encoded, and inside another `update` of
    /// the same session. The data is then what it was.
    ///
    /// ```
    /// # use websocket_do_runtime::{Error, Result, Session, WebSocketDo};
    /// fn count<R: WebSocketDo<Session = u32>>(session: &Session<R>) -> Result {
    ///     let said = session.update(|said| {
    ///         *said += 1;
    ///         *said
    ///     })?;
    ///     if said > 100 { Err(Error::msg("one hundred messages are enough")) } else { Ok(()) }
    /// }
    /// ```
    pub fn update<T>(&self, change: impl FnOnce(&mut R::Session) -> T) -> Result<T> {
        let _updating = Updating::begin(&self.cell.updating)?;
        let before = self.cell.attachment();
        let mut data: R::Session = attachment::decode(&before)?.data;
        let answer = change(&mut data);
        let after = attachment::encode_in(self.cell.header(), &data)?;
        if after != *before {
            self.room.host().set_attachment(self.cell.socket, &after)?;
            *self.cell.stored.borrow_mut() = Stored { data: Rc::new(data), attachment: after.into() };
        }
        Ok(answer)
    }

    /// Sends a message to this client.
    ///
    /// # Errors
    /// [`SendError`], where the message breaks its own rules or the session is closed. A connection that was lost
    /// without notice is no error: `closed` tells of it.
    ///
    /// ```
    /// # use websocket_do_runtime::{Result, ServerMessageOf, Session, WebSocketDo};
    /// # fn example<R: WebSocketDo>(session: &Session<R>, answer: ServerMessageOf<R>) -> Result {
    /// // `answer` is a variant of the server enum, as `ServerMessage::Welcome { name }`.
    /// if let Err(error) = session.send(answer) {
    ///     println!("nothing left for {}: {error}", session.id());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[expect(clippy::needless_pass_by_value, reason = "a message is made to be sent")]
    pub fn send(&self, message: ServerMessageOf<R>) -> Result {
        let frame = codec::encode(&message, self.cell.format).map_err(SendError::from)?;
        self.send_frame(&frame)
    }

    /// Sends a frame as it is, past the protocol: raw bytes in a JSON session, or what an `unsupported` hook answers.
    /// Nothing checks whether the client can make sense of it.
    ///
    /// # Errors
    /// [`SendError::Closed`].
    ///
    /// ```
    /// # use websocket_do_runtime::{Result, Session, WebSocketDo, codec::Frame};
    /// // As a `binary` hook: raw bytes of a JSON session go back as they came.
    /// fn echo<R: WebSocketDo>(session: &Session<R>, bytes: Vec<u8>) -> Result {
    ///     session.send_frame(&Frame::Binary(bytes))
    /// }
    /// ```
    pub fn send_frame(&self, frame: &codec::Frame) -> Result {
        let closed = self.cell.closing.get() || self.room.host().send(&[self.cell.socket], frame) == 0;
        if closed { Err(SendError::Closed.into()) } else { Ok(()) }
    }

    /// Closes the session. All that was sent before is delivered before; nothing can be sent after, and no message that comes
    /// later is handled, also not after hibernation, a panic or a deploy. `closed` runs once, when the client has answered or
    /// after ten seconds; until then the session is counted. A reason of more than 123 bytes is cut at the end of a character.
    ///
    /// # Errors
    /// Where `code` is not one that may be sent ([RFC 6455, section 7.4](https://www.rfc-editor.org/rfc/rfc6455#section-7.4):
    /// 1000 to 1003, 1007 to 1014, 3000 to 4999). The session stays open.
    ///
    /// ```
    /// # use websocket_do_runtime::{Result, Session, WebSocketDo};
    /// fn kick<R: WebSocketDo>(session: &Session<R>) -> Result {
    ///     session.close(4001, "kicked")
    /// }
    /// ```
    pub fn close(&self, code: u16, reason: &str) -> Result {
        self.close_with(&Close::new(code, reason)?);
        Ok(())
    }

    pub(crate) fn close_with(&self, close: &Close) {
        if !self.cell.closing.replace(true) {
            self.cell.queue.borrow_mut().drop_messages();
            self.room.close_socket(self.cell.socket, self.cell.header(), &self.cell.attachment(), close);
        }
    }
}

impl<D> SessionCell<D> {
    pub(crate) fn new(socket: SocketId, header: Header, data: D, attachment: Vec<u8>) -> Self {
        Self {
            socket,
            id: header.id,
            format: header.format,
            stored: RefCell::new(Stored { data: Rc::new(data), attachment: attachment.into() }),
            updating: Cell::new(false),
            closing: Cell::new(header.state != State::Open),
            queue: RefCell::default(),
            busy: Cell::new(false),
            cut: Cell::new(false),
            cut_waker: RefCell::default(),
        }
    }

    /// What is attached besides the data.
    pub(crate) fn header(&self) -> Header {
        let state = if self.closing.get() { State::Closing } else { State::Open };
        Header { id: self.id, format: self.format, state }
    }

    /// Has the handler that is running be dropped where it waits.
    pub(crate) fn cut(&self) {
        self.cut.set(true);
        if let Some(waker) = self.cut_waker.take() {
            waker.wake();
        }
    }

    /// Lets the next handler run.
    pub(crate) fn uncut(&self) {
        self.cut.set(false);
    }

    /// Whether the handler that is running is to be dropped; if not, what to wake when it is.
    pub(crate) fn is_cut(&self, waker: &Waker) -> bool {
        if !self.cut.get() {
            self.cut_waker.replace(Some(waker.clone()));
        }
        self.cut.get()
    }

    fn data(&self) -> Rc<D> {
        self.stored.borrow().data.clone()
    }

    pub(crate) fn attachment(&self) -> Rc<[u8]> {
        self.stored.borrow().attachment.clone()
    }
}

/// Held while `update` runs the user's closure, so that an `update` inside it cannot be overwritten by the outer one.
struct Updating<'c>(&'c Cell<bool>);

impl<'c> Updating<'c> {
    fn begin(flag: &'c Cell<bool>) -> Result<Self> {
        if flag.replace(true) {
            return Err(Error::msg("`update` inside `update` of the same session; make one change of the two"));
        }
        Ok(Self(flag))
    }
}

impl Drop for Updating<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

impl<R: WebSocketDo> Clone for Session<R> {
    fn clone(&self) -> Self {
        Self { room: self.room.clone(), cell: self.cell.clone() }
    }
}

impl<R: WebSocketDo> fmt::Debug for Session<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("id", &self.cell.id).field("format", &self.cell.format).finish_non_exhaustive()
    }
}

/// The attachment of a session could not be read: it was written by an older version of the room.
///
/// ```
/// # use websocket_do_runtime::{Close, ResumeFailure};
/// # struct Member { name: String, muted: bool }
/// // As a `resume_failed` hook: before members could be muted, a session was a name.
/// fn resume_failed(failure: &ResumeFailure) -> Result<Member, Close> {
///     match failure.decode::<String>() {
///         Ok(name) => Ok(Member { name, muted: false }),
///         Err(_) => {
///             println!("{} ({}): {}", failure.session_id(), failure.format(), failure.error());
///             Err(Close::restart("please connect again"))
///         }
///     }
/// }
/// ```
#[derive(Debug)]
pub struct ResumeFailure {
    header: Header,
    attachment: Vec<u8>,
    error: AttachmentError,
}

impl ResumeFailure {
    /// Where the attachment does not have them, id and format come from the socket's tags.
    pub(crate) fn new(host: &dyn Host, socket: SocketId, error: AttachmentError) -> Self {
        let attachment = host.attachment(socket).unwrap_or_default();
        let header = attachment::header(&attachment).unwrap_or_else(|_| {
            let tags = host.tags(socket);
            let id = tags.iter().find_map(|tag| tag.parse().ok()).unwrap_or_default();
            let format = tags.iter().find_map(|tag| tag.parse().ok()).unwrap_or_default();
            Header { id, format, state: State::Open }
        });
        Self { header, attachment, error }
    }

    pub(crate) fn header(&self) -> Header {
        self.header
    }

    pub(crate) fn attachment(&self) -> &[u8] {
        &self.attachment
    }

    /// The session's id.
    pub fn session_id(&self) -> Uuid {
        self.header.id
    }

    /// The session's format.
    pub fn format(&self) -> Format {
        self.header.format
    }

    /// Why the data could not be read.
    pub fn error(&self) -> &AttachmentError {
        &self.error
    }

    /// The data as another type: the shape an older version of the room gave it.
    ///
    /// # Errors
    /// Where it is not of that shape either.
    pub fn decode<D: serde::de::DeserializeOwned>(&self) -> Result<D> {
        Ok(attachment::decode(&self.attachment)?.data)
    }
}
