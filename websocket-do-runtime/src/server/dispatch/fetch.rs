//! HTTP requests of a room: the upgrade at `/websocket`, and the routes of the user's own.

use http::{HeaderMap, Method, StatusCode, header};

use crate::{
    Accept, HttpError, Request, Response, Result, Room, Upgrade, WebSocketDo,
    host::SocketId,
    server::{
        attachment::{self, Header, State},
        dispatch::Dropped,
        http::{IntoResponse, Route, response_to},
        session::SessionState,
        tags::host_tags,
        upgrade::{check_upgrade, negotiate, subprotocol},
    },
};

/// Where rooms take upgrades.
const WEBSOCKET: &str = "/websocket";

/// What the room says to a request.
#[derive(Debug)]
pub enum FetchResult {
    /// An ordinary response.
    Response(Response),
    /// 101: the socket was accepted.
    Upgrade {
        /// The socket, as the host numbered it.
        socket: SocketId,
        /// Headers for the 101 response, the subprotocol among them.
        headers: HeaderMap,
    },
}

impl<R: WebSocketDo> Room<R> {
    /// Answers a request.
    pub(crate) async fn fetch(&self, request: Request) -> FetchResult {
        if request.uri().path() == WEBSOCKET && request.method() == Method::GET {
            return self
                .upgrade(request)
                .await
                .unwrap_or_else(|refusal| FetchResult::Response(refusal.into_response()));
        }
        let method = request.method().clone();
        FetchResult::Response(response_to(&method, self.route(request).await))
    }

    async fn route(&self, request: Request) -> Response {
        let found = Route::find(R::ROUTES, request.method(), request.uri().path());
        let Some((route, parameters)) = found else { return StatusCode::NOT_FOUND.into_response() };
        let answered = self.run_handler(self.handlers().http(self, route, parameters, request)).await;
        answered.unwrap_or_else(|dropped| self.too_slow("a route", dropped).into_response())
    }

    /// How many bytes of a request's body a host reads at most, before it calls [`fetch`](Self::fetch); `default` is the app's
    /// limit. [`None`] where the host reads none of it and passes an empty body: no route handles the request, or it is a `GET`
    /// or `HEAD`, upgrades included. `path` is the path as the room sees it.
    ///
    /// A body that is larger is answered with 413 as soon as that is known, and is never buffered beyond the limit.
    pub(crate) fn body_limit(method: &Method, path: &str, default: usize) -> Option<usize> {
        Route::body_limit(R::ROUTES, method, path, default)
    }

    async fn upgrade(&self, request: Request) -> Result<FetchResult, HttpError> {
        let (parts, _) = request.into_parts();
        check_upgrade(&parts, self.host().requires_handshake())?;
        let format = negotiate(&parts, R::FORMAT)?;
        let upgrade = Upgrade::new(parts, self.name(), self.host(), format);
        let connecting = self.run_handler(self.handlers().connect(self, &upgrade)).await;
        let accept = connecting.map_err(|dropped| self.too_slow("`connect`", dropped))??;
        let format = accept.format.unwrap_or(format);

        let mut headers = HeaderMap::new();
        headers.extend(accept.headers.iter().cloned());
        if let Some(subprotocol) = subprotocol(upgrade.parts(), format) {
            headers.insert(header::SEC_WEBSOCKET_PROTOCOL, subprotocol);
        }
        let socket = self.accept(&upgrade, accept).await?;
        Ok(FetchResult::Upgrade { socket, headers })
    }

    async fn accept(&self, upgrade: &Upgrade, accept: Accept<R::Session>) -> Result<SocketId> {
        let (id, format) = (upgrade.session_id(), accept.format.unwrap_or(upgrade.format()));
        let header = Header { id, format, state: State::Open };
        let attachment = attachment::encode_in(header, &accept.data)?;
        let socket = self.host().accept(&host_tags(id, format, &accept.tags)?, &attachment)?;
        let session = self.cache(SessionState::new(socket, header, accept.data, attachment));
        // Messages wait until `open` is done.
        session.state.busy.set(true);
        self.run_session_handler(&session, "the beginning", self.handlers().open(&session)).await;
        self.drain(&session, None).await;
        Ok(socket)
    }

    /// The answer to a request whose handler was dropped.
    fn too_slow(&self, what: &str, dropped: Dropped) -> HttpError {
        self.log_error(format_args!("{what}: {dropped}"));
        StatusCode::SERVICE_UNAVAILABLE.into()
    }
}
