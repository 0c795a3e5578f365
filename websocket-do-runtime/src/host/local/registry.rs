//! The rooms of one class that are running, by name. A room starts when it is first asked for.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::mpsc;
use tokio_util::task::LocalPoolHandle;

use super::actor::{self, Command};
use crate::WebSocketDo;

/// Commands that may wait for a room. A connection that sends faster than its room handles waits, and with it its peer.
const BACKLOG: usize = 1024;

type Rooms = Mutex<HashMap<String, mpsc::Sender<Command>>>;

/// Starts rooms of one class.
pub(crate) type Starter = fn(&LocalPoolHandle, String, mpsc::Receiver<Command>, Arc<Registry>);

/// Running rooms of one class.
pub(crate) struct Registry {
    rooms: Rooms,
    start: Starter,
    pool: LocalPoolHandle,
}

impl Registry {
    pub(super) fn new(start: Starter, pool: LocalPoolHandle) -> Arc<Self> {
        Arc::new(Self { rooms: Mutex::default(), start, pool })
    }

    /// The way to a room, which is started if it isn't running.
    pub(super) fn room(self: &Arc<Self>, name: &str) -> mpsc::Sender<Command> {
        let mut rooms = self.rooms();
        if let Some(room) = rooms.get(name).filter(|room| !room.is_closed()) {
            return room.clone();
        }
        let (sender, receiver) = mpsc::channel(BACKLOG);
        (self.start)(&self.pool, name.to_owned(), receiver, self.clone());
        rooms.insert(name.to_owned(), sender.clone());
        sender
    }

    /// Takes a room off the list if nobody holds a way to it: no socket, no request.
    pub(super) fn retire(&self, name: &str, commands: &mpsc::Receiver<Command>) -> bool {
        let mut rooms = self.rooms();
        let unused = commands.is_empty() && commands.sender_strong_count() <= 1;
        unused && rooms.remove(name).is_some()
    }

    fn rooms(&self) -> MutexGuard<'_, HashMap<String, mpsc::Sender<Command>>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The [`Starter`] of a class.
pub(crate) fn start<R: WebSocketDo>(
    pool: &LocalPoolHandle,
    name: String,
    commands: mpsc::Receiver<Command>,
    registry: Arc<Registry>,
) {
    pool.spawn_pinned(move || actor::run::<R>(name, commands, registry));
}
