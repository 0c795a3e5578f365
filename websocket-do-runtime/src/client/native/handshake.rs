//! The opening handshake. Unlike tungstenite's own it reads the whole body of a refusal, and takes a server that knows
//! nothing of subprotocols.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Request, header};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::timeout,
};
use tokio_tungstenite::tungstenite::{
    Error,
    client::IntoClientRequest,
    handshake::{client::generate_request, derive_accept_key},
};

use crate::client::ClientError;

/// The most bytes of an answer's head, those of the answers before it included.
const HEAD: usize = 64 * 1024;
/// The most headers of an answer.
const HEADERS: usize = 128;
/// The most answers before the last, such as 103 Early Hints.
const INTERIM: usize = 16;
/// The most bytes of a refusal's body.
const BODY: usize = 64 * 1024;
/// How long the body of a refusal is waited for: its status is known already.
const BODY_TIME: Duration = Duration::from_secs(1);

/// What an answer is, without its body.
struct Head {
    status: u16,
    is_http_1_1: bool,
    headers: HeaderMap,
}

/// Asks for the upgrade. Returns the subprotocol that the server chose, and what it sent after its answer.
pub(super) async fn upgrade<S>(socket: &mut S, request: Request<()>) -> Result<(Option<String>, Vec<u8>), ClientError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (bytes, key) = generate_request(whole(request)?).map_err(unusable)?;
    socket.write_all(&bytes).await.map_err(lost)?;
    socket.flush().await.map_err(lost)?;
    let (Head { status, is_http_1_1, headers }, mut rest) = head(socket).await?;
    if status != 101 {
        if !matches!(status, 204 | 304) {
            let _ = timeout(BODY_TIME, body(socket, &headers, &mut rest)).await;
        }
        return Err(ClientError::refused(status, &headers, text(&headers, &rest)));
    }
    let is_upgrade = has_token(&headers, &header::UPGRADE, "websocket")
        && has_token(&headers, &header::CONNECTION, "upgrade")
        && is_http_1_1;
    if !is_upgrade {
        return Err(not_websocket("the answer is no upgrade to WebSocket"));
    }
    if headers.get(header::SEC_WEBSOCKET_ACCEPT).is_none_or(|value| *value != derive_accept_key(key.as_bytes())) {
        return Err(not_websocket("the answer does not belong to the request"));
    }
    if headers.contains_key(header::SEC_WEBSOCKET_EXTENSIONS) {
        return Err(not_websocket("the server chose an extension, and none was offered"));
    }
    let chosen =
        headers.get(header::SEC_WEBSOCKET_PROTOCOL).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    Ok((chosen, rest))
}

/// Adds to a request what makes the handshake.
pub(in crate::client) fn whole(request: Request<()>) -> Result<Request<()>, ClientError> {
    let (parts, ()) = request.into_parts();
    let mut request = parts.uri.into_client_request().map_err(unusable)?;
    request.headers_mut().extend(parts.headers);
    Ok(request)
}

/// Reads the head of the answer, and what happened to come with it. Answers before it (1xx but 101) are skipped.
async fn head<S: AsyncRead + Unpin>(socket: &mut S) -> Result<(Head, Vec<u8>), ClientError> {
    let (mut bytes, mut total, mut interim) = (Vec::with_capacity(1024), 0, 0);
    loop {
        while let Some((length, head)) = parse(&bytes)? {
            bytes.drain(..length.min(bytes.len()));
            if !matches!(head.status, 100 | 102..=199) {
                return Ok((head, bytes));
            }
            interim += 1;
            if interim > INTERIM {
                return Err(not_websocket("there are too many answers before the last"));
            }
        }
        if total >= HEAD {
            return Err(not_websocket("the head of the answer is too long"));
        }
        match socket.read_buf(&mut bytes).await.map_err(lost)? {
            0 => return Err(not_websocket("the server hung up instead of answering")),
            count => total += count,
        }
    }
}

/// The head with which the bytes begin, and its length; none if it is not whole.
fn parse(bytes: &[u8]) -> Result<Option<(usize, Head)>, ClientError> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(length) =
        response.parse(bytes).map_err(|error| not_websocket(&format!("the answer is not HTTP: {error}")))?
    else {
        return Ok(None);
    };
    let headers = response.headers.iter().filter_map(|header| {
        Some((HeaderName::from_bytes(header.name.as_bytes()).ok()?, HeaderValue::from_bytes(header.value).ok()?))
    });
    let mut map = HeaderMap::new();
    headers.for_each(|(name, value)| {
        map.append(name, value);
    });
    let head =
        Head { status: response.code.unwrap_or_default(), is_http_1_1: response.version == Some(1), headers: map };
    Ok(Some((length, head)))
}

/// Reads the body of a refusal, as far as it comes: the status says more than a connection that breaks here.
async fn body<S: AsyncRead + Unpin>(socket: &mut S, headers: &HeaderMap, bytes: &mut Vec<u8>) {
    let wanted = length(headers);
    while bytes.len() < wanted && !(is_chunked(headers) && bytes.ends_with(b"0\r\n\r\n")) {
        if !matches!(socket.read_buf(bytes).await, Ok(1..)) {
            break;
        }
    }
}

/// The most bytes of a body that are of interest.
fn length(headers: &HeaderMap) -> usize {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    length.filter(|_| !is_chunked(headers)).unwrap_or(BODY).min(BODY)
}

fn is_chunked(headers: &HeaderMap) -> bool {
    has_token(headers, &header::TRANSFER_ENCODING, "chunked")
}

/// The text of a body.
fn text(headers: &HeaderMap, bytes: &[u8]) -> String {
    let bytes = bytes.get(..length(headers)).unwrap_or(bytes);
    if is_chunked(headers) {
        String::from_utf8_lossy(&unchunked(bytes)).into_owned()
    } else {
        String::from_utf8_lossy(bytes).into_owned()
    }
}

/// The data of a body in chunks, as far as it is whole.
fn unchunked(mut bytes: &[u8]) -> Vec<u8> {
    let mut data = Vec::with_capacity(bytes.len());
    while let Some(end) = bytes.windows(2).position(|pair| pair == b"\r\n") {
        let Some((line, rest)) = bytes.split_at_checked(end) else { break };
        let digits = line.split(|byte| *byte == b';').next().unwrap_or_default();
        let size = std::str::from_utf8(digits).ok().and_then(|digits| usize::from_str_radix(digits.trim(), 16).ok());
        let Some(size @ 1..) = size else { break };
        let rest = rest.get(2..).unwrap_or_default();
        data.extend_from_slice(rest.get(..size).unwrap_or(rest));
        bytes = size.checked_add(2).and_then(|next| rest.get(next..)).unwrap_or_default();
    }
    data
}

fn has_token(headers: &HeaderMap, name: &header::HeaderName, token: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|value| value.trim().eq_ignore_ascii_case(token))
}

#[allow(clippy::needless_pass_by_value)] // as `map_err` has it
fn unusable(error: Error) -> ClientError {
    ClientError::Url(error.to_string())
}

fn not_websocket(reason: &str) -> ClientError {
    ClientError::Transport(reason.to_owned())
}

#[allow(clippy::needless_pass_by_value)] // as `map_err` has it
fn lost(error: std::io::Error) -> ClientError {
    ClientError::Transport(error.to_string())
}
