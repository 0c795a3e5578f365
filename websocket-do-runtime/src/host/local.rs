//! The native host: rooms as actors in this process, reached over HTTP on tokio. One room runs on one thread.

mod actor;
mod file;
mod registry;
mod server;
mod socket;
#[cfg(test)]
mod tests;

use std::{
    cell::Cell,
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

use super::{Host, SocketId, Store, memory::Memory, sockets::Sockets};
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
    sockets: Sockets<WayOut>,
    alarm: Cell<Option<u64>>,
    alarm_changed: Notify,
    store: RoomStore,
}

/// What a room keeps for good: for as long as the server runs, or in a file.
enum RoomStore {
    Memory(Memory),
    File(Box<FileStore>),
}

/// The way out of one socket.
struct WayOut {
    sender: mpsc::UnboundedSender<Outgoing>,
    /// Until the connection takes it over.
    receiver: Option<mpsc::UnboundedReceiver<Outgoing>>,
}

impl LocalHost {
    fn new(name: String, store: RoomStore) -> Self {
        Self { name, sockets: Sockets::default(), alarm: Cell::new(None), alarm_changed: Notify::new(), store }
    }

    /// The way out of a socket that was accepted just now.
    fn way(&self, socket: SocketId) -> Option<Way> {
        self.sockets.with(socket, |out| Some((out.sender.clone(), out.receiver.take()?)))?
    }

    fn push(&self, socket: SocketId, outgoing: Outgoing) -> bool {
        self.sockets.with(socket, |out| out.sender.send(outgoing).is_ok()).unwrap_or(false)
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
        let (sender, receiver) = mpsc::unbounded_channel();
        Ok(self.sockets.accept(tags, attachment, WayOut { sender, receiver: Some(receiver) }))
    }

    fn sockets(&self, tag: Option<&str>) -> Vec<SocketId> {
        self.sockets.tagged(tag)
    }

    fn tags(&self, socket: SocketId) -> Vec<String> {
        self.sockets.tags(socket)
    }

    fn attachment(&self, socket: SocketId) -> Vec<u8> {
        self.sockets.attachment(socket)
    }

    fn set_attachment(&self, socket: SocketId, bytes: &[u8]) -> Result<(), HostError> {
        self.sockets.set_attachment(socket, bytes)
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
        self.sockets.forget(socket);
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
