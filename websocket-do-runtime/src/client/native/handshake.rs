//! The opening handshake, over hyper's HTTP/1.1 client. Unlike tungstenite's it returns the body of a refusal, and accepts a server that
//! does not choose a subprotocol.

use std::{
    error::Error,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, Version, header};
use http_body_util::{BodyExt, Empty};
use hyper::{
    body::Incoming,
    client::conn::http1,
    upgrade::{self, Upgraded},
};
use hyper_util::rt::TokioIo;
use tokio::{select, sync::Notify, time::timeout};
use tungstenite::{client::IntoClientRequest, handshake::derive_accept_key};

use super::socket::Io;
use crate::{client::ClientError, connection::http::has_token};

/// The most bytes of a response's head.
const MAX_HEAD: usize = 64 * 1024;
/// The most headers of a response.
const MAX_HEADERS: usize = 128;
/// The most interim responses, such as 103 Early Hints.
const MAX_INTERIM: usize = 16;
/// The most bytes of a refusal's body.
const MAX_BODY: usize = 64 * 1024;
/// The time for the body of a refusal, whose status is known already.
const BODY_TIMEOUT: Duration = Duration::from_secs(1);
/// The bytes around the data of a chunk at least, which count toward the limit so that a body in tiny chunks ends soon.
const CHUNK_OVERHEAD: usize = 5;

/// A connection after the handshake.
pub(super) struct Handshake {
    pub(super) socket: Box<dyn Io>,
    /// The bytes received after the response.
    pub(super) read: Bytes,
    /// The subprotocol that the server chose.
    pub(super) subprotocol: Option<String>,
}

/// Performs the handshake.
pub(super) async fn upgrade(socket: Box<dyn Io>, request: Request<()>) -> Result<Handshake, ClientError> {
    let request = with_handshake_headers(request)?;
    let key = request.headers().get(header::SEC_WEBSOCKET_KEY).cloned();
    let accept = derive_accept_key(key.as_ref().map_or(&[][..], |key| key.as_bytes()));

    let (mut sender, connection) = http1::Builder::new()
        .title_case_headers(true)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEAD)
        .handshake(TokioIo::new(socket))
        .await
        .map_err(failed)?;
    let mut connection = pin!(connection.with_upgrades());
    let exchange = async {
        let response = send(&mut sender, request).await?;
        if response.status() != 101 {
            return Err(refused(response).await);
        }
        let subprotocol = check(&response, &accept)?;
        let upgraded = upgrade::on(response).await.map_err(failed)?;
        Ok((upgraded, subprotocol))
    };
    let mut exchange = pin!(exchange);
    let (upgraded, subprotocol) = select! {
        // First, so that the response is read when the connection ends with it.
        biased;
        exchanged = &mut exchange => exchanged?,
        _ = &mut connection => exchange.await?,
    };
    let parts = Upgraded::downcast::<TokioIo<Box<dyn Io>>>(upgraded);
    let parts = parts.map_err(|_| invalid("the connection was replaced"))?;
    Ok(Handshake { socket: parts.io.into_inner(), read: parts.read_buf, subprotocol })
}

/// Sends the request and returns the final response.
async fn send(
    sender: &mut http1::SendRequest<Empty<Bytes>>,
    request: Request<()>,
) -> Result<Response<Incoming>, ClientError> {
    let mut request = request.map(|()| Empty::new());
    if let Some(target) = request.uri().path_and_query().cloned() {
        *request.uri_mut() = target.into();
    }
    let (count, too_many) = (AtomicUsize::new(0), Arc::new(Notify::new()));
    let notify = too_many.clone();
    hyper::ext::on_informational(&mut request, move |_| {
        if count.fetch_add(1, Ordering::Relaxed) == MAX_INTERIM {
            notify.notify_one();
        }
    });
    select! {
        response = sender.send_request(request) => response.map_err(failed),
        () = too_many.notified() => Err(invalid("too many interim responses")),
    }
}

/// Adds the headers of the handshake to a request.
pub(in crate::client) fn with_handshake_headers(request: Request<()>) -> Result<Request<()>, ClientError> {
    let (parts, ()) = request.into_parts();
    let mut request = parts.uri.into_client_request().map_err(|error| ClientError::Url(error.to_string()))?;
    request.headers_mut().extend(parts.headers);
    Ok(request)
}

/// Checks the response to an upgrade (RFC 6455, section 4.1). Returns the subprotocol that the server chose.
fn check(response: &Response<Incoming>, accept: &str) -> Result<Option<String>, ClientError> {
    let headers = response.headers();
    let is_upgrade = has_token(headers, &header::UPGRADE, "websocket")
        && has_token(headers, &header::CONNECTION, "upgrade")
        && response.version() == Version::HTTP_11;
    if !is_upgrade {
        return Err(invalid("the response is not an upgrade to WebSocket"));
    }
    if headers.get(header::SEC_WEBSOCKET_ACCEPT).is_none_or(|value| *value != accept) {
        return Err(invalid("the response has no `Sec-WebSocket-Accept` for this request"));
    }
    if headers.contains_key(header::SEC_WEBSOCKET_EXTENSIONS) {
        return Err(invalid("the server chose an extension, and none was offered"));
    }
    let subprotocol = headers.get(header::SEC_WEBSOCKET_PROTOCOL);
    Ok(subprotocol.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()))
}

/// Reads the body of a refusal up to its limits; a body that fails is cut.
async fn refused(response: Response<Incoming>) -> ClientError {
    let (parts, mut body) = response.into_parts();
    let overhead = if parts.headers.contains_key(header::TRANSFER_ENCODING) { CHUNK_OVERHEAD } else { 0 };
    let (mut bytes, mut count) = (Vec::new(), 0);
    let read = async {
        while count < MAX_BODY
            && let Some(Ok(frame)) = body.frame().await
        {
            if let Ok(data) = frame.into_data() {
                count += data.len() + overhead;
                bytes.extend_from_slice(&data);
            }
        }
    };
    // What was read until then is returned.
    let _ = timeout(BODY_TIMEOUT, read).await;
    bytes.truncate(MAX_BODY);
    let body = String::from_utf8_lossy(&bytes).into_owned();
    ClientError::refused(parts.status.as_u16(), &parts.headers, body)
}

fn invalid(reason: &str) -> ClientError {
    ClientError::Transport(reason.to_owned())
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn failed(error: hyper::Error) -> ClientError {
    // hyper's own message leaves out its cause, such as the error of the operating system.
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    ClientError::Transport(format!("{error}{cause}"))
}
