//! The opening handshake. Unlike tungstenite's own it reads the whole body of a refusal, and takes a server that knows
//! nothing of subprotocols.

use http::{HeaderMap, Request, StatusCode, header};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_tungstenite::tungstenite::{
    Error,
    client::IntoClientRequest,
    handshake::{
        client::{Response, generate_request},
        derive_accept_key,
        machine::TryParse,
    },
};

use crate::client::{ClientError, retry::retry_after};

/// The most bytes of an answer's head.
const HEAD: usize = 64 * 1024;
/// The most bytes of a refusal's body.
const BODY: usize = 64 * 1024;

/// Asks for the upgrade. Returns the subprotocol that the server chose, and what it sent after its answer.
pub(super) async fn upgrade<S>(socket: &mut S, request: Request<()>) -> Result<(Option<String>, Vec<u8>), ClientError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (bytes, key) = generate_request(whole(request)?).map_err(unusable)?;
    socket.write_all(&bytes).await.map_err(lost)?;
    socket.flush().await.map_err(lost)?;
    let (response, rest) = head(socket).await?;
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        let body = body(socket, response.headers(), rest).await;
        let retry_after = retry_after(response.headers());
        return Err(ClientError::Refused { status: response.status().as_u16(), body, retry_after });
    }
    let headers = response.headers();
    if !has_token(headers, &header::UPGRADE, "websocket") || !has_token(headers, &header::CONNECTION, "upgrade") {
        return Err(not_websocket("the answer is no upgrade to WebSocket"));
    }
    if headers.get(header::SEC_WEBSOCKET_ACCEPT).is_none_or(|value| *value != derive_accept_key(key.as_bytes())) {
        return Err(not_websocket("the answer does not belong to the request"));
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

/// Reads the head of the answer, and what happened to come with it.
async fn head<S: AsyncRead + Unpin>(socket: &mut S) -> Result<(Response, Vec<u8>), ClientError> {
    let mut bytes = Vec::with_capacity(1024);
    loop {
        if socket.read_buf(&mut bytes).await.map_err(lost)? == 0 {
            return Err(not_websocket("the server hung up instead of answering"));
        }
        match Response::try_parse(&bytes) {
            Ok(Some((length, response))) => {
                bytes.drain(..length.min(bytes.len()));
                return Ok((response, bytes));
            }
            Ok(None) if bytes.len() < HEAD => {}
            Ok(None) => return Err(not_websocket("the head of the answer is too long")),
            Err(error) => return Err(not_websocket(&error.to_string())),
        }
    }
}

/// Reads the body of a refusal, as far as it comes: the status says more than a connection that breaks here.
async fn body<S: AsyncRead + Unpin>(socket: &mut S, headers: &HeaderMap, mut bytes: Vec<u8>) -> String {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let chunked = has_token(headers, &header::TRANSFER_ENCODING, "chunked");
    let wanted = if chunked { BODY } else { length.unwrap_or(BODY).min(BODY) };
    while bytes.len() < wanted && !(chunked && bytes.ends_with(b"0\r\n\r\n")) {
        if !matches!(socket.read_buf(&mut bytes).await, Ok(1..)) {
            break;
        }
    }
    bytes.truncate(wanted);
    let bytes = if chunked { unchunked(&bytes) } else { bytes };
    String::from_utf8_lossy(&bytes).into_owned()
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
