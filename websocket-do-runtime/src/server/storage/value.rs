//! The encoding of stored values, and the keys that the framework reserves.

use serde::de::DeserializeOwned;

use super::{MAX_KEY, Storable, StorageError};
use crate::server::stored;

/// The prefix of reserved keys.
pub(crate) const RESERVED_PREFIX: &str = "__websocket_do:";

/// The key of the room's timers.
pub(crate) const TIMERS_KEY: &str = "__websocket_do:timers";

/// The key of the record of closing sessions, on workerd.
#[cfg(target_arch = "wasm32")]
pub(crate) const CLOSING_KEY: &str = "__websocket_do:closing";

/// The first byte of a value whose layout is not [`stored::COMPACT`]. The layout follows. No MessagePack value begins with it.
const LAYOUT: u8 = 0xc1;

/// Checks that a key may be written or deleted.
///
/// # Errors
/// Returns [`StorageError::EmptyKey`], [`StorageError::KeyTooLong`] or [`StorageError::ReservedKey`] if it may not.
pub(crate) fn check_key(key: &str) -> Result<(), StorageError> {
    if key.is_empty() {
        return Err(StorageError::EmptyKey);
    }
    if key.len() > MAX_KEY {
        return Err(StorageError::KeyTooLong { size: key.len() });
    }
    if key.starts_with(RESERVED_PREFIX) {
        return Err(StorageError::ReservedKey);
    }
    Ok(())
}

/// Serializes a value. `key` is for the error.
///
/// # Errors
/// Returns [`StorageError::Encode`] if the value cannot be serialized, or not deserialized afterwards.
pub(crate) fn encode<T: Storable + ?Sized>(key: &str, value: &T) -> Result<Vec<u8>, StorageError> {
    let mut bytes = Vec::with_capacity(128);
    bytes.extend([LAYOUT, stored::VERSION]);
    value.write(&mut bytes).map_err(|reason| StorageError::Encode { key: key.to_owned(), reason })?;
    Ok(bytes)
}

/// Deserializes a value. `key` is for the error.
///
/// # Errors
/// Returns [`StorageError::Decode`] if the value is not of type `T`.
pub(crate) fn decode<T: DeserializeOwned>(key: &str, bytes: &[u8]) -> Result<T, StorageError> {
    let (version, data) = match bytes {
        [LAYOUT, version, data @ ..] => (*version, data),
        data => (stored::COMPACT, data),
    };
    stored::read(version, data).map_err(|reason| StorageError::Decode { key: key.to_owned(), reason })
}
