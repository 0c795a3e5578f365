//! A room on a server: its address, and HTTP requests to it.

use std::fmt::Display;

use http::header;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::{Request, Response};

/// The address of a room, as `http://127.0.0.1:8787/room/lobby`.
pub(super) struct Remote(String);

impl Remote {
    pub(super) fn new(url: &str) -> Self {
        Self(url.trim_end_matches('/').to_owned())
    }

    pub(super) fn address(&self) -> &str {
        &self.0
    }

    /// Returns the address for WebSocket connections.
    pub(super) fn websocket(&self) -> String {
        let url = self.0.strip_prefix("http").map_or_else(|| self.0.clone(), |rest| format!("ws{rest}"));
        format!("{url}/websocket")
    }

    /// Sends a request whose path is relative to the room's address.
    pub(super) async fn request(&self, request: Request) -> Response {
        let failed = |error: &dyn Display| -> Response { panic!("{}: {error}", self.0) };
        let Some(rest) = self.0.strip_prefix("http://") else { return failed(&"not an `http://` address") };
        let (authority, base) = rest.split_once('/').unwrap_or((rest, ""));
        let stream = match TcpStream::connect(authority).await {
            Ok(stream) => stream,
            Err(error) => return failed(&error),
        };
        let (mut parts, body) = request.into_parts();
        let slash = if base.is_empty() { "" } else { "/" };
        let path = format!("{slash}{base}{}", parts.uri);
        parts.uri = path.parse().unwrap_or_else(|error| panic!("{path}: {error}"));
        let host = authority.parse().unwrap_or_else(|error| panic!("{authority}: {error}"));
        parts.headers.insert(header::HOST, host);
        let exchange = async {
            let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
            let connection = tokio::spawn(connection);
            let response = sender.send_request(http::Request::from_parts(parts, Full::new(body))).await?;
            let (parts, body) = response.into_parts();
            let body = body.collect().await?.to_bytes();
            connection.abort();
            Ok::<_, hyper::Error>(Response::from_parts(parts, body))
        };
        exchange.await.unwrap_or_else(|error| failed(&error))
    }
}
