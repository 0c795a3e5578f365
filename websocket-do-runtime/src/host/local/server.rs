//! The local server: configuring, starting and stopping it.

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio::{
    net::TcpListener,
    runtime::{Builder, Handle},
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    dot_env,
    file::File,
    http::{self, Shared},
    registry::{Registries, Registry, RegistryContext},
    settings::Settings,
    threads::ThreadPool,
};
use crate::{
    App, Env,
    server::{States, log},
};

/// Runs an [`App`] on this machine, without Cloudflare.
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
    vars: Vec<(String, String)>,
    pub(super) settings: Settings,
}

/// A running server. Dropping it closes all connections at once; [`stop`](Self::stop) shuts down gracefully.
///
/// ```
/// # use websocket_do_runtime::{App, host::local::Server};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let server = Server::new(App::new()).address(([127, 0, 0, 1], 0).into()).start().await?;
/// println!("listening on http://{}", server.address());
/// server.stop().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct ServerHandle {
    address: SocketAddr,
    /// Rooms find each other as long as the server runs.
    _registries: Arc<Registries>,
    connections: TaskTracker,
    rooms: TaskTracker,
    threads: Arc<ThreadPool>,
    settings: Settings,
    /// Begins a graceful shutdown of connections.
    stopping: CancellationToken,
    /// Ends connections and rooms at once.
    stop: CancellationToken,
}

impl Server {
    /// Creates a server for the app, on 127.0.0.1, port 8787.
    pub fn new(app: App) -> Self {
        Self {
            app,
            address: SocketAddr::from(([127, 0, 0, 1], 8787)),
            data: None,
            vars: Vec::new(),
            settings: Settings::default(),
        }
    }

