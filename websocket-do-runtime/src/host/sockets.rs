//! The sockets of one room in memory, with their tags and attachments: of the local host, and of rooms under test. What
//! carries the frames is the host's own.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

use super::{SocketFilter, SocketId};
use crate::HostError;

/// Sockets by number. They outlive the room's memory.
pub(crate) struct Sockets<C> {
    sockets: RefCell<BTreeMap<SocketId, Socket<C>>>,
    accepted: Cell<u32>,
    closing: RefCell<Vec<u8>>,
}

struct Socket<C> {
    tags: Vec<String>,
    attachment: Vec<u8>,
    carrier: C,
}

impl<C> Default for Sockets<C> {
    fn default() -> Self {
        Self { sockets: RefCell::default(), accepted: Cell::default(), closing: RefCell::default() }
    }
}

impl<C> Sockets<C> {
    pub(crate) fn accept(&self, tags: &[String], attachment: &[u8], carrier: C) -> SocketId {
        let socket = SocketId(self.accepted.get());
        self.accepted.set(socket.0.wrapping_add(1));
        let entry = Socket { tags: tags.to_vec(), attachment: attachment.to_vec(), carrier };
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

    /// Does something with what carries the frames of a socket that is still there.
    pub(crate) fn with<T>(&self, socket: SocketId, act: impl FnOnce(&mut C) -> T) -> Option<T> {
        self.sockets.borrow_mut().get_mut(&socket).map(|socket| act(&mut socket.carrier))
    }

    /// Which of them are closing, as the room has it.
    pub(crate) fn closing_record(&self) -> Vec<u8> {
        self.closing.borrow().clone()
    }

    pub(crate) fn set_closing_record(&self, record: &[u8]) {
        *self.closing.borrow_mut() = record.to_vec();
    }

    pub(crate) fn forget(&self, socket: SocketId) {
        self.sockets.borrow_mut().remove(&socket);
    }
}
