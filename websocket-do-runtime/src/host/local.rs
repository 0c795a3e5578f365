//! The native host: rooms as actors in this process, reached over HTTP on tokio. One room runs on one thread.

mod actor;
mod file;
mod registry;
mod server;
mod socket;
#[cfg(test)]
mod tests;

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    future::Future,
    pin::Pin,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use tokio::sync::{Notify, mpsc};
use uuid::Uuid;

use self::file::FileStore;
pub(crate) use registry::Class;
pub use server::{Server, Serving};

use super::{Host, SocketId, Store, memory::Memory};
use crate::{HostError, codec::Frame};

/// What goes out through a socket, in order.
#[derive(Debug, Clone)]
pub(crate) enum Outgoing {
    Text(Bytes),
    Binary(Bytes),
    Pong(Bytes),
    Close { code: u16, reason: String },
}

/// Both ends of the way out of a socket: the reader answers pings through the sender.
pub(crate) type Way = (mpsc::UnboundedSender<Outgoing>, mpsc::UnboundedReceiver<Outgoing>);

/// The sockets, the storage and the alarm of one room. Lives on the room's thread, and longer than the room's memory.
struct LocalHost {
    name: String,
    sockets: RefCell<BTreeMap<SocketId, Socket>>,
    accepted: Cell<u32>,
    alarm: Cell<Option<u64>>,
    alarm_changed: Notify,
    store: RoomStore,
}

/// What a room keeps for good: for as long as the server runs, or in a file.
enum RoomStore {
    Memory(Memory),
    File(Box<FileStore>),
}

struct Socket {
    tags: Vec<String>,
    attachment: Vec<u8>,
    sender: mpsc::UnboundedSender<Outgoing>,
    /// Until the connection takes it over.
    receiver: Option<mpsc::UnboundedReceiver<Outgoing>>,
}

impl LocalHost {
    fn new(name: String, store: RoomStore) -> Self {
        Self {
            name,
            sockets: RefCell::default(),
            accepted: Cell::new(0),
            alarm: Cell::new(None),
            alarm_changed: Notify::new(),
            store,
        }
    }

    /// The way out of a socket that was accepted just now.
    fn way(&self, socket: SocketId) -> Option<Way> {
        let mut sockets = self.sockets.borrow_mut();
        let socket = sockets.get_mut(&socket)?;
        Some((socket.sender.clone(), socket.receiver.take()?))
    }

    fn push(&self, socket: SocketId, outgoing: Outgoing) -> bool {
        self.sockets.borrow().get(&socket).is_some_and(|socket| socket.sender.send(outgoing).is_ok())
    }
}

impl Host for LocalHost {
    fn room_name(&self) -> Option<String> {
        Some(self.name.clone())
    }

    fn now(&self) -> u64 {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX)
    }

    fn accept(&self, tags: &[String], attachment: &[u8]) -> Result<SocketId, HostError> {
        let socket = SocketId(self.accepted.get());
        self.accepted.set(socket.0.wrapping_add(1));
        let (sender, receiver) = mpsc::unbounded_channel();
        let entry = Socket { tags: tags.to_vec(), attachment: attachment.to_vec(), sender, receiver: Some(receiver) };
        self.sockets.borrow_mut().insert(socket, entry);
        Ok(socket)
    }

    fn sockets(&self, tag: Option<&str>) -> Vec<SocketId> {
        let carries = |socket: &Socket| tag.is_none_or(|tag| socket.tags.iter().any(|own| own == tag));
        self.sockets.borrow().iter().filter(|(_, socket)| carries(socket)).map(|(id, _)| *id).collect()
    }

    fn tags(&self, socket: SocketId) -> Vec<String> {
        self.sockets.borrow().get(&socket).map(|socket| socket.tags.clone()).unwrap_or_default()
    }

    fn attachment(&self, socket: SocketId) -> Vec<u8> {
        self.sockets.borrow().get(&socket).map(|socket| socket.attachment.clone()).unwrap_or_default()
    }

    fn set_attachment(&self, socket: SocketId, bytes: &[u8]) -> Result<(), HostError> {
        let mut sockets = self.sockets.borrow_mut();
        let entry = sockets.get_mut(&socket).ok_or_else(|| HostError::new("the socket is gone"))?;
        entry.attachment = bytes.to_vec();
        Ok(())
    }

    fn send(&self, sockets: &[SocketId], frame: &Frame) -> usize {
        let outgoing = match frame {
            Frame::Text(text) => Outgoing::Text(Bytes::copy_from_slice(text.as_bytes())),
            Frame::Binary(bytes) => Outgoing::Binary(Bytes::copy_from_slice(bytes)),
        };
        sockets.iter().filter(|&&socket| self.push(socket, outgoing.clone())).count()
    }

    fn close(&self, socket: SocketId, code: u16, reason: &str) {
        self.push(socket, Outgoing::Close { code, reason: reason.to_owned() });
    }

    fn forget(&self, socket: SocketId) {
        self.sockets.borrow_mut().remove(&socket);
    }

    fn uuid(&self) -> Uuid {
        Uuid::new_v4()
    }

    fn sleep(&self, millis: u64) -> Pin<Box<dyn Future<Output = ()>>> {
        Box::pin(tokio::time::sleep(Duration::from_millis(millis)))
    }

    fn set_alarm(&self, at: Option<u64>) -> Result<(), HostError> {
        self.alarm.set(at);
        self.alarm_changed.notify_one();
        match &self.store {
            RoomStore::Memory(_) => Ok(()),
            RoomStore::File(file) => file.set_waiting(at.is_some()),
        }
    }

    fn store(&self) -> &dyn Store {
        match &self.store {
            RoomStore::Memory(memory) => memory,
            RoomStore::File(file) => &**file,
        }
    }
}
