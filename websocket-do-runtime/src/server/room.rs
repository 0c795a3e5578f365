//! The room in which handlers run: its sessions, its storage and its clock.

use std::{
    cell::{Cell, OnceCell, RefCell},
    fmt,
    rc::Rc,
    time::Duration,
};

use uuid::Uuid;

use crate::{
    Audience, Env, Handler, HasState, Result, SendError, Session, Storage, StorageError, WebSocketDo,
    host::{BySocket, Host, SocketFilter, SocketId, millis},
    protocol::{ClientMessage, Timestamp},
    server::{
        States, alarm,
        attachment::{self, AttachmentError, State},
        closing::Closing,
        handler::{LogName, Running},
        log,
        session::SessionState,
        timers::StoredTimer,
    },
};

/// The type of the messages that the room `R` sends.
pub type ServerMessageOf<R> = <<R as WebSocketDo>::Client as ClientMessage>::Server;

/// The room in which a handler runs. Cheap to clone.
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

/// The room's memory. It can be lost at any time, and is rebuilt from the host.
struct RoomState<R: WebSocketDo> {
    host: Rc<dyn Host>,
    handlers: OnceCell<R>,
    env: OnceCell<Env>,
    states: OnceCell<States>,
    sessions: RefCell<BySocket<Rc<SessionState<R::Session>>>>,
    closing: Closing,
    /// Whether handlers of timers are running.
    timers_running: Cell<bool>,
    /// How many background tasks are running.
    tasks: Rc<Cell<usize>>,
    /// How many calls of other rooms are in flight.
    calls_in_flight: Rc<Cell<usize>>,
    /// The timer whose handler is running.
    running: RefCell<Option<StoredTimer>>,
}

impl<R: WebSocketDo> LogName for RoomState<R> {
    fn log_name(&self) -> String {
        format!("{} `{}`", R::NAME, self.host.room_name().unwrap_or_default())
    }
}

