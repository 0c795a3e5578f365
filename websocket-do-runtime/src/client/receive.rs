//! What a frame of the server means: a message, an error of the protocol, or the answer to a heartbeat.

use serde_json::{Map, Value};

use super::ClientError;
use crate::{
    codec::{self, Frame},
    protocol::{Message, Rejection},
};

/// The answer to `wsdo:ping`.
const PONG: &str = "wsdo:pong";

/// Reads a frame; none for one that is no business of the application.
pub(super) fn read<M: Message>(frame: &Frame) -> Option<Result<M, ClientError>> {
    if matches!(frame, Frame::Text(text) if text == PONG) {
        return None;
    }
    Some(codec::decode(frame).map_err(|rejection| explain::<M>(frame, rejection)))
}

/// A frame that is no message may be an error that the server reports: `{"error":…,"code":…,"path":…}`, without the tag.
#[cold]
fn explain<M: Message>(frame: &Frame, rejection: Rejection) -> ClientError {
    let Ok(object) = codec::decode_as::<M, Map<String, Value>>(frame) else { return ClientError::Rejected(rejection) };
    let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
    match text("error") {
        Some(message) if !object.contains_key(M::SCHEMA.tag) => {
            ClientError::Server { message, code: text("code"), path: text("path") }
        }
        _ => ClientError::Rejected(rejection),
    }
}
