//! The sockets of one room in memory, with their tags and attachments, for the local host and for rooms under test. Each socket
//! has a connection of the host's type.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

use super::{SocketFilter, SocketId};
use crate::HostError;

/// The sockets of one room by number. They stay when the room's memory is lost.
pub(crate) struct Sockets<C> {
    sockets: RefCell<BTreeMap<SocketId, Socket<C>>>,
    accepted: Cell<u32>,
    closing: RefCell<Vec<u8>>,
}

struct Socket<C> {
    tags: Vec<String>,
    attachment: Vec<u8>,
    connection: C,
}

impl<C> Default for Sockets<C> {
    fn default() -> Self {
        Self { sockets: RefCell::default(), accepted: Cell::default(), closing: RefCell::default() }
    }
}

impl<C> Sockets<C> {
    pub(crate) fn accept(&self, tags: &[String], attachment: &[u8], connection: C) -> SocketId {
        let socket = SocketId(self.accepted.get());
        self.accepted.set(socket.0.wrapping_add(1));
        let entry = Socket { tags: tags.to_vec(), attachment: attachment.to_vec(), connection };
        self.sockets.borrow_mut().insert(socket, entry);
        socket
    }

    /// The sockets that match the filter.
    pub(crate) fn list(&self, filter: SocketFilter<'_>) -> Vec<SocketId> {
        let tag = match filter {
            SocketFilter::All => None,
            SocketFilter::Format(format) => Some(format.name()),
            SocketFilter::Tag(tag) => Some(tag),
        };
        let matches = |socket: &Socket<C>| tag.is_none_or(|tag| socket.tags.iter().any(|own| own == tag));
        self.sockets.borrow().iter().filter(|(_, socket)| matches(socket)).map(|(id, _)| *id).collect()
    }

    pub(crate) fn tags(&self, socket: SocketId) -> Vec<String> {
        self.sockets.borrow().get(&socket).map(|socket| socket.tags.clone()).unwrap_or_default()
    }

    pub(crate) fn attachment(&self, socket: SocketId) -> Option<Vec<u8>> {
        self.sockets.borrow().get(&socket).map(|socket| socket.attachment.clone())
    }

    pub(crate) fn set_attachment(&self, socket: SocketId, bytes: &[u8]) -> Result<(), HostError> {
        let mut sockets = self.sockets.borrow_mut();
        let entry = sockets.get_mut(&socket).ok_or_else(|| HostError::new("the socket is gone"))?;
        entry.attachment = bytes.to_vec();
        Ok(())
    }

    /// Calls `act` with the connection of a socket. None if the socket is gone.
    pub(crate) fn with<T>(&self, socket: SocketId, act: impl FnOnce(&mut C) -> T) -> Option<T> {
        self.sockets.borrow_mut().get_mut(&socket).map(|socket| act(&mut socket.connection))
    }

    /// See [`Host::closing_record`](super::Host::closing_record).
    pub(crate) fn closing_record(&self) -> Vec<u8> {
        self.closing.borrow().clone()
    }

    pub(crate) fn set_closing_record(&self, record: &[u8]) {
        *self.closing.borrow_mut() = record.to_vec();
    }

    pub(crate) fn remove(&self, socket: SocketId) {
        self.sockets.borrow_mut().remove(&socket);
    }
}
