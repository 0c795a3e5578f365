//! HTTP/1.1 on tokio: requests to rooms, pages, and the handshake of a WebSocket (RFC 6455, section 4.2).

use std::{collections::HashMap, convert::Infallible, io, net::SocketAddr, path::PathBuf, sync::Arc};

use bytes::Bytes;
use fastwebsockets::upgrade::{is_upgrade_request, upgrade};
use http::{StatusCode, Uri};
use http_body_util::{BodyExt, Collected, Full, LengthLimitError, Limited};
use hyper::{
    body::{Body, Incoming},
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::oneshot,
};
use tokio_util::{
    sync::CancellationToken,
    task::{LocalPoolHandle, TaskTracker},
};

use super::{
    actor::{Command, Reply},
    file::File,
    registry::{Place, Registry},
    socket,
};
use crate::{App, Response, app::Target, http::IntoResponse, log};

type HyperResponse = http::Response<Full<Bytes>>;

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
pub struct Serving {
    address: SocketAddr,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Server {
    /// The app, to be served on 127.0.0.1, port 8787.
    pub fn new(app: App) -> Self {
        Self { app, address: SocketAddr::from(([127, 0, 0, 1], 8787)), data: None }
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
    pub async fn start(self) -> io::Result<Serving> {
        let file = self.data.as_deref().map(File::open).transpose()?.map(Arc::new);
        let listener = TcpListener::bind(self.address).await?;
        let address = listener.local_addr()?;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let place = Place { pool: LocalPoolHandle::new(threads), file, tasks: tasks.clone(), stop: stop.clone() };
        let shared = Arc::new(Shared { registries: registries(&self.app, &place)?, app: self.app, place });
        tasks.spawn(accept(listener, shared));
        Ok(Serving { address, tasks, stop })
    }

    /// Serves until the process is interrupted or asked to end, and says on standard output where.
    ///
    /// # Errors
    /// As for [`start`](Self::start).
    pub fn run(self) -> io::Result<()> {
        tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
            let serving = self.start().await?;
            println!("listening on http://{}", serving.address());
            asked_to_end().await?;
            serving.stop().await;
            Ok(())
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

impl Serving {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops, and waits until all connections are cut, all rooms are gone and the data folder is free for another server.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

struct Shared {
    app: App,
    /// One for each mount of the app, in its order; none where its objects are of another make.
    registries: Vec<Option<Arc<Registry>>>,
    place: Place,
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let Place { stop, tasks, .. } = shared.place.clone();
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, _)) => {
                let (shared, stop) = (shared.clone(), stop.clone());
                tasks.spawn(async move { stop.run_until_cancelled(connection(stream, shared)).await });
            }
            Err(error) => {
                // Out of file handles, mostly: others must end first.
                log::error(&format!("cannot accept a connection: {error}"));
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    // Chat is small frames: they should not wait for each other.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let shared = shared.clone();
        async move {
            let response = shared.answer(request).await.unwrap_or_else(IntoResponse::into_response);
            Ok::<HyperResponse, Infallible>(response.map(Full::new))
        }
    });
    let http = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    // A client that breaks off is no news.
    let _ = http.await;
}

impl Shared {
    async fn answer(&self, mut request: http::Request<Incoming>) -> Result<Response, StatusCode> {
        let (mount, name, path) = match self.app.target(request.method(), request.uri().path()) {
            Target::Page(page) => return Ok(page),
            Target::Room { mount, name, path, .. } => (mount, name, path.to_owned()),
            Target::Nowhere => return Err(StatusCode::NOT_FOUND),
        };
        let registry = self.registries.get(mount).and_then(Option::as_ref).ok_or(StatusCode::NOT_IMPLEMENTED)?;
        *request.uri_mut() = inner_uri(&path, request.uri().query())?;

        let handshake = is_upgrade_request(&request).then(|| upgrade(&mut request));
        let (parts, body) = request.into_parts();
        let limit = (registry.class.body_limit)(&parts.method, parts.uri.path(), self.app.max_body);
        let body = match limit {
            Some(limit) => read(body, limit).await?,
            None => Bytes::new(),
        };
        let request = http::Request::from_parts(parts, body);

        let room = registry.room(&name);
        let (reply, answer) = oneshot::channel();
        room.send(Command::Fetch { request: Box::new(request), reply })
            .await
            .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
        // The sender is dropped where the handler panicked.
        match answer.await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)? {
            Reply::Response(response) => Ok(response),
            Reply::Upgrade { socket, headers, way } => {
                let Some(Ok((response, upgraded))) = handshake else {
                    socket::lost(socket, &room).await;
                    return Err(StatusCode::BAD_REQUEST);
                };
                let stop = self.place.stop.clone();
                self.place.tasks.spawn(async move {
                    let serving = async {
                        match upgraded.await {
                            Ok(websocket) => socket::serve(websocket, socket, room, way).await,
                            Err(_) => socket::lost(socket, &room).await,
                        }
                    };
                    stop.run_until_cancelled(serving).await;
                });
                let (mut parts, _) = response.into_parts();
                parts.headers.extend(headers);
                Ok(Response::from_parts(parts, Bytes::new()))
            }
        }
    }
}

/// The whole body, which may have `limit` bytes.
async fn read(body: Incoming, limit: usize) -> Result<Bytes, StatusCode> {
    if body.size_hint().lower() > limit as u64 {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let body = Limited::new(body, limit).collect().await;
    body.map(Collected::to_bytes).map_err(|error| {
        if error.is::<LengthLimitError>() { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::BAD_REQUEST }
    })
}

/// The URI a room sees: the path below its mount, with the query.
fn inner_uri(path: &str, query: Option<&str>) -> Result<Uri, StatusCode> {
    let uri = query.map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    uri.parse().map_err(|_| StatusCode::BAD_REQUEST)
}
