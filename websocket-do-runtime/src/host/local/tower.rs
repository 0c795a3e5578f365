//! An app as a `tower` service, for another HTTP server of this process.

use std::{
    convert::Infallible,
    error::Error,
    fmt,
    future::Future,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use http::StatusCode;
use http_body_util::Full;
use hyper::body::Body;

use super::{Server, http::HttpResponse, running::Running};
use crate::{App, server::http::IntoResponse};

/// An [`App`] as a [`tower` service](tower_service::Service) of HTTP requests, to mount rooms in an axum or hyper server.
///
/// It answers every request, with 404 where the app has no page and no room, and upgrades connections to WebSocket connections. The paths of
/// the app are those that the router around it has left: below `nest_service("/rooms", …)`, the prefix `/{room}` is reached at
/// `/rooms/{room}`.
///
/// Clones share the rooms. Once the last one is dropped, all connections are closed at once; [`stop`](Self::stop) shuts down
/// gracefully.
///
/// # Limits
///
/// The limits of [`Server`] for bodies, sessions, rooms and stopping apply. Those for the head of a request, for idle
/// connections between requests, and for slow readers of a response are the surrounding server's.
///
/// ```
/// use tower_service::Service;
/// # use websocket_do_runtime::App;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let mut service = App::new().page("/", "<!doctype html>Hello").into_service()?;
/// let request = http::Request::new(http_body_util::Empty::<bytes::Bytes>::new());
/// let response = service.call(request).await.unwrap();
/// assert_eq!(response.status(), 200);
/// service.stop().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct AppService {
    running: Arc<Running>,
}

impl fmt::Debug for AppService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppService").finish_non_exhaustive()
    }
}

impl App {
    /// Starts the rooms of this app without a listener, and returns a service for another HTTP server of this process. The
    /// settings are the defaults of [`Server`]; [`Server::into_service`] takes others.
    ///
    /// # Errors
    /// Returns the errors of [`Server::into_service`].
    pub fn into_service(self) -> io::Result<AppService> {
        Server::new(self).into_service()
    }
}

impl Server {
    /// Starts the rooms without a listener, and returns a service for another HTTP server of this process. The
    /// [address](Self::address) is not used.
    ///
    /// # Errors
    /// Returns an error outside a tokio runtime, and the errors of [`start`](Self::start) apart from those of the address.
    pub fn into_service(self) -> io::Result<AppService> {
        Ok(AppService { running: Arc::new(Running::start(self)?) })
    }
}

impl AppService {
    /// Stops the rooms, as [`ServerHandle::stop`](super::ServerHandle::stop) does. Requests that arrive later are answered with 503.
    ///
    /// Call it after the surrounding server has stopped accepting connections. A graceful shutdown of hyper or axum waits for
    /// responses and not for sessions, which only this call closes.
    pub async fn stop(&self) {
        self.running.stop().await;
    }
}

impl<B> tower_service::Service<http::Request<B>> for AppService
where
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    type Response = http::Response<Full<bytes::Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let shared = self.running.shared.clone();
        // `stop` waits for the response.
        let tracked = shared.connections.token();
        Box::pin(async move {
            let _tracked = tracked;
            let response = if shared.stopping.is_cancelled() {
                None
            } else {
                shared.stop.run_until_cancelled(shared.answer(request)).await
            };
            Ok(response.unwrap_or_else(unavailable))
        })
    }
}

/// The response of a server that has stopped.
fn unavailable() -> HttpResponse {
    StatusCode::SERVICE_UNAVAILABLE.into_response().map(Full::new)
}
