//! The room as handlers see it: its sessions, and ways to reach them.

use std::{
    cell::{Cell, OnceCell, RefCell},
    fmt,
    rc::Rc,
    time::Duration,
};

use uuid::Uuid;

use crate::{
    Audience, Result, SendError, Session, Storage, StorageError, WebSocketDo,
    host::{BySocket, Host, SocketFilter, SocketId},
    protocol::{ClientMessage, Timestamp},
    server::{
        alarm,
        attachment::{self, AttachmentError, State},
        closing::Closing,
        session::SessionState,
        timers::StoredTimer,
    },
};

/// What the room `R` sends.
pub type ServerMessageOf<R> = <<R as WebSocketDo>::Client as ClientMessage>::Server;

/// The room a handler runs in. Cheap to clone.
///
/// ```
/// # use std::time::Duration;
/// # use websocket_do_runtime::{Result, Room, ServerMessageOf, WebSocketDo};
/// # async fn example<R: WebSocketDo<Session = String>>(room: &Room<R>, hello: ServerMessageOf<R>) -> Result {
/// room.broadcast(hello)?;
/// room.sleep(Duration::from_secs(1)).await;
///
/// let names: Vec<String> = room.sessions().iter().map(|session| session.data().to_string()).collect();
/// let name = room.name().unwrap_or_default();
/// println!("{name} at {}: {} of {}", room.now(), names.join(", "), room.len());
///
/// if let Some(first) = room.sessions().first() {
///     assert_eq!(room.session(first.id()).map(|session| session.id()), Some(first.id()));
/// }
/// assert!(!room.is_empty() || room.storage().get::<String>("topic")?.is_some());
/// # Ok(())
/// # }
/// ```
pub struct Room<R: WebSocketDo> {
    state: Rc<RoomState<R>>,
}

/// The room's memory. All of it can be lost at any time and made again from the host.
struct RoomState<R: WebSocketDo> {
    host: Rc<dyn Host>,
    handlers: OnceCell<R>,
    sessions: RefCell<BySocket<Rc<SessionState<R::Session>>>>,
    closing: Closing,
    /// Whether handlers of timers are running.
    timers_running: Cell<bool>,
    /// The timer whose handler is running.
    running: RefCell<Option<StoredTimer>>,
}

/// Why a socket has no session.
pub(crate) enum Absent {
    /// The socket is gone.
    Gone,
    /// The session has ended, although the platform still lists the socket.
    Ended,
    /// The attachment cannot be read.
    Unreadable(AttachmentError),
}

impl<R: WebSocketDo> Room<R> {
    /// Creates a room with empty memory on a host.
    pub(crate) fn new(host: Rc<dyn Host>) -> Self {
        Self {
            state: Rc::new(RoomState {
                host,
                handlers: OnceCell::new(),
                sessions: RefCell::default(),
                closing: Closing::default(),
                timers_running: Cell::default(),
                running: RefCell::default(),
            }),
        }
    }

    /// The name the room was reached by, 1 to 1,024 bytes. [`None`] where it was reached by its id alone, which only a Worker
    /// can do: a check by name must refuse then.
    pub fn name(&self) -> Option<String> {
        self.state.host.room_name()
    }

    /// Returns the current time.
    pub fn now(&self) -> Timestamp {
        Timestamp::saturating_from_millis(self.state.host.now())
    }

    /// How many sessions there are. A session counts until its `close` handler has returned. One that the room has closed counts
    /// until its client has answered, for at most ten seconds.
    pub fn len(&self) -> usize {
        self.sockets(SocketFilter::All).len()
    }

    /// Whether there is no session.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All sessions. Reads the attachment of each that was not read since the room woke; one that cannot be read is left
    /// out, and dealt with when its next event comes.
    pub fn sessions(&self) -> Vec<Session<R>> {
        self.sockets(SocketFilter::All).into_iter().filter_map(|socket| self.resume(socket).ok()).collect()
    }

