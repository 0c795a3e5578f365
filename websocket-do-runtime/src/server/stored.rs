//! How session data and stored values are written: MessagePack that reads back as what was written. Knows nothing of hosts.
//!
//! Both directions claim a human-readable format. serde buffers the content of internally tagged, untagged and flattened types,
//! and these buffers always claim one, so a type such as [`std::net::IpAddr`], which is written in another form to a compact
//! format, would not be read again inside them.

mod nested_option;

use serde::{Serialize, de::DeserializeOwned};

/// The layout of the data that is written.
pub(crate) const VERSION: u8 = 2;

/// The layout before [`VERSION`], which claimed a compact format.
pub(crate) const COMPACT: u8 = 1;

/// Appends `value` to `bytes`, and reads it back as `T`.
///
/// # Errors
/// Why the value cannot be written or would not be read again: `Some(None)`, a `u128` inside a tagged enum, an `impl Serialize`
/// that does not fit its `impl Deserialize`.
pub(crate) fn write<T: Serialize + DeserializeOwned>(value: &T, bytes: &mut Vec<u8>) -> Result<(), String> {
    let start = bytes.len();
    write_unchecked(value, bytes)?;
    read_back::<T>(bytes.get(start..).unwrap_or_default())
}

/// Whether what was written reads back as `T`.
///
/// # Errors
/// Why it does not.
pub(crate) fn read_back<T: DeserializeOwned>(bytes: &[u8]) -> Result<(), String> {
    read::<T>(VERSION, bytes).map(drop).map_err(|error| format!("it could not be read again: {error}"))
}

/// Appends `value` to `bytes`.
///
/// # Errors
/// Why the value cannot be written.
pub(crate) fn write_unchecked<T: Serialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) -> Result<(), String> {
    nested_option::check(value)?;
    let mut serializer = rmp_serde::Serializer::new(bytes).with_struct_map().with_human_readable();
    value.serialize(&mut serializer).map_err(|error| error.to_string())
}

/// Reads a value that was written in a layout.
///
/// # Errors
/// Why it cannot be read as `T`; an unknown layout.
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
