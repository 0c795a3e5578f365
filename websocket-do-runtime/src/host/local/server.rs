//! HTTP/1.1 on tokio: requests to rooms, pages, and the handshake of a WebSocket (RFC 6455, section 4.2).

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc};

use bytes::Bytes;
use fastwebsockets::upgrade::{is_upgrade_request, upgrade};
use http::{StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};
use tokio_util::task::LocalPoolHandle;

use super::{
    actor::{Command, Reply},
    registry::Registry,
    socket,
};
use crate::{App, Response, app::Target, http::IntoResponse, log};

/// The most a request body may hold.
const MAX_BODY: usize = 32 << 20;

type HyperResponse = http::Response<Full<Bytes>>;

/// An [`App`] on this machine.
pub struct Server {
    app: App,
    address: SocketAddr,
}

/// A server that is running, until it is dropped or aborted.
#[derive(Debug)]
pub struct Serving {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Server {
    /// The app, to be served on 127.0.0.1, port 8787.
    pub fn new(app: App) -> Self {
        Self { app, address: SocketAddr::from(([127, 0, 0, 1], 8787)) }
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

    /// Begins to serve, on the tokio runtime of the caller.
    ///
    /// # Errors
    /// Where the address cannot be listened on.
    pub async fn start(self) -> io::Result<Serving> {
        let listener = TcpListener::bind(self.address).await?;
        let address = listener.local_addr()?;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let pool = LocalPoolHandle::new(threads);
        let registries = self.app.mounts().map(|mount| Some(Registry::new(mount.start?, pool.clone()))).collect();
        let shared = Arc::new(Shared { app: self.app, registries });
        Ok(Serving { address, task: tokio::spawn(accept(listener, shared)) })
    }

    /// Serves until the process is interrupted, and says on standard output where.
    ///
    /// # Errors
    /// Where the address cannot be listened on.
    pub fn run(self) -> io::Result<()> {
        tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
            let serving = self.start().await?;
            println!("listening on http://{}", serving.address());
            tokio::signal::ctrl_c().await
        })
    }
}

impl Serving {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Shared {
    app: App,
    /// One for each mount of the app, in its order; none where its objects are of another make.
    registries: Vec<Option<Arc<Registry>>>,
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(connection(stream, shared.clone()));
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
        let body = Limited::new(body, MAX_BODY).collect().await.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
        let request = http::Request::from_parts(parts, body.to_bytes());

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
                tokio::spawn(async move {
                    match upgraded.await {
                        Ok(websocket) => socket::serve(websocket, socket, room, way).await,
                        Err(_) => socket::lost(socket, &room).await,
                    }
                });
                let (mut parts, _) = response.into_parts();
                parts.headers.extend(headers);
                Ok(Response::from_parts(parts, Bytes::new()))
            }
        }
    }
}

/// The URI a room sees: the path below its mount, with the query.
fn inner_uri(path: &str, query: Option<&str>) -> Result<Uri, StatusCode> {
    let uri = query.map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    uri.parse().map_err(|_| StatusCode::BAD_REQUEST)
}