    /// The session with this id, if it is connected.
    pub fn session(&self, id: Uuid) -> Option<Session<R>> {
        let sockets = self.sockets(SocketFilter::Tag(&id.to_string()));
        sockets.into_iter().find_map(|socket| self.resume(socket).ok())
    }

    /// Sends a message to every session.
    ///
    /// # Errors
    /// Returns [`SendError::Invalid`] if the message breaks one of its own rules. Nothing was sent.
    pub fn broadcast(&self, message: ServerMessageOf<R>) -> Result<(), SendError> {
        self.everyone().send(message).map(drop)
    }

    /// Every session, to be narrowed down and sent to.
    pub fn everyone(&self) -> Audience<'_, R> {
        Audience::of(self)
    }

    /// The sessions that `connect` put this tag on.
    pub fn with_tag<'a>(&'a self, tag: &'a str) -> Audience<'a, R> {
        self.everyone().with_tag(tag)
    }

    /// Waits for `duration`, on every host. A room does not hibernate while a handler waits.
    pub async fn sleep(&self, duration: Duration) {
        self.state.host.sleep(millis(duration)).await;
    }

    /// What the room keeps for good.
    pub fn storage(&self) -> Storage<'_> {
        Storage::of(self.host())
    }

    pub(crate) fn host(&self) -> &dyn Host {
        &*self.state.host
    }

    pub(crate) fn timers_running(&self) -> &Cell<bool> {
        &self.state.timers_running
    }

    /// The user's own value, made at the first use.
    pub(crate) fn handlers(&self) -> &R {
        self.state.handlers.get_or_init(|| R::new(self))
    }

    pub(crate) fn running(&self) -> &RefCell<Option<StoredTimer>> {
        &self.state.running
    }

    pub(crate) fn closing(&self) -> &Closing {
        &self.state.closing
    }

    /// Sets the alarm to what comes next, with the first of the timers, unless handlers of timers are running: it is set when they
    /// are through.
    pub(crate) fn arm(&self, timer: Option<u64>) -> Result<(), StorageError> {
        if self.timers_running().get() { Ok(()) } else { alarm::set(self.host(), self.closing(), timer, 0) }
    }

    /// The sockets that match the filter, without those whose sessions have ended.
    fn sockets(&self, filter: SocketFilter<'_>) -> Vec<SocketId> {
        self.closing().without_ended(self.host(), self.host().sockets(filter))
    }

    /// The session of a socket, from memory or else from its attachment.
    pub(crate) fn resume(&self, socket: SocketId) -> Result<Session<R>, Absent> {
        if let Some(cell) = self.state.sessions.borrow().get(&socket) {
            return Ok(Session::new(self.clone(), cell.clone()));
        }
        let attachment = self.state.host.attachment(socket).ok_or(Absent::Gone)?;
        let header = attachment::header(&attachment).map_err(Absent::Unreadable)?;
        if header.state == State::Ended {
            return Err(Absent::Ended);
        }
        let read = attachment::decode(&attachment).map_err(Absent::Unreadable)?;
        Ok(self.cache(SessionState::new(socket, header, read.data, attachment)))
    }

    pub(crate) fn cache(&self, session: SessionState<R::Session>) -> Session<R> {
        let session = Rc::new(session);
        self.state.sessions.borrow_mut().insert(session.socket, session.clone());
        Session::new(self.clone(), session)
    }

    pub(crate) fn remove(&self, socket: SocketId) {
        self.state.sessions.borrow_mut().remove(&socket);
        self.state.host.forget(socket);
    }
}

/// A duration in whole milliseconds, as hosts count.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl<R: WebSocketDo> Clone for Room<R> {
    fn clone(&self) -> Self {
        Self { state: self.state.clone() }
    }
}

impl<R: WebSocketDo> fmt::Debug for Room<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(R::NAME).field("name", &self.name()).field("sessions", &self.len()).finish()
    }
}
