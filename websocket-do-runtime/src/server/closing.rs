//! Which sessions of a room get nothing any more: those that the room has closed, until their end, and those that have ended.
//! Kept by the host for as long as its sockets, as the room's memory can be lost at any time.

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

/// The deadline of a session whose end has begun.
const ENDED: u64 = u64::MAX;

/// The bytes of one session in the record: its id, and its deadline.
const ENTRY: usize = 24;

/// The sessions that are closing or have ended. Read from the host at the first use.
#[derive(Default)]
pub(crate) struct Closing(OnceCell<RefCell<Sessions>>);

#[derive(Default)]
struct Sessions {
    /// Those the room has closed, with the time until which their clients may answer; [`ENDED`] when their end has begun.
    closed: BTreeMap<SocketId, (Uuid, u64)>,
    /// Those that have ended although the host may still list their sockets.
    ended: BTreeMap<SocketId, Uuid>,
    /// Those whose `close` handler is running.
    leaving: BTreeSet<SocketId>,
}

impl Closing {
    /// Whether the session gets no broadcast any more.
    pub(crate) fn contains(&self, host: &dyn Host, socket: SocketId) -> bool {
        let Sessions { closed, ended, leaving } = &*self.sessions(host).borrow();
        closed.contains_key(&socket) || ended.contains_key(&socket) || leaving.contains(&socket)
    }

    /// Takes the sessions that have ended out of a list of sockets.
    pub(crate) fn without_ended(&self, host: &dyn Host, mut sockets: Vec<SocketId>) -> Vec<SocketId> {
        let sessions = self.sessions(host).borrow();
        if !sessions.ended.is_empty() {
            sockets.retain(|socket| !sessions.ended.contains_key(socket));
        }
        sockets
    }

    /// The room has closed the session.
    ///
    /// # Errors
    /// Where the host cannot keep it.
    pub(crate) fn close(&self, host: &dyn Host, socket: SocketId, id: Uuid) -> Result<(), HostError> {
        let deadline = host.now().saturating_add(CLOSE_TIMEOUT);
        self.sessions(host).borrow_mut().closed.insert(socket, (id, deadline));
        self.save(host)
    }

    /// The session's `close` handler begins.
    pub(crate) fn leave(&self, host: &dyn Host, socket: SocketId) {
        self.sessions(host).borrow_mut().leaving.insert(socket);
    }

    /// The session's end begins because its client has not answered: kept, so that it begins once.
    ///
    /// # Errors
    /// Where the host cannot keep it.
    pub(crate) fn begin_end(&self, host: &dyn Host, socket: SocketId, id: Uuid) -> Result<(), HostError> {
        self.sessions(host).borrow_mut().closed.insert(socket, (id, ENDED));
        self.save(host)
    }

    /// The session has ended and the host has forgotten its socket. Its entry in the record goes with the next change, unless its
    /// client is still connected.
    pub(crate) fn end(&self, host: &dyn Host, socket: SocketId) {
        let mut sessions = self.sessions(host).borrow_mut();
        sessions.leaving.remove(&socket);
        if let Some((id, ENDED)) = sessions.closed.remove(&socket)
            && host.is_connected(id)
        {
            sessions.ended.insert(socket, id);
        }
    }

    /// The earliest time until which a client may answer.
    pub(crate) fn next_deadline(&self, host: &dyn Host) -> Option<u64> {
        self.sessions(host).borrow().waiting().map(|(_, deadline)| deadline).min()
    }

    /// The sessions whose clients have not answered in time.
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
    /// What the host has kept, without the sessions whose sockets are gone.
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

    /// Those whose clients may still answer, and until when.
    fn waiting(&self) -> impl Iterator<Item = (SocketId, u64)> {
        let closed = self.closed.iter().map(|(socket, (_, deadline))| (*socket, *deadline));
        closed.filter(|(socket, deadline)| *deadline != ENDED && !self.leaving.contains(socket))
    }

    fn record(&self) -> Vec<u8> {
        let ended = self.ended.values().map(|id| (*id, ENDED));
        let entries = self.closed.values().copied().chain(ended);
        entries.flat_map(|(id, deadline)| [&id.as_bytes()[..], &deadline.to_be_bytes()].concat()).collect()
    }
}
