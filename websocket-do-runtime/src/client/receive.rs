//! What a frame of the server means: a message, an error of the protocol, or the answer to a heartbeat.

use serde_json::{Map, Value};

use super::ClientError;
use crate::{
    codec::{self, Format, Frame},
    connection::heartbeat::PONG,
    protocol::Message,
};

/// Reads a frame; none for one that is no business of the application.
pub(super) fn read<M: Message>(frame: Frame, format: Format) -> Option<Result<M, ClientError>> {
    if matches!(&frame, Frame::Text(text) if text == PONG) {
        return None;
    }
    let decoded = (frame.format() == format).then(|| codec::decode(&frame));
    Some(match decoded {
        Some(Ok(message)) => Ok(message),
        Some(Err(rejection)) => Err(reported::<M>(&frame).unwrap_or(ClientError::Invalid(rejection))),
        // The server says so in text when it was sent the other kind.
        None => Err(reported::<M>(&frame).unwrap_or(ClientError::UnexpectedFrame(frame))),
    })
}

/// A frame that is no message may be an error that the server reports: `{"error":…,"code":…,"path":…}`, without the tag.
#[cold]
fn reported<M: Message>(frame: &Frame) -> Option<ClientError> {
    let object: Map<String, Value> = codec::decode_as::<M, _>(frame).ok()?;
    let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
    let message = text("error").filter(|_| !object.contains_key(M::SCHEMA.tag))?;
    Some(ClientError::Server { message, code: text("code"), path: text("path") })
}
