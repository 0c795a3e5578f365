//! The rooms of one class, by name: those that are running, and what the others have kept. A room starts when it is first
//! asked for.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use http::Method;
use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::LocalPoolHandle, task::TaskTracker};

use super::{
    RoomStore,
    actor::{self, Command},
    file::{File, FileStore},
};
use crate::{Room, WebSocketDo, host::memory::Memory};

/// Commands that may wait for a room. A connection that sends faster than its room handles waits, and with it its peer.
const BACKLOG: usize = 1024;

/// A class of rooms.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Class {
    pub(super) name: &'static str,
    /// How many bytes of a request's body are read; see [`Room::body_limit`].
    pub(super) body_limit: fn(&Method, &str, usize) -> Option<usize>,
    start: fn(&Arc<Registry>, String, RoomStore, mpsc::Receiver<Command>),
}

impl Class {
    pub(crate) fn of<R: WebSocketDo>() -> Self {
        Self { name: R::NAME, body_limit: Room::<R>::body_limit, start: start::<R> }
    }
}

fn start<R: WebSocketDo>(registry: &Arc<Registry>, name: String, store: RoomStore, commands: mpsc::Receiver<Command>) {
    let (tasks, own) = (registry.place.tasks.clone(), registry.clone());
    registry.place.pool.spawn_pinned(move || tasks.track_future(actor::run::<R>(name, store, commands, own)));
}

/// Where the rooms of a server run, and where they keep what they store.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) pool: LocalPoolHandle,
    /// None where it is kept for as long as the server runs.
    pub(super) file: Option<Arc<File>>,
    pub(super) tasks: TaskTracker,
    pub(super) stop: CancellationToken,
}

/// Rooms of one class.
pub(crate) struct Registry {
    pub(super) class: Class,
    place: Place,
    rooms: Mutex<Rooms>,
}

#[derive(Default)]
struct Rooms {
    running: HashMap<String, mpsc::Sender<Command>>,
    /// What rooms have kept that are not running, where there is no file.
    memories: HashMap<String, Memory>,
}

impl Registry {
    pub(super) fn new(class: Class, place: Place) -> Arc<Self> {
        Arc::new(Self { class, place, rooms: Mutex::default() })
    }

    /// Starts the rooms that have a timer set, so that it goes off.
    ///
    /// # Errors
    /// Where the data file cannot be read.
    pub(super) fn start_waiting(self: &Arc<Self>) -> io::Result<()> {
        let names = self.place.file.as_ref().map(|file| file.waiting(self.class.name));
        for name in names.transpose().map_err(|error| io::Error::other(error.to_string()))?.into_iter().flatten() {
            self.room(&name);
        }
        Ok(())
    }

    /// The way to a room, which is started if it isn't running.
    pub(super) fn room(self: &Arc<Self>, name: &str) -> mpsc::Sender<Command> {
        let mut rooms = self.rooms();
        if let Some(room) = rooms.running.get(name).filter(|room| !room.is_closed()) {
            return room.clone();
        }
        let store = match &self.place.file {
            Some(file) => RoomStore::File(Box::new(FileStore::new(file.clone(), self.class.name, name.to_owned()))),
            None => RoomStore::Memory(rooms.memories.remove(name).unwrap_or_default()),
        };
        let (sender, receiver) = mpsc::channel(BACKLOG);
        (self.class.start)(self, name.to_owned(), store, receiver);
        rooms.running.insert(name.to_owned(), sender.clone());
        sender
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

    /// Until the server is stopped.
    pub(super) async fn stopped(&self) {
        self.place.stop.cancelled().await;
    }

    fn rooms(&self) -> MutexGuard<'_, Rooms> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
