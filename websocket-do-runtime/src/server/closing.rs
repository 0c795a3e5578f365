//! The sessions of a room that are closing or have ended. They receive no messages.
//!
//! The host stores the record of them for as long as it has their sockets, because the room's memory can be lost at any time.

use std::{
    cell::{OnceCell, RefCell},
    collections::{BTreeMap, BTreeSet},
};

use uuid::Uuid;

use crate::{
    HostError,
    host::{Host, SocketFilter, SocketId},
};

/// How long a client may take to answer the room's close, in milliseconds.
pub(crate) const CLOSE_TIMEOUT: u64 = 10_000;

/// The deadline that marks a session as ended.
const ENDED: u64 = u64::MAX;

/// The size of one session in the record, in bytes: its id and its deadline.
const ENTRY: usize = 24;

/// The sessions that are closing or have ended. They are read from the host at the first use.
#[derive(Default)]
pub(crate) struct Closing(OnceCell<RefCell<Sessions>>);

#[derive(Default)]
struct Sessions {
    /// Sessions that the room has closed, with the deadline for the client's answer, or [`ENDED`].
    closed: BTreeMap<SocketId, (Uuid, u64)>,
    /// Sessions that have ended while the host may still list their sockets.
    ended: BTreeMap<SocketId, Uuid>,
    /// Sessions whose `close` handler is running.
    close_handlers: BTreeSet<SocketId>,
}

impl Closing {
    /// Returns whether the session is closing or has ended. It then receives no broadcasts.
    pub(crate) fn contains(&self, host: &dyn Host, socket: SocketId) -> bool {
        let Sessions { closed, ended, close_handlers } = &*self.sessions(host).borrow();
        closed.contains_key(&socket) || ended.contains_key(&socket) || close_handlers.contains(&socket)
    }

    /// Removes the sockets whose sessions have ended from a list.
    pub(crate) fn without_ended(&self, host: &dyn Host, mut sockets: Vec<SocketId>) -> Vec<SocketId> {
        let sessions = self.sessions(host).borrow();
        if !sessions.ended.is_empty() {
            sockets.retain(|socket| !sessions.ended.contains_key(socket));
        }
        sockets
    }

    /// Records that the room has closed the session.
    ///
    /// # Errors
    /// Returns a [`HostError`] if the host cannot store the record.
    pub(crate) fn close(&self, host: &dyn Host, socket: SocketId, id: Uuid) -> Result<(), HostError> {
        let deadline = host.now().saturating_add(CLOSE_TIMEOUT);
        self.sessions(host).borrow_mut().closed.insert(socket, (id, deadline));
        self.save(host)
    }

    /// Records in memory that the session's `close` handler is running.
    pub(crate) fn start_close_handler(&self, host: &dyn Host, socket: SocketId) {
        self.sessions(host).borrow_mut().close_handlers.insert(socket);
    }

    /// Records that the session ends because its client has not answered, so that its `close` handler runs only once.
    ///
    /// # Errors
    /// Returns a [`HostError`] if the host cannot store the record.
    pub(crate) fn record_end(&self, host: &dyn Host, socket: SocketId, id: Uuid) -> Result<(), HostError> {
        self.sessions(host).borrow_mut().closed.insert(socket, (id, ENDED));
        self.save(host)
    }

    /// Marks the session as ended, after the host has removed its socket. The next change of the record deletes its entry, unless
    /// its client is still connected.
    pub(crate) fn end(&self, host: &dyn Host, socket: SocketId) {
        let mut sessions = self.sessions(host).borrow_mut();
        sessions.close_handlers.remove(&socket);
        if let Some((id, ENDED)) = sessions.closed.remove(&socket)
            && host.is_connected(id)
        {
            sessions.ended.insert(socket, id);
        }
    }

    /// Returns the earliest deadline for a client's answer, in milliseconds of the host's clock.
    pub(crate) fn next_deadline(&self, host: &dyn Host) -> Option<u64> {
        self.sessions(host).borrow().waiting().map(|(_, deadline)| deadline).min()
    }

    /// Returns the sessions whose deadline has passed.
    pub(crate) fn due(&self, host: &dyn Host) -> Vec<SocketId> {
        let now = host.now();
        let sessions = self.sessions(host).borrow();
        sessions.waiting().filter(|(_, deadline)| *deadline <= now).map(|(socket, _)| socket).collect()
    }

    fn sessions(&self, host: &dyn Host) -> &RefCell<Sessions> {
        self.0.get_or_init(|| RefCell::new(Sessions::read(host)))
    }

    fn save(&self, host: &dyn Host) -> Result<(), HostError> {
        let mut sessions = self.sessions(host).borrow_mut();
        sessions.ended.retain(|_, id| host.is_connected(*id));
        host.set_closing_record(&sessions.record())
    }
}

impl Sessions {
    /// Reads the host's record, without the sessions whose sockets no longer exist.
    fn read(host: &dyn Host) -> Self {
        let mut sessions = Self::default();
        let record = host.closing_record();
        for entry in record.as_chunks::<ENTRY>().0 {
            let Some((id, deadline)) = entry.split_first_chunk::<16>() else { continue };
            let id = Uuid::from_bytes(*id);
            let deadline = deadline.try_into().map_or(ENDED, u64::from_be_bytes);
            for socket in host.sockets(SocketFilter::Tag(&id.to_string())) {
                if deadline == ENDED {
                    sessions.ended.insert(socket, id);
                } else {
                    sessions.closed.insert(socket, (id, deadline));
                }
            }
        }
        sessions
    }

    /// Returns the sessions that wait for the client's answer, with their deadlines.
    fn waiting(&self) -> impl Iterator<Item = (SocketId, u64)> {
        let closed = self.closed.iter().map(|(socket, (_, deadline))| (*socket, *deadline));
        closed.filter(|(socket, deadline)| *deadline != ENDED && !self.close_handlers.contains(socket))
    }

    fn record(&self) -> Vec<u8> {
        let ended = self.ended.values().map(|id| (*id, ENDED));
        let entries = self.closed.values().copied().chain(ended);
        entries.flat_map(|(id, deadline)| [&id.as_bytes()[..], &deadline.to_be_bytes()].concat()).collect()
    }
}
