//! The native host: rooms as actors in this process, reached over HTTP on tokio. One room runs on one thread.

mod actor;
mod file;
mod gate;
mod registry;
mod server;
mod socket;
#[cfg(test)]
mod tests;

use std::{
    cell::Cell,
    future::{Future, pending},
    pin::Pin,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use tokio::sync::{Notify, mpsc};
use uuid::Uuid;

use self::{
    file::FileStore,
    gate::{Barrier, WritesLost},
};
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
    Close {
        code: u16,
        reason: String,
    },
    /// What comes next waits until everything that the room wrote before is durable. Where it never will be, nothing that
    /// was queued leaves any more: the socket is closed with [`LOST`].
    Barrier(Barrier),
}

/// The close code of a session that was to get a frame which depends on a write that was lost: the client may come again.
pub(crate) const LOST: u16 = 1012;

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
    /// The number of the last barrier that was queued.
    barrier: u64,
}

impl LocalHost {
    fn new(name: String, store: RoomStore) -> Self {
        Self { name, sockets: Sockets::default(), alarm: Cell::new(None), alarm_changed: Notify::new(), store }
    }

    /// The way out of a socket that was accepted just now.
    fn way(&self, socket: SocketId) -> Option<Way> {
        self.sockets.with(socket, |out| Some((out.sender.clone(), out.receiver.take()?)))?
    }

    fn push(&self, socket: SocketId, outgoing: Outgoing, barrier: Option<&Barrier>) -> bool {
        let push = |out: &mut WayOut| {
            if let Some(barrier) = barrier.filter(|barrier| barrier.number() > out.barrier) {
                out.barrier = barrier.number();
                let _ = out.sender.send(Outgoing::Barrier(barrier.clone()));
            }
            out.sender.send(outgoing).is_ok()
        };
        self.sockets.with(socket, push).unwrap_or(false)
    }

    /// Sockets that were accepted for a request which has not been answered. No connection takes them over any more.
    fn take_unclaimed(&self) -> Vec<SocketId> {
        let mut sockets = self.sockets.tagged(None);
        sockets.retain(|&socket| self.sockets.with(socket, |out| out.receiver.take()).flatten().is_some());
        sockets
    }

    /// What has to wait for everything that the room has written; none if all of it is durable.
    fn barrier(&self) -> Option<Barrier> {
        match &self.store {
            RoomStore::Memory(_) => None,
            RoomStore::File(file) => file.barrier(),
        }
    }

    /// Waits until everything that the room has written is durable.
    async fn written(&self) -> Result<(), WritesLost> {
        match self.barrier() {
            Some(barrier) => barrier.passed().await,
            None => Ok(()),
        }
    }

    /// Waits until a write was lost that the room has taken for done.
    async fn writes_lost(&self) {
        match &self.store {
            RoomStore::Memory(_) => pending().await,
            RoomStore::File(file) => file.broken().await,
        }
    }

    /// Forgets the writes that were lost.
    fn restart_store(&self) {
        if let RoomStore::File(file) = &self.store {
            file.restart();
        }
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
        Ok(self.sockets.accept(tags, attachment, WayOut { sender, receiver: Some(receiver), barrier: 0 }))
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
        let barrier = self.barrier();
        sockets.iter().filter(|&&socket| self.push(socket, outgoing.clone(), barrier.as_ref())).count()
    }

    fn close(&self, socket: SocketId, code: u16, reason: &str) {
        self.push(socket, Outgoing::Close { code, reason: reason.to_owned() }, self.barrier().as_ref());
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
