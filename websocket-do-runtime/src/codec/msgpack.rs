//! MessagePack: values to bytes and back.

mod access;
mod error;
mod key;
mod reader;
mod scanner;
#[cfg(test)]
mod tests;
mod timestamp;

use std::io;

use serde::Serialize;
#[cfg(any(feature = "client", feature = "server"))]
use serde::de::DeserializeOwned;

use self::reader::read;
use crate::protocol::{Message, ReadError, ValidationError};

/// Writes a value: structs as maps, and types with a human-readable form in that form, as in JSON.
pub(super) fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, rmp_serde::encode::Error> {
    let mut bytes = Vec::with_capacity(256);
    write(value, &mut bytes)?;
    Ok(bytes)
}

/// Writes a value to any writer.
pub(super) fn write<T: Serialize + ?Sized>(value: &T, to: impl io::Write) -> Result<(), rmp_serde::encode::Error> {
    value.serialize(&mut rmp_serde::Serializer::new(to).with_struct_map().with_human_readable())
}

/// Reads a message, without checking its rules.
pub(super) fn decode<M: Message>(bytes: &[u8]) -> Result<M, ValidationError> {
    read(bytes, Some(M::SCHEMA.tag)).map_err(|error| syntax_error_or(bytes, error).into_message_error::<M>())
}

/// Reads any value.
#[cfg(any(feature = "client", feature = "server"))]
pub(super) fn decode_value<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ValidationError> {
    read(bytes, None).map_err(|error| syntax_error_or(bytes, error).into_validation_error())
}

/// Returns the syntax error of bytes that could not be read, or `error` if they are valid MessagePack.
#[cold]
fn syntax_error_or(bytes: &[u8], error: ReadError) -> ReadError {
    scanner::check(bytes).map_or_else(Into::into, |()| error)
}
