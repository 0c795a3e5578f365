//! The rooms of one class by name: the running ones, and the stored values of the others. A room starts at its first request.

use std::{
    collections::HashMap,
    fmt, io,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use tokio::sync::{mpsc, oneshot};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    RoomStore,
    actor::{self, Command, Reply},
    file::{File, FileStore},
    receive::Limits,
    settings::Settings,
    threads::{Placement, RoomThread, ThreadPool},
};
use crate::{
    Env, Request,
    host::memory::Memory,
    server::{States, room_class::RoomClass},
};

/// The rooms of all classes of a server, by the name of the class.
pub(super) type Registries = HashMap<&'static str, Arc<Registry>>;

/// Commands that may wait for a room. When the queue is full, connections stop reading.
const MAX_COMMANDS: usize = 1024;

/// What the registries of a server share.
#[derive(Clone)]
pub(super) struct RegistryContext {
    pub(super) threads: Arc<ThreadPool>,
    /// None if rooms store their values in memory.
    pub(super) file: Option<Arc<File>>,
    pub(super) settings: Settings,
    pub(super) env: Env,
    pub(super) states: States,
    pub(super) registries: Weak<Registries>,
    #[cfg(feature = "client")]
    pub(super) connections: Connections,
    /// The running rooms.
    pub(super) tasks: TaskTracker,
    /// Ends connections and rooms.
    pub(super) stop: CancellationToken,
}

/// Where the sessions between rooms run.
#[cfg(feature = "client")]
#[derive(Clone)]
pub(super) struct Connections {
    pub(super) runtime: tokio::runtime::Handle,
    pub(super) tracker: TaskTracker,
    /// Begins a graceful shutdown.
    pub(super) stopping: CancellationToken,
}

/// A running room, to send commands to.
#[derive(Clone)]
pub(super) struct RoomHandle {
    pub(super) commands: mpsc::Sender<Command>,
    placement: Arc<Placement>,
    stall_timeout: Duration,
}

/// Why a room has not replied to a request.
pub(super) enum NoReply {
    /// It had ended before it received the request.
    Ended,
    /// It has restarted, usually because the handler panicked.
    Restarted,
    /// Its thread has stalled.
    Stalled,
}

impl RoomHandle {
    /// Sends a request to the room, and returns its reply.
    ///
    /// # Errors
    /// Returns [`NoReply`] if there is none.
    pub(super) async fn fetch(&self, request: Request) -> Result<Reply, NoReply> {
        let (reply, receiver) = oneshot::channel();
        let exchange = async {
            let command = Command::Fetch { request: Box::new(request), reply };
            self.commands.send(command).await.map_err(|_| NoReply::Ended)?;
            receiver.await.map_err(|_| NoReply::Restarted)
        };
        tokio::select! {
            reply = exchange => reply,
            () = self.placement.stalled(self.stall_timeout) => Err(NoReply::Stalled),
        }
    }
}

/// The rooms of one class.
pub(crate) struct Registry {
    pub(super) class: RoomClass,
    pub(super) context: RegistryContext,
    rooms: Mutex<Rooms>,
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry").field("class", &self.class.name).finish_non_exhaustive()
    }
}

#[derive(Default)]
struct Rooms {
    running: HashMap<String, RoomHandle>,
    /// The stores of rooms that are not running, if there is no file.
    memories: HashMap<String, Memory>,
}

impl Registry {
    pub(super) fn new(class: RoomClass, context: RegistryContext) -> Arc<Self> {
        Arc::new(Self { class, context, rooms: Mutex::default() })
    }

    /// Starts the rooms that have a timer set.
    ///
    /// # Errors
    /// Returns an error if the data file cannot be read.
    pub(super) fn start_waiting(self: &Arc<Self>) -> io::Result<()> {
        let names = self.context.file.as_ref().map(|file| file.waiting(self.class.name));
        for name in names.transpose().map_err(|error| io::Error::other(error.to_string()))?.into_iter().flatten() {
            if self.room(&name).is_none() {
                return Err(io::Error::other("cannot start a room that has a timer: all threads have stalled"));
            }
        }
        Ok(())
    }

    /// The handle of a room, which is started if it is not running. None if all threads have stalled.
    pub(super) fn room(self: &Arc<Self>, name: &str) -> Option<RoomHandle> {
        let mut rooms = self.rooms();
        if let Some(room) = rooms.running.get(name).filter(|room| !room.commands.is_closed()) {
            return Some(room.clone());
        }
        let thread = self.context.threads.choose()?;
        let (commands, receiver) = mpsc::channel(MAX_COMMANDS);
        let store = match &self.context.file {
            Some(file) => RoomStore::File(Box::new(FileStore::new(file.clone(), self.class.name, name.to_owned()))),
            None => RoomStore::Memory(rooms.memories.remove(name).unwrap_or_default()),
        };
        let placement = self.start(thread, name.to_owned(), store, receiver);
        let room = RoomHandle { commands, placement, stall_timeout: self.context.settings.stall_timeout };
        rooms.running.insert(name.to_owned(), room.clone());
        Some(room)
    }

    /// Starts a room on a thread.
    fn start(
        self: &Arc<Self>,
        thread: Arc<RoomThread>,
        name: String,
        store: RoomStore,
        commands: mpsc::Receiver<Command>,
    ) -> Arc<Placement> {
        let (tasks, registry) = (self.context.tasks.clone(), self.clone());
        thread.spawn(Box::new(move |thread| {
            Box::pin(tasks.track_future(actor::run(name, store, commands, registry, thread.clone())))
        }))
    }

    /// Removes a room, and keeps its store, unless a handle is in use by a connection or request.
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

    /// The limits of what is received over a socket of these rooms.
    pub(super) fn limits(&self) -> Limits {
        Limits { max_message: self.class.max_message, ping_interval: self.context.settings.ping_interval }
    }

    /// Waits until the server stops.
    pub(super) async fn stopped(&self) {
        self.context.stop.cancelled().await;
    }

    fn rooms(&self) -> MutexGuard<'_, Rooms> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
