//! Dispatch of a room's HTTP requests: the upgrade at `/websocket`, and the user's routes.

use http::{HeaderMap, Method, StatusCode, header};

use crate::{
    Accept, Handler, HttpError, Request, Response, Result, Room, Upgrade, WebSocketDo,
    host::SocketId,
    server::{
        attachment::{self, Header, State},
        dispatch::Dropped,
        http::{Internal, IntoResponse, Parameters, Route, response_to},
        session::SessionState,
        tags::host_tags,
        upgrade::{check_upgrade, negotiate, subprotocol},
    },
};

/// The path of upgrades.
const WEBSOCKET: &str = "/websocket";

/// The result of a request to a room.
#[derive(Debug)]
pub enum FetchResult {
    /// An ordinary response.
    Response(Response),
    /// An accepted upgrade, with status 101.
    Upgrade {
        /// The accepted socket.
        socket: SocketId,
        /// The headers of the 101 response, including the subprotocol.
        headers: HeaderMap,
    },
}

impl<R: WebSocketDo> Room<R> {
    /// Handles a request, and returns the response or the accepted socket.
    pub(crate) async fn fetch(&self, request: Request) -> FetchResult {
        if request.uri().path() == WEBSOCKET && request.method() == Method::GET {
            return self.upgrade(request).await.unwrap_or_else(|error| FetchResult::Response(error.into_response()));
        }
        let method = request.method().clone();
        FetchResult::Response(response_to(&method, self.route(request).await))
    }

    /// Runs the handler of the route that matches a request, or returns 404.
    async fn route(&self, request: Request) -> Response {
        let found = Self::find_route(request.method(), request.uri().path(), Internal::marks(&request));
        let Some((route, parameters)) = found else { return StatusCode::NOT_FOUND.into_response() };
        let name = Handler::route(route);
        let handler = async { self.handlers().http(self, route, parameters, request).await };
        let response = self.run_handler(name, handler).await;
        response.unwrap_or_else(|dropped| self.timeout_error(name, dropped).into_response())
    }

    /// Returns the route that handles a request, or else the fallback.
    fn find_route(method: &Method, path: &str, is_internal: bool) -> Option<(&'static Route, Parameters)> {
        let fallback = || R::FALLBACK.first().map(|fallback| (fallback, Parameters::default()));
        Route::find(R::ROUTES, method, path, is_internal).or_else(fallback)
    }

    /// Returns the maximum size of a request's body, in bytes. The host reads the body before it calls [`fetch`](Self::fetch).
    /// `default` is the app's limit, `path` is the path within the room, and `is_internal` tells a request with the mark [`Internal`].
    ///
    /// Returns [`None`] if no route handles the request, or if it is a `GET` or `HEAD` request, including upgrades. The host then
    /// passes an empty body. The response to a larger body is 413; the host never buffers more than the limit.
    pub(crate) fn body_limit(method: &Method, path: &str, default: usize, is_internal: bool) -> Option<usize> {
        Self::find_route(method, path, is_internal)?.0.body_limit(method, default)
    }

    /// Runs the `connect` handler, and accepts the socket if it returns [`Accept`].
    async fn upgrade(&self, request: Request) -> Result<FetchResult, HttpError> {
        let (parts, _) = request.into_parts();
        check_upgrade(&parts, self.host().requires_handshake())?;
        let format = negotiate(&parts, R::FORMAT)?;
        let upgrade = Upgrade::new(parts, self.name(), self.host(), format);
        let name = Handler::attribute("connect");
        let connected = self.run_handler(name, async { self.handlers().connect(self, &upgrade).await }).await;
        let accept = connected.map_err(|dropped| self.timeout_error(name, dropped))??;
        let format = accept.format.unwrap_or(format);

        let mut headers = HeaderMap::new();
        headers.extend(accept.headers.iter().cloned());
        if let Some(subprotocol) = subprotocol(upgrade.parts(), format) {
            headers.insert(header::SEC_WEBSOCKET_PROTOCOL, subprotocol);
        }
        let socket = self.accept(&upgrade, accept).await?;
        Ok(FetchResult::Upgrade { socket, headers })
    }

    /// Accepts a socket, and runs the `open` handler of its session.
    async fn accept(&self, upgrade: &Upgrade, accept: Accept<R::Session>) -> Result<SocketId> {
        let (id, format) = (upgrade.session_id(), accept.format.unwrap_or(upgrade.format()));
        let header = Header { id, format, state: State::Open };
        let attachment = attachment::encode_in(header, &accept.data)?;
        let socket = self.host().accept(&host_tags(id, format, &accept.tags)?, &attachment)?;
        let session = self.cache(SessionState::new(socket, header, accept.data, attachment));
        // Messages are queued until `open` has returned.
        session.state.busy.set(true);
        self.run_session_handler(&session, Handler::attribute("open"), self.handlers().open(&session)).await;
        self.drain(&session, None).await;
        Ok(socket)
    }

    /// Logs that the handler of a request was dropped, and returns 503.
    fn timeout_error(&self, name: Handler, dropped: Dropped) -> HttpError {
        self.log_error(format_args!("{name}: {dropped}"));
        StatusCode::SERVICE_UNAVAILABLE.into()
    }
}
