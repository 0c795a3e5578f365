//! The encoding of session data and stored values: MessagePack that deserializes to the value that was serialized. Independent
//! of hosts.
//!
//! The serializer and the deserializer report a human-readable format. serde buffers the content of internally tagged, untagged
//! and flattened types, and its buffers always report a human-readable format. A type with a separate compact form, such as
//! [`std::net::IpAddr`], could otherwise not be read inside them.

mod nested_option;

use serde::{Serialize, de::DeserializeOwned};

/// The layout of data that is written now.
pub(crate) const VERSION: u8 = 2;

/// The layout before [`VERSION`], which reported a compact format.
pub(crate) const COMPACT: u8 = 1;

/// Appends `value` to `bytes`, and checks that it can be read again as `T`.
///
/// # Errors
/// Returns the reason if the value cannot be serialized, or not deserialized afterwards: `Some(None)`, a `u128` inside an
/// internally tagged enum, an `impl Serialize` that does not match its `impl Deserialize`.
pub(crate) fn write<T: Serialize + DeserializeOwned>(value: &T, bytes: &mut Vec<u8>) -> Result<(), String> {
    let start = bytes.len();
    write_unchecked(value, bytes)?;
    read_back::<T>(bytes.get(start..).unwrap_or_default())
}

/// Checks that `bytes` can be read as `T`.
///
/// # Errors
/// Returns the reason if they cannot.
pub(crate) fn read_back<T: DeserializeOwned>(bytes: &[u8]) -> Result<(), String> {
    read::<T>(VERSION, bytes).map(drop).map_err(|error| format!("it could not be read again: {error}"))
}

/// Appends `value` to `bytes`.
///
/// # Errors
/// Returns the reason if the value cannot be serialized.
pub(crate) fn write_unchecked<T: Serialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) -> Result<(), String> {
    nested_option::check(value)?;
    let mut serializer = rmp_serde::Serializer::new(bytes).with_struct_map().with_human_readable();
    value.serialize(&mut serializer).map_err(|error| error.to_string())
}

/// Reads a value in the layout `version`.
///
/// # Errors
/// Returns the reason if the value cannot be read as `T`, or if the layout is unknown.
pub(crate) fn read<T: DeserializeOwned>(version: u8, bytes: &[u8]) -> Result<T, String> {
    match version {
        VERSION => {
            let mut deserializer = rmp_serde::Deserializer::from_read_ref(bytes).with_human_readable();
            T::deserialize(&mut deserializer).map_err(|error| error.to_string())
        }
        COMPACT => rmp_serde::from_slice(bytes).map_err(|error| error.to_string()),
        other => Err(format!("unknown layout {other}")),
    }
}

#[cfg(test)]
mod tests;