/// Why a socket has no session.
pub(crate) enum Absent {
    /// The socket no longer exists.
    NoSocket,
    /// The session has ended, but the platform still lists the socket.
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
                env: OnceCell::new(),
                states: OnceCell::new(),
                tasks: Rc::default(),
                calls_in_flight: Rc::default(),
                sessions: RefCell::default(),
                closing: Closing::default(),
                timers_running: Cell::default(),
                running: RefCell::default(),
            }),
        }
    }

    /// Returns the name of the room, 1 to 1,024 bytes.
    ///
    /// Returns [`None`] if a Worker addressed the room by its id; reject the request then if access depends on the name.
    pub fn name(&self) -> Option<String> {
        self.state.host.room_name()
    }

    /// Returns the current time.
    pub fn now(&self) -> Timestamp {
        Timestamp::saturating_from_millis(self.state.host.now())
    }

    /// Returns the number of sessions. A session counts until its `close` handler has returned. For a session that the room has
    /// closed, the handler runs when the client has answered, or after ten seconds.
    pub fn len(&self) -> usize {
        self.sockets(SocketFilter::All).len()
    }

    /// Returns whether the room has no sessions.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns all sessions. After hibernation, this reads the attachment of every session. A session whose attachment cannot be
    /// read is left out, until the `#[migrate]` handler runs at its next event.
    pub fn sessions(&self) -> Vec<Session<R>> {
        self.sockets(SocketFilter::All).into_iter().filter_map(|socket| self.resume(socket).ok()).collect()
    }

    /// Returns the session with this id, if it is connected.
    pub fn session(&self, id: Uuid) -> Option<Session<R>> {
        let sockets = self.sockets(SocketFilter::Tag(&id.to_string()));
        sockets.into_iter().find_map(|socket| self.resume(socket).ok())
    }

    /// Sends a message to every session.
    ///
    /// # Errors
    /// Returns [`SendError::Invalid`], and sends nothing, if the message breaks one of its rules.
    pub fn broadcast(&self, message: ServerMessageOf<R>) -> Result<(), SendError> {
        self.everyone().send(message).map(drop)
    }

    /// Returns an [`Audience`] of all sessions.
    pub fn everyone(&self) -> Audience<'_, R> {
        Audience::of(self)
    }

    /// Returns an [`Audience`] of the sessions with this tag, which `connect` adds with [`Accept::tag`](crate::Accept::tag).
    pub fn with_tag<'a>(&'a self, tag: &'a str) -> Audience<'a, R> {
        self.everyone().with_tag(tag)
    }

    /// Waits for `duration`. The room does not hibernate while a handler waits.
    pub async fn sleep(&self, duration: Duration) {
        self.state.host.sleep(millis(duration)).await;
    }

    /// Returns the room's permanent storage.
    pub fn storage(&self) -> Storage<'_> {
        Storage::of(self.host())
    }

    /// Returns the environment: variables, secrets and, on workerd, all bindings.
    pub fn env(&self) -> &Env {
        self.state.env.get_or_init(|| self.state.host.env())
    }

    /// Returns a value that the application shares with its rooms; [`App::state`](crate::App::state) makes it. The room declares its
    /// type in the attribute: `#[websocket_do(…, state = Accounts)]`.
    ///
    /// # Panics
    /// Panics in a test that has not called `TestRoom::state`. On a server the value exists: a server without it does not start.
    ///
    /// ```
    /// # use websocket_do_runtime::{HasState, Room};
    /// struct Accounts {
    ///     url: String,
    /// }
    ///
    /// fn accounts_url<R: HasState<Accounts>>(room: &Room<R>) -> &str {
    ///     &room.state::<Accounts>().url
    /// }
    /// ```
    pub fn state<T: 'static>(&self) -> &T
    where
        R: HasState<T>,
    {
        #[expect(clippy::expect_used, reason = "`states` returns values of all declared types")]
        self.states().get().expect("a value of every declared type")
    }

    /// Returns the application's state, with values of all types that the room declares.
    fn states(&self) -> &States {
        self.state.states.get_or_init(|| {
            let states = self.state.host.states();
            #[expect(clippy::panic, reason = "hosts check this before, and a test without the state is wrong")]
            if let Err(error) = states.check::<R>() {
                panic!("{error}");
            }
            states
        })
    }

    /// Logs an error of the room, with the room's name.
    pub(crate) fn log_error(&self, error: impl fmt::Display) {
        log::error(&format!("{}: {error}", self.state.log_name()));
    }

    /// Returns the room, as the log names it.
    pub(crate) fn log_name(&self) -> Rc<dyn LogName> {
        self.state.clone()
    }

    pub(crate) fn host(&self) -> &dyn Host {
        &*self.state.host
    }

    pub(crate) fn timers_running(&self) -> &Cell<bool> {
        &self.state.timers_running
    }

    /// Returns the value that handlers are called on, and creates it at the first call.
    pub(crate) fn handlers(&self) -> &R {
        self.state.handlers.get_or_init(|| {
            if !R::STATES.is_empty() {
                self.states();
            }
            let mut running = Some(Running::new(self.log_name(), None, Handler::attribute("new")));
            Running::poll(&mut running, || R::new(self))
        })
    }

    pub(crate) fn tasks(&self) -> &Rc<Cell<usize>> {
        &self.state.tasks
    }

    pub(crate) fn calls_in_flight(&self) -> &Rc<Cell<usize>> {
        &self.state.calls_in_flight
    }

    pub(crate) fn running(&self) -> &RefCell<Option<StoredTimer>> {
        &self.state.running
    }

    pub(crate) fn closing(&self) -> &Closing {
        &self.state.closing
    }

    /// Sets the alarm to the earlier of `timer` and the next deadline of a closing session. Does nothing while handlers of timers
    /// run: the alarm is set after them.
    ///
    /// # Errors
    /// Returns an error if the host's storage fails.
    pub(crate) fn arm(&self, timer: Option<u64>) -> Result<(), StorageError> {
        if self.timers_running().get() { Ok(()) } else { alarm::set(self.host(), self.closing(), timer, 0) }
    }

    /// Returns the sockets that match the filter, without those whose sessions have ended.
    fn sockets(&self, filter: SocketFilter<'_>) -> Vec<SocketId> {
        self.closing().without_ended(self.host(), self.host().sockets(filter))
    }

    /// Returns the session of a socket, from memory or from its attachment.
    ///
    /// # Errors
    /// Returns [`Absent`] if the socket has no session that can be read.
    pub(crate) fn resume(&self, socket: SocketId) -> Result<Session<R>, Absent> {
        if let Some(session) = self.state.sessions.borrow().get(&socket) {
            return Ok(Session::new(self.clone(), session.clone()));
        }
        let attachment = self.state.host.attachment(socket).ok_or(Absent::NoSocket)?;
        let header = attachment::header(&attachment).map_err(Absent::Unreadable)?;
        if header.state == State::Ended {
            return Err(Absent::Ended);
        }
        let data = attachment::decode(&attachment).map_err(Absent::Unreadable)?.data;
        Ok(self.cache(SessionState::new(socket, header, data, attachment)))
    }

    /// Adds a session to the room's memory.
    pub(crate) fn cache(&self, session: SessionState<R::Session>) -> Session<R> {
        let session = Rc::new(session);
        self.state.sessions.borrow_mut().insert(session.socket, session.clone());
        Session::new(self.clone(), session)
    }

    /// Removes a socket and its session from the room's memory and from the host.
    pub(crate) fn remove(&self, socket: SocketId) {
        self.state.sessions.borrow_mut().remove(&socket);
        self.state.host.remove(socket);
    }
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
