//! The local server: configuring, starting and stopping it.

use std::{io, net::SocketAddr, path::PathBuf};

use tokio::{
    net::TcpListener,
    runtime::{Builder, Handle},
};

use super::{listener, running::Running, settings::Settings};
use crate::App;

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
    pub(super) app: App,
    address: SocketAddr,
    pub(super) data: Option<PathBuf>,
    pub(super) vars: Vec<(String, String)>,
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
    running: Running,
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
        let address = self.address;
        let listener = TcpListener::bind(address).await.map_err(|error| bind_error(address, &error))?;
        let address = listener.local_addr()?;
        let running = Running::start(self)?;
        let shared = running.shared.clone();
        running.shared.connections.spawn(listener::accept(listener, shared));
        Ok(ServerHandle { address, running })
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
        let server = self.start().await?;
        println!("listening on http://{}", server.address());
        shutdown_signal().await?;
        tokio::select! {
            stopped = server.running.stop_in_time() => stopped,
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
    pub async fn stop(self) {
        self.running.stop().await;
    }
}
