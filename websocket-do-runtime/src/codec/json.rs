//! JSON: text to messages and back.

use serde::{Serialize, de::DeserializeOwned};

use super::{Format, numbers};
use crate::protocol::{Message, Rejection, RejectionCode, decode::reread};

/// Writes a value as `JSON.stringify` would: no spaces, integral floats without a fraction.
pub(super) fn encode<T: Serialize>(value: &T) -> Result<String, Rejection> {
    let mut text = Vec::with_capacity(128);
    numbers::serialize(value, &mut serde_json::Serializer::new(&mut text), Format::Json)?;
    String::from_utf8(text)
        .map_err(|error| Rejection::new(RejectionCode::Invalid, format!("cannot be written: {error}")))
}

/// Reads a message, without checking its rules.
pub(super) fn decode<M: Message>(text: &str) -> Result<M, Rejection> {
    serde_json::from_str(text).or_else(|_| second_look(text))
}

/// Reads any value, with no more than a syntax error to say.
pub(crate) fn decode_value<T: DeserializeOwned>(text: &str) -> Result<T, Rejection> {
    serde_json::from_str(text).map_err(|error| Rejection::new(RejectionCode::Malformed, format!("not JSON: {error}")))
}

/// The second look at what was not read at once: a number may be written as JavaScript might, anything else is explained.
#[cold]
fn second_look<M: Message>(text: &str) -> Result<M, Rejection> {
    reread(decode_value(text)?)
}
