//! The third host: sockets, clock and storage of one room in memory, with faults on demand. The rooms of a simulation share the time,
//! the seed and the trace.

use std::{
    cell::{Cell, RefCell},
    future::Future,
    pin::Pin,
    rc::{Rc, Weak},
    sync::{Arc, atomic::AtomicU64},
};

use uuid::Uuid;

use super::{
    calls::SimulatedRooms,
    clock::{self, Clock},
    connection::Connection,
    simulation::Simulation,
    trace::Trace,
};
use crate::{
    Env, HostError, ListOptions,
    codec::Frame,
    host::{Host, SocketFilter, SocketId, Store, memory::Memory, sockets::Sockets},
    server::{
        ClassRef, States,
        stub::{StubError, rooms::Rooms},
    },
};

/// What all rooms of a simulation share.
pub(super) struct Shared {
    pub(super) now: Rc<Cell<u64>>,
    pub(super) trace: Trace,
    pub(super) random: RefCell<fastrand::Rng>,
    /// Numbers events in their order.
    pub(super) order: Arc<AtomicU64>,
    pub(super) env: RefCell<Env>,
    pub(super) states: RefCell<States>,
    /// How many calls from room to room wait for their response.
    pub(super) calls: Rc<Cell<usize>>,
    pub(super) simulation: Weak<Simulation>,
}

impl Shared {
    pub(super) fn new(seed: u64, simulation: Weak<Simulation>) -> Self {
        Self {
            now: clock::start(),
            trace: Trace::default(),
            random: RefCell::new(fastrand::Rng::with_seed(seed)),
            order: Arc::default(),
            env: RefCell::default(),
            states: RefCell::default(),
            calls: Rc::default(),
            simulation,
        }
    }
}

/// The state of one room that remains when the room loses its memory.
pub(super) struct TestHost {
    pub(super) name: RefCell<String>,
    /// The name of the room's class.
    pub(super) class: Cell<&'static str>,
    pub(super) shared: Rc<Shared>,
    pub(super) clock: Rc<Clock>,
    pub(super) store: FaultyStore,
    /// Background tasks that the simulation has not started.
    pub(super) spawned: RefCell<Vec<Pin<Box<dyn Future<Output = ()>>>>>,
    sockets: Sockets<Arc<Connection>>,
}

/// A store whose writes can fail on demand.
pub(super) struct FaultyStore {
    memory: Memory,
    /// How many more writes fail.
    pub(super) failures: Cell<u32>,
}

impl TestHost {
    pub(super) fn new(shared: Rc<Shared>, class: &'static str, name: String) -> Self {
        Self {
            name: RefCell::new(name),
            class: Cell::new(class),
            clock: Rc::new(Clock::new(shared.now.clone())),
            shared,
            store: FaultyStore { memory: Memory::default(), failures: Cell::new(0) },
            spawned: RefCell::default(),
            sockets: Sockets::default(),
        }
    }

    /// Describes the room: ``Lobby `eu` ``.
    pub(super) fn describe(&self) -> String {
        format!("{} `{}`", self.class.get(), self.name.borrow())
    }

    /// Adds an event of this room to the trace.
    pub(super) fn log(&self, event: impl FnOnce() -> String) {
        self.shared.trace.push(self.clock.elapsed(), self.describe(), event());
    }

    /// Returns the connection of a socket, unless it was removed.
    pub(super) fn connection(&self, socket: SocketId) -> Option<Arc<Connection>> {
        self.sockets.with(socket, |connection| connection.clone())
    }

    /// Returns the sockets with a pending frame or close of their client, with its number in the order.
    pub(super) fn pending(&self) -> Vec<(u64, SocketId)> {
        let sockets = self.sockets.list(SocketFilter::All).into_iter();
        sockets.filter_map(|socket| Some((self.connection(socket)?.next_order()?, socket))).collect()
    }

    /// Removes all sockets without an event, as an eviction does.
    pub(super) fn cut_all(&self) {
        for socket in self.sockets.list(SocketFilter::All) {
            self.sockets.with(socket, |connection| connection.cut());
            self.sockets.remove(socket);
        }
    }
}

impl Host for TestHost {
    fn room_name(&self) -> Option<String> {
        Some(self.name.borrow().clone())
    }

    fn env(&self) -> Env {
        self.shared.env.borrow().clone()
    }

    fn states(&self) -> States {
        self.shared.states.borrow().clone()
    }

    fn rooms(&self, class: &ClassRef) -> Result<Rc<dyn Rooms>, StubError> {
        Ok(Rc::new(SimulatedRooms {
            class: class.class,
            caller: self.describe(),
            clock: self.clock.clone(),
            shared: self.shared.clone(),
        }))
    }

    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()>>>) {
        self.spawned.borrow_mut().push(task);
    }

    fn now(&self) -> u64 {
        self.clock.now()
    }

    fn accept(&self, tags: &[String], attachment: &[u8]) -> Result<SocketId, HostError> {
        let socket = self.sockets.accept(tags, attachment, Connection::new(self.shared.order.clone()));
        self.log(|| format!("#{} joins", socket.0));
        Ok(socket)
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
        let deliver = |socket: &&SocketId| {
            let delivered = self.connection(**socket).is_some_and(|connection| connection.deliver(frame.clone()));
            self.log(|| {
                let lost = if delivered { "" } else { "  (its connection is closed)" };
                format!("#{} ← {}{lost}", socket.0, super::trace::frame_text(frame))
            });
            delivered
        };
        sockets.iter().filter(deliver).count()
    }

    fn close(&self, socket: SocketId, code: u16, reason: &str) {
        if self.connection(socket).is_some_and(|connection| connection.close_from_room(code, reason)) {
            self.log(|| format!("#{} ← close {code} {reason:?}", socket.0));
        }
    }

    fn remove(&self, socket: SocketId) {
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
        uuid::Builder::from_random_bytes(self.shared.random.borrow_mut().u128(..).to_be_bytes()).into_uuid()
    }

    fn sleep(&self, millis: u64) -> Pin<Box<dyn Future<Output = ()>>> {
        self.clock.sleep(millis)
    }

    fn deadline(&self, millis: u64) -> Pin<Box<dyn Future<Output = ()>>> {
        self.clock.deadline(millis)
    }

    fn set_alarm(&self, at: Option<u64>) -> Result<(), HostError> {
        self.clock.set_alarm(at);
        Ok(())
    }

    fn store(&self) -> &dyn Store {
        &self.store
    }
}

impl FaultyStore {
    fn write(&self) -> Result<(), HostError> {
        match self.failures.get().checked_sub(1) {
            Some(left) => {
                self.failures.set(left);
                Err(HostError::new("the write fails, as `fail_writes` requested"))
            }
            None => Ok(()),
        }
    }
}

impl Store for FaultyStore {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, HostError> {
        self.memory.get(key)
    }

    fn put(&self, key: &str, value: &[u8]) -> Result<(), HostError> {
        self.write()?;
        self.memory.put(key, value)
    }

    fn delete(&self, key: &str) -> Result<bool, HostError> {
        self.write()?;
        self.memory.delete(key)
    }

    fn list(&self, list: &ListOptions) -> Result<Vec<(String, Vec<u8>)>, HostError> {
        self.memory.list(list)
    }

    fn transaction(&self, change: &mut dyn FnMut() -> bool) -> Result<(), HostError> {
        self.memory.transaction(change)
    }
}
