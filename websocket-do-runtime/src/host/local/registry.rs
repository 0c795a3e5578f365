//! The rooms of one class, by name: those that are running, and what the others have kept. A room starts when it is first
//! asked for.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    RoomStore,
    actor::{self, Command},
    file::{File, FileStore},
    receive::Limits,
    settings::Settings,
    workers::{Seat, Worker, Workers},
};
use crate::{host::memory::Memory, server::room_class::RoomClass};

/// Commands that may wait for a room. A connection that sends faster than its room handles waits, and with it its peer.
const BACKLOG: usize = 1024;

/// Where the rooms of a server run, and where they keep what they store.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) workers: Arc<Workers>,
    /// None where it is kept for as long as the server runs.
    pub(super) file: Option<Arc<File>>,
    pub(super) settings: Settings,
    /// The rooms.
    pub(super) tasks: TaskTracker,
    /// Ends the rooms.
    pub(super) stop: CancellationToken,
}

/// The way to a room.
#[derive(Clone)]
pub(super) struct RoomHandle {
    pub(super) commands: mpsc::Sender<Command>,
    seat: Arc<Seat>,
    stall_timeout: Duration,
}

impl RoomHandle {
    /// Waits until a handler has kept the room's thread for too long.
    pub(super) async fn stalled(&self) {
        self.seat.stalled(self.stall_timeout).await;
    }
}

/// Rooms of one class.
pub(crate) struct Registry {
    pub(super) class: RoomClass,
    place: Place,
    rooms: Mutex<Rooms>,
}

#[derive(Default)]
struct Rooms {
    running: HashMap<String, RoomHandle>,
    /// What rooms have kept that are not running, where there is no file.
    memories: HashMap<String, Memory>,
}

impl Registry {
    pub(super) fn new(class: RoomClass, place: Place) -> Arc<Self> {
        Arc::new(Self { class, place, rooms: Mutex::default() })
    }

    /// Starts the rooms that have a timer set, so that it goes off.
    ///
    /// # Errors
    /// Where the data file cannot be read.
    pub(super) fn start_waiting(self: &Arc<Self>) -> io::Result<()> {
        let names = self.place.file.as_ref().map(|file| file.waiting(self.class.name));
        for name in names.transpose().map_err(|error| io::Error::other(error.to_string()))?.into_iter().flatten() {
            if self.room(&name).is_none() {
                return Err(io::Error::other("no thread for a room that has a timer"));
            }
        }
        Ok(())
    }

    /// The way to a room, which is started if it isn't running. None where no thread is left to start it on.
    pub(super) fn room(self: &Arc<Self>, name: &str) -> Option<RoomHandle> {
        let mut rooms = self.rooms();
        if let Some(room) = rooms.running.get(name).filter(|room| !room.commands.is_closed()) {
            return Some(room.clone());
        }
        let worker = self.place.workers.choose()?;
        let (commands, receiver) = mpsc::channel(BACKLOG);
        let store = match &self.place.file {
            Some(file) => RoomStore::File(Box::new(FileStore::new(file.clone(), self.class.name, name.to_owned()))),
            None => RoomStore::Memory(rooms.memories.remove(name).unwrap_or_default()),
        };
        let seat = self.start(worker, name.to_owned(), store, receiver);
        let room = RoomHandle { commands, seat, stall_timeout: self.place.settings.stall_timeout };
        rooms.running.insert(name.to_owned(), room.clone());
        Some(room)
    }

    /// Starts a room on a thread.
    fn start(
        self: &Arc<Self>,
        worker: Arc<Worker>,
        name: String,
        store: RoomStore,
        commands: mpsc::Receiver<Command>,
    ) -> Arc<Seat> {
        let (tasks, own) = (self.place.tasks.clone(), self.clone());
        worker.seat(Box::new(move |worker| {
            Box::pin(tasks.track_future(actor::run(name, store, commands, own, worker.clone())))
        }))
    }

    /// Takes a room off the list if nobody holds a way to it: no socket, no request. What it has kept stays here.
    pub(super) fn retire(&self, name: &str, commands: &mpsc::Receiver<Command>, store: &RoomStore) -> bool {
        let mut rooms = self.rooms();
        if !commands.is_empty() || commands.sender_strong_count() > 1 || rooms.running.remove(name).is_none() {
            return false;
        }
        if let RoomStore::Memory(memory) = store {
            rooms.memories.extend(memory.take().map(|memory| (name.to_owned(), memory)));
        }
        true
    }

    /// Bounds of what is received over a socket of these rooms.
    pub(super) fn limits(&self) -> Limits {
        Limits { max_message: self.class.max_message, ping_interval: self.place.settings.ping_interval }
    }

    pub(super) fn max_backlog(&self) -> usize {
        self.place.settings.max_backlog
    }

    /// Until the server is stopped.
    pub(super) async fn stopped(&self) {
        self.place.stop.cancelled().await;
    }

    fn rooms(&self) -> MutexGuard<'_, Rooms> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
