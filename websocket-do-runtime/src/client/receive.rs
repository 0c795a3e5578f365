//! Decoding of incoming frames: a message, an error reported by the server, or the answer to a heartbeat.

use serde_json::{Map, Value};

use super::ClientError;
use crate::{
    codec::{self, Format, Frame},
    connection::heartbeat::PONG,
    protocol::Message,
};

/// Decodes a frame. Returns `None` for the answer to a heartbeat.
pub(super) fn read<M: Message>(frame: Frame, format: Format) -> Option<Result<M, ClientError>> {
    if matches!(&frame, Frame::Text(text) if text == PONG) {
        return None;
    }
    let decoded = (frame.format() == format).then(|| codec::decode(&frame));
    Some(match decoded {
        Some(Ok(message)) => Ok(message),
        Some(Err(error)) => Err(server_error::<M>(&frame).unwrap_or(ClientError::Invalid(error))),
        // The server reports a frame of the wrong type in text, whatever the session's format.
        None => Err(server_error::<M>(&frame).unwrap_or(ClientError::UnexpectedFrame(frame))),
    })
}

/// Reads an error reported by the server: `{"error":…,"code":…,"path":…}`, without the protocol's tag.
#[cold]
fn server_error<M: Message>(frame: &Frame) -> Option<ClientError> {
    let object: Map<String, Value> = codec::decode_as::<M, _>(frame).ok()?;
    let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
    let message = text("error").filter(|_| !object.contains_key(M::SCHEMA.tag))?;
    Some(ClientError::Server { message, code: text("code"), path: text("path") })
}
