//! MessagePack: values to bytes and back.

mod key;
mod read;
mod scan;
#[cfg(test)]
mod tests;
mod time;
mod within;

use std::io;

use serde::Serialize;
#[cfg(feature = "client")]
use serde::de::DeserializeOwned;

use self::read::read;
use crate::protocol::{Message, ReadError, ValidationError};

/// Writes a value: objects as maps, and anything that has a readable form in that form, as in JSON.
pub(super) fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, rmp_serde::encode::Error> {
    let mut bytes = Vec::with_capacity(256);
    write(value, &mut bytes)?;
    Ok(bytes)
}

/// The same to any writer.
pub(super) fn write<T: Serialize + ?Sized>(value: &T, to: impl io::Write) -> Result<(), rmp_serde::encode::Error> {
    value.serialize(&mut rmp_serde::Serializer::new(to).with_struct_map().with_human_readable())
}

/// Reads a message, without checking its rules.
pub(super) fn decode<M: Message>(bytes: &[u8]) -> Result<M, ValidationError> {
    read(bytes, Some(M::SCHEMA.tag)).map_err(|error| why(bytes, error).into_message_error::<M>())
}

/// Reads any value.
#[cfg(feature = "client")]
pub(super) fn decode_value<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ValidationError> {
    read(bytes, None).map_err(|error| why(bytes, error).into_validation_error())
}

/// What is wrong with bytes that were not read: they are not MessagePack, or else what their reader says.
#[cold]
fn why(bytes: &[u8], error: ReadError) -> ReadError {
    scan::check(bytes).map_or_else(Into::into, |()| error)
}