    /// Sets the port; 0 takes a free one. The default is 8787.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.address.set_port(port);
        self
    }

    /// Sets the address to listen on. The default is 127.0.0.1, which other machines cannot reach.
    #[must_use]
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Stores the data of rooms in a database file in this folder, which is created if it is missing. The default is to store it
    /// in memory, until the server stops.
    ///
    /// A write is on the disk before a frame that is sent after it leaves. Timers run after a restart of the server too, at once
    /// if they are overdue.
    ///
    /// # Faults
    ///
    /// If the disk is full or fails, writes can be lost after their calls have returned. The room then loses its memory, as after
    /// a panic; frames and responses that were to follow the write are dropped, and their sessions are closed with 1012. Later
    /// writes return the error, until one succeeds; the server need not be restarted. A write that was lost to a failed sync may
    /// still be in the file later.
    ///
    /// The checksums of all pages are verified when the server starts, and after a fault. Damage to a page while the server runs
    /// is detected only if the page cannot be read, as an error of the storage, or at the next start. After a crash of the
    /// machine, a damaged last commit is indistinguishable from an interrupted one: the commit before it is used.
    #[must_use]
    pub fn data(mut self, folder: impl Into<PathBuf>) -> Self {
        self.data = Some(folder.into());
        self
    }

    /// Sets a variable or a secret of the rooms' [environment](crate::Env).
    ///
    /// A name is looked up here first, then in the environment of the process, then in the file `.dev.vars` of the current folder
    /// or, only if there is no such file, in `.env.local` and `.env`. The files are read when the server starts, as wrangler reads
    /// them ([Cloudflare's documentation](https://developers.cloudflare.com/workers/configuration/secrets/#local-development-with-secrets)):
    /// `.dev.vars` as it is, and the others with `$NAME` and `${NAME}` replaced.
    ///
    /// ```
    /// # use websocket_do_runtime::{App, host::local::Server};
    /// let server = Server::new(App::new()).var("CHAT_KEY", "demo");
    /// ```
    #[must_use]
    pub fn var(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.vars.push((name.into(), value.into()));
        self
    }

    /// Starts the server on the current tokio runtime.
    ///
    /// # Errors
    /// Returns an error if `.dev.vars` or `.env` cannot be read, if a [state](App::state) that a room declares is missing or cannot
    /// be made, if the address cannot be bound, or the data folder cannot be used: it is not writable, its file is
    /// damaged, or another server uses it.
    pub async fn start(self) -> io::Result<ServerHandle> {
        let env = dot_env::environment(Path::new("."), self.vars)?;
        let states = states(&self.app, &env)?;
        let file = self.data.as_deref().map(File::open).transpose()?.map(Arc::new);
        let listener = TcpListener::bind(self.address).await.map_err(|error| bind_error(self.address, &error))?;
        let address = listener.local_addr()?;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let (stopping, stop, settings) = (CancellationToken::new(), CancellationToken::new(), self.settings);
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
                tasks: rooms.clone(),
                stop: stop.clone(),
            };
            let classes = self.app.classes().map(|class| (class.name, Registry::new(class, context.clone())));
            classes.collect::<Registries>()
        });
        all.values().try_for_each(Registry::start_waiting)?;
        let mounted = self.app.mounts().map(|mount| all.get(mount.class?.name).cloned()).collect();
        let shared = Shared {
            registries: mounted,
            app: self.app,
            settings,
            connections: connections.clone(),
            stopping: stopping.clone(),
            stop: stop.clone(),
        };
        connections.spawn(http::accept(listener, Arc::new(shared)));
        let supervised = threads.clone();
        tokio::spawn(async move { supervised.supervise().await });
        Ok(ServerHandle { address, _registries: all, connections, rooms, threads, settings, stopping, stop })
    }

    /// Runs the server on a new tokio runtime, as [`serve`](Self::serve) does on the current one.
    ///
    /// # Errors
    /// Returns the errors of [`serve`](Self::serve), and an error inside a tokio runtime, which cannot wait for another one.
    pub fn run(self) -> io::Result<()> {
        if Handle::try_current().is_ok() {
            let message =
                "`Server::run` starts a tokio runtime, and was called inside one; write `server.serve().await`";
            return Err(io::Error::other(message));
        }
        Builder::new_multi_thread().enable_all().build()?.block_on(self.serve())
    }

    /// Runs the server until the process receives SIGINT or SIGTERM, then stops it. Prints the address on standard output. A
    /// second signal ends the process at once.
    ///
    /// # Errors
    /// Returns the errors of [`start`](Self::start), and an error that names the rooms which have not stopped within the
    /// [shutdown timeout](Self::shutdown_timeout).
    ///
    /// ```no_run
    /// # use websocket_do_runtime::{App, host::local::Server};
    /// #[tokio::main]
    /// async fn main() -> std::io::Result<()> {
    ///     Server::new(App::new()).serve().await
    /// }
    /// ```
    pub async fn serve(self) -> io::Result<()> {
        let mut server = self.start().await?;
        println!("listening on http://{}", server.address());
        shutdown_signal().await?;
        tokio::select! {
            stopped = server.stop_in_time() => stopped,
            again = shutdown_signal() => again,
        }
    }
}

/// Names the address that cannot be listened on.
fn bind_error(address: SocketAddr, error: &io::Error) -> io::Error {
    let message = if error.kind() == io::ErrorKind::AddrInUse {
        format!("{address} is in use by another program; stop it, or choose another port with `Server::port`")
    } else {
        format!("cannot listen on {address}: {error}")
    };
    io::Error::new(error.kind(), message)
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

#[cfg(unix)]
async fn shutdown_signal() -> io::Result<()> {
    let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminated.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn shutdown_signal() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}

impl ServerHandle {
    /// The address that the server listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops the server, and waits until all connections are closed, all rooms have ended and the data folder is free for another
    /// server.
    ///
    /// Requests in progress are answered, and clients are sent the close code 1001; handlers that are still awaiting are dropped.
    /// Returns within the [shutdown timeout](Server::shutdown_timeout) even if a handler never returns: the log then names its
    /// room, and its thread and the data folder remain in use.
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
        // Connections get half of the time, and rooms the rest.
        let _ = timeout(limit / 2, self.connections.wait()).await;
        self.stop.cancel();
        let ended = timeout(limit / 2, async { tokio::join!(self.connections.wait(), self.rooms.wait()) });
        ended.await.map(drop).map_err(|_| {
            let stalled = self.threads.stalled().join(", ");
            io::Error::new(io::ErrorKind::TimedOut, format!("did not stop within {} s: {stalled}", limit.as_secs_f32()))
        })
    }
}

impl Drop for ServerHandle {
    fn drop(&mut self) {
        // The listener waits for the first, the connections for both.
        self.stopping.cancel();
        self.stop.cancel();
    }
}
