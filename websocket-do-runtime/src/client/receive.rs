//! Decoding of incoming frames: a message, an error reported by the server, or the answer to a heartbeat.

use serde_json::{Map, Value};

use super::ClientError;
use crate::{
    codec::{self, Format, Frame},
    connection::heartbeat::PONG,
    protocol::{ClientMessage, Message, call::answer_head},
};

/// Decodes a frame. Returns `None` for the answer to a heartbeat, and for the answer to a call that nothing waits for any more.
pub(super) fn read<M: ClientMessage>(frame: Frame, format: Format) -> Option<Result<M::Server, ClientError>> {
    if matches!(&frame, Frame::Text(text) if text == PONG) {
        return None;
    }
    let decoded = (frame.format() == format).then(|| codec::decode(&frame));
    match decoded {
        Some(Ok(message)) => return Some(Ok(message)),
        Some(Err(_)) if M::SCHEMA.call_id.is_some() && answer_head::<M>(&frame).is_some() => return None,
        _ => {}
    }
    // The server reports a frame of the wrong type in text, whatever the session's format.
    Some(Err(match (server_error::<M::Server>(&frame), decoded) {
        (Some(error), _) => error,
        (None, Some(Err(error))) => ClientError::Invalid(error),
        (None, _) => ClientError::UnexpectedFrame(frame),
    }))
}

/// Reads an error reported by the server: `{"error":…,"code":…,"path":…}`, without the protocol's tag.
#[cold]
fn server_error<M: Message>(frame: &Frame) -> Option<ClientError> {
    let object: Map<String, Value> = codec::decode_as::<M, _>(frame).ok()?;
    let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
    let message = text("error").filter(|_| !object.contains_key(M::SCHEMA.tag))?;
    Some(ClientError::Server { message, code: text("code"), path: text("path") })
}
