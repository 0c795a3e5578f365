//! The running part of a server: the rooms, the threads they run on, and how they are stopped.

use std::{io, path::Path, sync::Arc};

use tokio::{runtime::Handle, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

#[cfg(feature = "client")]
use super::registry::Connections;
use super::{
    dot_env,
    file::File,
    http::Shared,
    registry::{Registries, Registry, RegistryContext},
    server::Server,
    threads::ThreadPool,
};
use crate::{
    App, Env,
    server::{States, log},
};

/// The rooms of a server. Dropping it closes all connections at once.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) shared: Arc<Shared>,
    /// Rooms find each other as long as the server runs.
    registries: Arc<Registries>,
    rooms: TaskTracker,
    threads: Arc<ThreadPool>,
}

impl Running {
    /// Starts the threads, and the rooms that have a timer set.
    ///
    /// # Errors
    /// Returns an error outside a tokio runtime, if the environment, the state or the data folder cannot be used, or if the system
    /// starts no thread.
    pub(super) fn start(server: Server) -> io::Result<Self> {
        let Server { app, data, vars, settings, .. } = server;
        let runtime = Handle::try_current().map_err(|_| {
            io::Error::other("rooms need a tokio runtime; call this inside `#[tokio::main]` or `Runtime::block_on`")
        })?;
        let env = dot_env::environment(Path::new("."), vars)?;
        let states = states(&app, &env)?;
        let file = data.as_deref().map(File::open).transpose()?.map(Arc::new);
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let (stopping, stop) = (CancellationToken::new(), CancellationToken::new());
        let threads = ThreadPool::start(threads, settings.stall_timeout, stop.clone())?;
        let (connections, rooms) = (TaskTracker::new(), TaskTracker::new());
        let all = Arc::new_cyclic(|registries| {
            let context = RegistryContext {
                threads: threads.clone(),
                file,
                settings,
                env,
                states,
                registries: registries.clone(),
                #[cfg(feature = "client")]
                connections: Connections {
                    runtime: runtime.clone(),
                    tracker: connections.clone(),
                    stopping: stopping.clone(),
                },
                tasks: rooms.clone(),
                stop: stop.clone(),
            };
            app.classes().map(|class| (class.name, Registry::new(class, context.clone()))).collect::<Registries>()
        });
        let registries = app.mounts().map(|mount| all.get(mount.class?.name).cloned()).collect();
        let shared = Shared { app, registries, settings, connections, stopping, stop };
        // From here on, an error ends the threads.
        let running = Self { shared: Arc::new(shared), registries: all, rooms, threads };
        running.registries.values().try_for_each(Registry::start_waiting)?;
        let supervised = running.threads.clone();
        runtime.spawn(async move { supervised.supervise().await });
        Ok(running)
    }

    /// Stops the rooms, and waits until all connections are closed, all rooms have ended and the data folder is free. Logs an error.
    pub(super) async fn stop(&self) {
        if let Err(error) = self.stop_in_time().await {
            log::error(&error.to_string());
        }
    }

    /// As [`stop`](Self::stop).
    ///
    /// # Errors
    /// Returns an error that names the rooms which have not stopped within the shutdown timeout.
    pub(super) async fn stop_in_time(&self) -> io::Result<()> {
        let Shared { settings, connections, stopping, stop, .. } = &*self.shared;
        let limit = settings.shutdown_timeout;
        stopping.cancel();
        connections.close();
        self.rooms.close();
        // Connections get half of the time, and rooms the rest.
        let _ = timeout(limit / 2, connections.wait()).await;
        stop.cancel();
        let ended = timeout(limit / 2, async { tokio::join!(connections.wait(), self.rooms.wait()) });
        ended.await.map(drop).map_err(|_| {
            let stalled = self.threads.stalled().join(", ");
            io::Error::new(io::ErrorKind::TimedOut, format!("did not stop within {} s: {stalled}", limit.as_secs_f32()))
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The listener waits for the first, the connections for both.
        self.shared.stopping.cancel();
        self.shared.stop.cancel();
    }
}

/// Makes the state that the rooms declare.
fn states(app: &App, env: &Env) -> io::Result<States> {
    let mut all = Vec::new();
    for class in app.classes() {
        app.check_states(class.name, class.states).map_err(|error| io::Error::other(error.to_string()))?;
        all.extend_from_slice(class.states);
    }
    app.make_states(env, &all).map_err(|error| io::Error::other(error.to_string()))
}
