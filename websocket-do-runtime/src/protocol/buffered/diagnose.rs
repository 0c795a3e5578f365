//! Decodes a buffered message and reports the path of the first error. Used for a custom [`TextCodec`](super::super::TextCodec)
//! whose own errors have no path.

use serde::de::DeserializeOwned;

use super::{
    super::{Message, ReadError, ValidationError, read_error::shorten},
    Buffered,
    deserializer::{BufferedDeserializer, ErrorPath},
};

/// Decodes a message from a buffered frame.
///
/// Accepts `3.0` for an integer, whatever the text codec does.
///
/// # Errors
/// Returns the first error, with its path.
pub(in super::super) fn decode_buffered<M: Message>(buffered: Buffered) -> Result<M, ValidationError> {
    // With the tag first, no field is buffered a second time, which would lose its path.
    let buffered = buffered.with_first(M::SCHEMA.tag);
    decode(buffered).map_err(ReadError::into_message_error::<M>)
}

fn decode<T: DeserializeOwned>(buffered: Buffered) -> Result<T, ReadError> {
    T::deserialize(BufferedDeserializer::<ReadError, RecordPath>::new(buffered))
}

/// Adds each field and index to the path of an error.
struct RecordPath;

impl ErrorPath<ReadError> for RecordPath {
    fn in_field(error: ReadError, key: &str) -> ReadError {
        error.within(key)
    }

    fn in_item(error: ReadError, index: usize) -> ReadError {
        error.at(index)
    }

    fn key_text(key: &Buffered) -> String {
        match key {
            Buffered::Bool(key) => key.to_string(),
            Buffered::I64(key) => key.to_string(),
            Buffered::U64(key) => key.to_string(),
            Buffered::F64(key) => key.to_string(),
            Buffered::Str(key) => shorten(key),
            _ => "?".to_owned(),
        }
    }
}
