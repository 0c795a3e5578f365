//! A server on this machine: its settings, its beginning and its end.

use std::{collections::HashMap, io, net::SocketAddr, path::PathBuf, sync::Arc};

use tokio::{net::TcpListener, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    file::File,
    http::{self, Shared},
    registry::{Place, Registry},
    settings::Settings,
    workers::Workers,
};
use crate::{App, server::log};

/// An [`App`] on this machine.
///
/// ```no_run
/// use websocket_do_runtime::{App, host::local::Server};
///
/// fn main() -> std::io::Result<()> {
///     let app = App::new().page("/", "<!doctype html>Hello");
///     Server::new(app).port(8787).data("data").run()
/// }
/// ```
pub struct Server {
    app: App,
    address: SocketAddr,
    data: Option<PathBuf>,
    pub(super) settings: Settings,
}

/// A server that is running, until it is stopped or dropped.
///
/// ```
/// # use websocket_do_runtime::{App, host::local::Server};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let serving = Server::new(App::new()).address(([127, 0, 0, 1], 0).into()).start().await?;
/// println!("listening on http://{}", serving.address());
/// serving.stop().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct ServerHandle {
    address: SocketAddr,
    connections: TaskTracker,
    rooms: TaskTracker,
    workers: Arc<Workers>,
    settings: Settings,
    /// Ends connections in order.
    stopping: CancellationToken,
    /// Ends connections at once, and rooms.
    stop: CancellationToken,
}

impl Server {
    /// The app, to be served on 127.0.0.1, port 8787.
    pub fn new(app: App) -> Self {
        Self { app, address: SocketAddr::from(([127, 0, 0, 1], 8787)), data: None, settings: Settings::default() }
    }

    /// Another port; 0 takes a free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.address.set_port(port);
        self
    }

    /// Another address, to be reached from other machines.
    #[must_use]
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Keeps what rooms store in a database file in this folder, which is made if it is not there. It is on the disk before a
    /// frame that is sent afterwards leaves, and timers that are set go off after a restart, at once where they are overdue.
    ///
    /// Without a folder, rooms keep what they store for as long as the server runs.
    ///
    /// # Faults
    ///
    /// If the disk is full or fails, a write is lost that a handler has taken for done: its room loses its memory, as after a
    /// panic, what was to leave after the write does not, and the sessions it was for are closed with 1012. Later writes return
    /// the error to their handlers, until the disk takes one again; no restart is needed. What left the server stays. A write
    /// that was lost to a failed sync can be there later all the same.
    ///
    /// All pages of the file are checked against their checksums when the server starts, and after a fault. Damage to a page
    /// while the server runs is not looked for: it is noticed when the page makes no sense, as an error of the storage, or at the
    /// next start. After a crash of the machine, damage to the very last commit looks like a commit that was interrupted, and the
    /// one before it counts.
    #[must_use]
    pub fn data(mut self, folder: impl Into<PathBuf>) -> Self {
        self.data = Some(folder.into());
        self
    }

    /// Begins to serve, on the tokio runtime of the caller.
    ///
    /// # Errors
    /// Where the address cannot be listened on, or the data folder cannot be used: it is not writable, its file is damaged, or
    /// another server uses it.
    pub async fn start(self) -> io::Result<ServerHandle> {
        let file = self.data.as_deref().map(File::open).transpose()?.map(Arc::new);
        let listener = TcpListener::bind(self.address).await?;
        let address = listener.local_addr()?;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let (stopping, stop, settings) = (CancellationToken::new(), CancellationToken::new(), self.settings);
        let workers = Workers::start(threads, settings.stall_timeout, stop.clone())?;
        let (connections, rooms) = (TaskTracker::new(), TaskTracker::new());
        let place = Place { workers: workers.clone(), file, settings, tasks: rooms.clone(), stop: stop.clone() };
        let shared = Shared {
            registries: registries(&self.app, &place)?,
            app: self.app,
            settings,
            connections: connections.clone(),
            stopping: stopping.clone(),
            stop: stop.clone(),
        };
        connections.spawn(http::accept(listener, Arc::new(shared)));
        let supervised = workers.clone();
        tokio::spawn(async move { supervised.supervise().await });
        Ok(ServerHandle { address, connections, rooms, workers, settings, stopping, stop })
    }

    /// Serves until the process is interrupted or asked to end, and prints the address on standard output. A second signal
    /// ends it at once.
    ///
    /// # Errors
    /// As for [`start`](Self::start), and where a room has not stopped within the
    /// [shutdown timeout](Self::shutdown_timeout): the error names it.
    pub fn run(self) -> io::Result<()> {
        tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
            let mut serving = self.start().await?;
            println!("listening on http://{}", serving.address());
            asked_to_end().await?;
            tokio::select! {
                stopped = serving.stop_in_time() => stopped,
                again = asked_to_end() => again,
            }
        })
    }
}

/// Rooms of one class are the same under all paths, as they are on Cloudflare.
fn registries(app: &App, place: &Place) -> io::Result<Vec<Option<Arc<Registry>>>> {
    let mut known = HashMap::new();
    let registries = app.mounts().map(|mount| {
        let class = mount.class?;
        Some(known.entry(class.name).or_insert_with(|| Registry::new(class, place.clone())).clone())
    });
    let registries = registries.collect();
    known.values().try_for_each(Registry::start_waiting)?;
    Ok(registries)
}

#[cfg(unix)]
async fn asked_to_end() -> io::Result<()> {
    let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminated.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn asked_to_end() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}

impl ServerHandle {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops, and waits until all connections are closed, all rooms are gone and the data folder is free for another server.
    ///
    /// Requests that were begun are answered, and clients are sent the close code 1001; what a handler is waiting for is
    /// dropped. Returns within the [shutdown timeout](Server::shutdown_timeout), also where a handler never returns: then its
    /// room is named in the log, and its thread and the data folder stay in use for as long as it runs.
    pub async fn stop(mut self) {
        if let Err(error) = self.stop_in_time().await {
            log::error(&error.to_string());
        }
    }

    async fn stop_in_time(&mut self) -> io::Result<()> {
        let limit = self.settings.shutdown_timeout;
        self.stopping.cancel();
        self.connections.close();
        self.rooms.close();
        // Rooms need some of the time, and most connections none of it.
        let _ = timeout(limit / 2, self.connections.wait()).await;
        self.stop.cancel();
        let ended = timeout(limit / 2, async { tokio::join!(self.connections.wait(), self.rooms.wait()) });
        ended.await.map(drop).map_err(|_| {
            let stalled = self.workers.stalled().join(", ");
            io::Error::new(io::ErrorKind::TimedOut, format!("did not stop within {} s: {stalled}", limit.as_secs_f32()))
        })
    }
}

impl Drop for ServerHandle {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
