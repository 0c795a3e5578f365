//! HTTP requests: pages, requests to rooms, and the opening handshake of a WebSocket (RFC 6455, section 4.2).

use std::{error::Error, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use http_body_util::{BodyExt, Collected, Full, LengthLimitError, Limited};
use hyper::{
    body::Body,
    upgrade::{OnUpgrade, Upgraded},
};
use hyper_util::rt::TokioIo;
use tokio::time::timeout;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tungstenite::handshake::derive_accept_key;

use super::{
    actor::Reply,
    http_stream::HttpStream,
    registry::{NoReply, Registry},
    settings::Settings,
    socket::{self, Connection},
};
use crate::{
    App, Response,
    server::{
        app::Target,
        http::{Internal, IntoResponse},
    },
};

/// A response to a client.
pub(super) type HttpResponse = http::Response<Full<Bytes>>;

/// The state that all connections of a server share.
#[derive(Debug)]
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

impl Shared {
    /// Returns the response of a page or a room, or an error response.
    pub(super) async fn answer<B>(&self, request: http::Request<B>) -> HttpResponse
    where
        B: Body,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let (method, origin) = (request.method().clone(), request.headers().get(header::ORIGIN).cloned());
        let response = match self.app.preflight(&method, request.headers()) {
            Some(response) => response,
            None => self.respond(request).await.unwrap_or_else(IntoResponse::into_response),
        };
        self.app.complete(&method, origin.as_ref(), response).map(Full::new)
    }

    async fn respond<B>(&self, mut request: http::Request<B>) -> Result<Response, StatusCode>
    where
        B: Body,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let (mount, name, path) = match self.app.target(request.method(), request.uri().path()) {
            Target::Response(response) => return Ok(response),
            Target::Room { mount, name, path, .. } => (mount, name, path.to_owned()),
            Target::NotFound => return Err(StatusCode::NOT_FOUND),
        };
        let registry = self.registries.get(mount).and_then(Option::as_ref).ok_or(StatusCode::NOT_IMPLEMENTED)?;
        *request.uri_mut() = inner_uri(&path, request.uri().query())?;
        // A request that an internal route has received may be passed on.
        request.extensions_mut().remove::<Internal>();
        let accept = accept_key(request.headers());
        let upgrade = request.extensions_mut().remove::<OnUpgrade>();
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
        let (accept, upgrade) = match (accept, upgrade) {
            (Some(accept), Some(upgrade)) => (accept, upgrade),
            (accept, _) => {
                socket::lost(socket, &room.commands).await;
                // Another server may pass on a request whose connection it cannot upgrade.
                return Err(if accept.is_none() { StatusCode::BAD_REQUEST } else { StatusCode::UPGRADE_REQUIRED });
            }
        };
        let (limits, stopping, stop) = (registry.limits(), self.stopping.clone(), self.stop.clone());
        let connection = Connection { socket, room: room.commands, outbox, limits, stopping };
        self.connections.spawn(async move { stop.run_until_cancelled(websocket(upgrade, connection)).await });
        Ok(switching_protocols(headers, accept))
    }

    /// Reads the whole body, of at most `limit` bytes.
    async fn read<B>(&self, body: B, limit: usize) -> Result<Bytes, StatusCode>
    where
        B: Body,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        if body.size_hint().lower() > limit as u64 {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        let body = timeout(self.settings.request_timeout, Limited::new(body, limit).collect()).await;
        body.map_err(|_| StatusCode::REQUEST_TIMEOUT)?.map(Collected::to_bytes).map_err(|error| {
            if error.is::<LengthLimitError>() { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::BAD_REQUEST }
        })
    }
}

/// Serves a connection once it is upgraded.
async fn websocket(upgrade: OnUpgrade, connection: Connection) {
    match upgrade.await.map(Upgraded::downcast::<TokioIo<HttpStream>>) {
        Ok(Ok(parts)) => {
            let (reading, writing) = parts.io.into_inner().into_inner().into_split();
            connection.serve(reading, writing, parts.read_buf.into()).await;
        }
        // A connection of another server.
        Ok(Err(upgraded)) => {
            let (reading, writing) = tokio::io::split(TokioIo::new(upgraded));
            connection.serve(reading, writing, Vec::new()).await;
        }
        Err(_) => socket::lost(connection.socket, &connection.room).await,
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
