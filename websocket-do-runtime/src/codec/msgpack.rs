//! MessagePack: values to bytes and back.

mod read;
mod scan;
#[cfg(test)]
mod tests;

use std::io;

use serde::Serialize;
#[cfg(feature = "client")]
use serde::de::DeserializeOwned;

use self::read::read;
use crate::protocol::{Message, Rejection, RejectionCode, decode::reread};

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
pub(super) fn decode<M: Message>(bytes: &[u8]) -> Result<M, Rejection> {
    read(bytes).or_else(|_| second_look(bytes))
}

/// Reads any value, with no more than a syntax error to say.
#[cfg(feature = "client")]
pub(super) fn decode_value<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Rejection> {
    read(bytes).map_err(malformed)
}

fn malformed(reason: impl std::fmt::Display) -> Rejection {
    Rejection::new(RejectionCode::Malformed, format!("not MessagePack: {reason}"))
}

/// The second look at what was not read at once, to explain it.
#[cold]
fn second_look<M: Message>(bytes: &[u8]) -> Result<M, Rejection> {
    scan::check(bytes).map_err(malformed)?;
    reread(read(bytes).map_err(malformed)?)
}
