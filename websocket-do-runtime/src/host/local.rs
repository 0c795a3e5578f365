//! The local host: rooms as actors in this process, served over HTTP on tokio. Each room runs on one thread.

mod activity;
mod actor;
mod backlog;
#[cfg(feature = "client")]
mod connect;
mod dot_env;
mod file;
mod framing;
mod gate;
mod http;
mod http_stream;
mod listener;
mod outbox;
mod receive;
mod registry;
mod running;
mod server;
mod settings;
mod socket;
mod stub;
#[cfg(test)]
mod tests;
mod threads;
#[cfg(feature = "tower")]
mod tower;

use std::{
    cell::{Cell, RefCell},
    future::{Future, pending},
    pin::Pin,
    rc::Rc,
    sync::{Arc, Weak},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use tokio::sync::Notify;
use uuid::Uuid;

use self::{
    backlog::Outgoing,
    file::FileStore,
    gate::{Barrier, WritesLost},
    outbox::Outbox,
    registry::{Registries, RegistryContext},
    stub::LocalRooms,
};
pub use server::{Server, ServerHandle};
#[cfg(feature = "tower")]
pub use tower::AppService;

use super::{Host, SocketFilter, SocketId, Store, memory::Memory, millis, sockets::Sockets};
use crate::{
    Env, HostError,
    codec::Frame,
    server::{
        ClassRef, States,
        stub::{StubError, rooms::Rooms},
    },
};

/// The sockets, the storage and the alarm of one room. Stays on the room's thread when the room restarts.
struct LocalHost {
    name: String,
    sockets: Sockets<SocketOutbox>,
    /// The limit of each socket's outgoing queue, in bytes.
    max_backlog: usize,
    alarm: Cell<Option<u64>>,
    alarm_changed: Notify,
    store: RoomStore,
    env: Env,
    states: States,
    /// The rooms of all classes, to call them.
    registries: Weak<Registries>,
    /// This host, for calls from its room.
    this: std::rc::Weak<Self>,
    /// Background tasks that the actor has not started.
    spawned: RefCell<Vec<Pin<Box<dyn Future<Output = ()>>>>>,
    has_spawned: Notify,
}

/// The store of one room, in memory or in the data file.
enum RoomStore {
    Memory(Memory),
    File(Box<FileStore>),
}

/// The outgoing queue of one socket.
struct SocketOutbox {
    outbox: Arc<Outbox>,
    /// Whether a connection writes the queue.
    is_claimed: bool,
}

impl LocalHost {
    fn new(name: String, store: RoomStore, context: &RegistryContext) -> Rc<Self> {
        Rc::new_cyclic(|this| Self {
            name,
            sockets: Sockets::default(),
            max_backlog: context.settings.max_backlog,
            alarm: Cell::new(None),
            alarm_changed: Notify::new(),
            store,
            env: context.env.clone(),
            states: context.states.clone(),
            registries: context.registries.clone(),
            this: this.clone(),
            spawned: RefCell::default(),
            has_spawned: Notify::new(),
        })
    }

    /// The outgoing queue of a socket that was just accepted. None if it was claimed before, or if the socket is gone.
    fn claim(&self, socket: SocketId) -> Option<Arc<Outbox>> {
        let claim =
            |out: &mut SocketOutbox| (!std::mem::replace(&mut out.is_claimed, true)).then(|| out.outbox.clone());
        self.sockets.with(socket, claim)?
    }

    /// Claims the sockets of requests that have no response yet, so that no connection can.
    fn take_unclaimed(&self) -> Vec<SocketId> {
        let mut sockets = self.sockets.list(SocketFilter::All);
        sockets.retain(|&socket| self.claim(socket).is_some());
        sockets
    }

    /// A barrier after all writes of the room; none if they are durable.
    fn barrier(&self) -> Option<Barrier> {
        match &self.store {
            RoomStore::Memory(_) => None,
            RoomStore::File(file) => file.barrier(),
        }
    }

    /// Waits until all writes of the room are durable.
    async fn written(&self) -> Result<(), WritesLost> {
        match self.barrier() {
            Some(barrier) => barrier.passed().await,
            None => Ok(()),
        }
    }

    /// Waits until a write is lost after its call has returned.
    async fn writes_lost(&self) {
        match &self.store {
            RoomStore::Memory(_) => pending().await,
            RoomStore::File(file) => file.broken().await,
        }
    }

    /// Whether a write was lost after its call had returned.
    fn has_lost_writes(&self) -> bool {
        matches!(&self.store, RoomStore::File(file) if file.is_broken())
    }

    /// Drops the lost writes.
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

    fn env(&self) -> Env {
        self.env.clone()
    }

    fn states(&self) -> States {
        self.states.clone()
    }

    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()>>>) {
        self.spawned.borrow_mut().push(task);
        self.has_spawned.notify_one();
    }

    fn rooms(&self, class: &ClassRef) -> Result<Rc<dyn Rooms>, StubError> {
        let (Some(registries), Some(caller)) = (self.registries.upgrade(), self.this.upgrade()) else {
            return Err(StubError::Failed("the server is stopping".to_owned()));
        };
        let Some(registry) = registries.get(class.class.name) else {
            let name = class.class.name;
            return Err(StubError::Binding(format!(
                "the app has no rooms of the class `{name}`; add `.internal_rooms::<{name}>()` to the `App`, or `.rooms::<{name}>(…)`"
            )));
        };
        Ok(Rc::new(LocalRooms { caller, registry: registry.clone() }))
    }

    fn isolates_panics(&self) -> bool {
        true
    }

    fn requires_handshake(&self) -> bool {
        true
    }

    fn now(&self) -> u64 {
        millis(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
    }

    fn accept(&self, tags: &[String], attachment: &[u8]) -> Result<SocketId, HostError> {
        Ok(self.sockets.accept(
            tags,
            attachment,
            SocketOutbox { outbox: Arc::new(Outbox::new(self.max_backlog)), is_claimed: false },
        ))
    }

    fn sockets(&self, filter: SocketFilter<'_>) -> Vec<SocketId> {
        self.sockets.list(filter)
    }

    fn tags(&self, socket: SocketId) -> Vec<String> {
        self.sockets.tags(socket)
    }

    fn attachment(&self, socket: SocketId) -> Option<Vec<u8>> {
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
        let push = |out: &mut SocketOutbox| out.outbox.push(outgoing.clone(), barrier.as_ref());
        sockets.iter().filter(|&&socket| self.sockets.with(socket, push).unwrap_or(false)).count()
    }

    fn close(&self, socket: SocketId, code: u16, reason: &str) {
        self.sockets.with(socket, |out| out.outbox.close(code, reason, self.barrier().as_ref()));
    }

    fn remove(&self, socket: SocketId) {
        self.sockets.with(socket, |out| out.outbox.remove());
        self.sockets.remove(socket);
    }

    fn closing_record(&self) -> Vec<u8> {
        self.sockets.closing_record()
    }

    fn set_closing_record(&self, record: &[u8]) -> Result<(), HostError> {
        self.sockets.set_closing_record(record);
        Ok(())
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
