//! HTTP/1.1 on tokio: pages, requests to rooms, and the opening handshake of a WebSocket (RFC 6455, section 4.2).

use std::{convert::Infallible, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use http_body_util::{BodyExt, Collected, Full, LengthLimitError, Limited};
use hyper::{
    body::{Body, Incoming},
    server::conn::http1::Builder,
    service::service_fn,
    upgrade::{OnUpgrade, Upgraded},
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tungstenite::handshake::derive_accept_key;

use super::{
    actor::Reply,
    http_stream::{HttpStream, RequestInProgress},
    outbox::Outbox,
    receive::Limits,
    registry::{NoReply, Registry, RoomHandle},
    settings::Settings,
    socket::{self, Connection},
};
use crate::{
    App, Response,
    host::SocketId,
    server::{app::Target, http::IntoResponse, log},
};

/// The most bytes of a request's head.
const MAX_HEAD: usize = 64 * 1024;

type HyperResponse = http::Response<Full<Bytes>>;

/// The state that all connections of a server share.
pub(super) struct Shared {
    pub(super) app: App,
    /// For each mount of the app, in its order; none for a mount of `App::objects`.
    pub(super) registries: Vec<Option<Arc<Registry>>>,
    pub(super) settings: Settings,
    pub(super) connections: TaskTracker,
    /// Begins a graceful shutdown of connections.
    pub(super) stopping: CancellationToken,
    /// Ends connections at once.
    pub(super) stop: CancellationToken,
}

/// Accepts connections until the server stops.
pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Some(accepted) = shared.stopping.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, _)) => {
                let connection = connection(stream, shared.clone());
                let stop = shared.stop.clone();
                shared.connections.spawn(async move { stop.run_until_cancelled(connection).await });
            }
            Err(error) => {
                // Usually out of file handles, until another connection ends.
                log::error(&format!("cannot accept a connection: {error}"));
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    // Frames are small and must not wait for each other.
    let _ = stream.set_nodelay(true);
    let (in_progress, settings, stopping) = (RequestInProgress::default(), shared.settings, shared.stopping.clone());
    let stream = HttpStream::new(stream, settings.request_timeout, in_progress.clone());
    let service = service_fn(move |request: http::Request<Incoming>| {
        let (shared, guard) = (shared.clone(), in_progress.begin());
        async move {
            let (method, origin) = (request.method().clone(), request.headers().get(header::ORIGIN).cloned());
            let response = match shared.app.preflight(&method, request.headers()) {
                Some(response) => response,
                None => shared.respond(request).await.unwrap_or_else(IntoResponse::into_response),
            };
            let response = shared.app.complete(&method, origin.as_ref(), response);
            drop(guard);
            Ok::<HyperResponse, Infallible>(response.map(Full::new))
        }
    });
    let http = Builder::new()
        .timer(TokioTimer::new())
        // hyper also applies it between two requests.
        .header_read_timeout(settings.keep_alive_timeout)
        .max_header_size(MAX_HEAD)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::pin!(http);
    // A disconnect is not an error.
    tokio::select! {
        _ = &mut http => return,
        () = stopping.cancelled() => http.as_mut().graceful_shutdown(),
    }
    let _ = http.await;
}

impl Shared {
    async fn respond(self: &Arc<Self>, mut request: http::Request<Incoming>) -> Result<Response, StatusCode> {
        let (mount, name, path) = match self.app.target(request.method(), request.uri().path()) {
            Target::Response(response) => return Ok(response),
            Target::Room { mount, name, path, .. } => (mount, name, path.to_owned()),
            Target::NotFound => return Err(StatusCode::NOT_FOUND),
        };
        let registry = self.registries.get(mount).and_then(Option::as_ref).ok_or(StatusCode::NOT_IMPLEMENTED)?;
        *request.uri_mut() = inner_uri(&path, request.uri().query())?;
        let upgrade = hyper::upgrade::on(&mut request);
        let accept = accept_key(request.headers());
        let (parts, body) = request.into_parts();
        let body = match (registry.class.body_limit)(&parts.method, parts.uri.path(), self.app.max_body, false) {
            Some(limit) => self.read(body, limit).await?,
            None => Bytes::new(),
        };
        let request = http::Request::from_parts(parts, body);

        let room = registry.room(&name).ok_or(StatusCode::SERVICE_UNAVAILABLE)?;
        let reply = room.fetch(request).await.map_err(|none| match none {
            NoReply::Ended | NoReply::Restarted => StatusCode::INTERNAL_SERVER_ERROR,
            NoReply::Stalled => StatusCode::SERVICE_UNAVAILABLE,
        })?;
        let (socket, headers, outbox) = match reply {
            Reply::Response(response) => return Ok(response),
            Reply::Upgrade { socket, headers, outbox } => (socket, headers, outbox),
        };
        let Some(accept) = accept else {
            socket::lost(socket, &room.commands).await;
            return Err(StatusCode::BAD_REQUEST);
        };
        let shared = self.clone();
        let limits = registry.limits();
        self.connections.spawn(async move {
            let stop = shared.stop.clone();
            stop.run_until_cancelled(shared.websocket(upgrade, limits, socket, room, outbox)).await
        });
        Ok(switching_protocols(headers, accept))
    }

    /// Reads the whole body, of at most `limit` bytes.
    async fn read(&self, body: Incoming, limit: usize) -> Result<Bytes, StatusCode> {
        if body.size_hint().lower() > limit as u64 {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        let body = timeout(self.settings.request_timeout, Limited::new(body, limit).collect()).await;
        body.map_err(|_| StatusCode::REQUEST_TIMEOUT)?.map(Collected::to_bytes).map_err(|error| {
            if error.is::<LengthLimitError>() { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::BAD_REQUEST }
        })
    }

    async fn websocket(
        &self,
        upgrade: OnUpgrade,
        limits: Limits,
        socket: SocketId,
        room: RoomHandle,
        outbox: Arc<Outbox>,
    ) {
        match upgrade.await.ok().and_then(|upgraded| self.socket(upgraded, limits)) {
            Some(connection) => socket::serve(connection, socket, room.commands, outbox).await,
            None => socket::lost(socket, &room.commands).await,
        }
    }

    /// The TCP connection under HTTP.
    fn socket(&self, upgraded: Upgraded, limits: Limits) -> Option<Connection> {
        let parts = upgraded.downcast::<TokioIo<HttpStream>>().ok()?;
        Some(Connection {
            stream: parts.io.into_inner().into_inner(),
            received: parts.read_buf.into(),
            limits,
            stopping: self.stopping.clone(),
        })
    }
}

/// The value of `Sec-WebSocket-Accept`; none if the request has no key. The room checks the rest of the handshake.
fn accept_key(headers: &HeaderMap) -> Option<HeaderValue> {
    let key = headers.get(header::SEC_WEBSOCKET_KEY)?;
    derive_accept_key(key.as_bytes()).parse().ok()
}

fn switching_protocols(headers: HeaderMap, accept: HeaderValue) -> Response {
    let mut response = StatusCode::SWITCHING_PROTOCOLS.into_response();
    let all = response.headers_mut();
    all.extend(headers);
    all.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    all.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    all.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    response
}

/// The URI as the room sees it: the path below its mount, with the query.
fn inner_uri(path: &str, query: Option<&str>) -> Result<Uri, StatusCode> {
    let uri = query.map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    uri.parse().map_err(|_| StatusCode::BAD_REQUEST)
}
