//! The encoding of stored values, and the keys that the framework reserves.

use serde::{Serialize, de::DeserializeOwned};

pub(crate) use super::limits::RESERVED_PREFIX;
use super::{error::StorageError, limits::MAX_KEY};
use crate::server::stored;

/// The key of the room's timers.
pub(crate) const TIMERS_KEY: &str = "__websocket_do:timers";

/// The key of the record of closing sessions, on workerd.
#[cfg(target_arch = "wasm32")]
pub(crate) const CLOSING_KEY: &str = "__websocket_do:closing";

/// The first byte of a value whose layout is not [`stored::COMPACT`]. The layout follows. No MessagePack value begins with it.
const LAYOUT: u8 = 0xc1;

/// A value for [`Storage::put`](crate::Storage::put): an owned type that implements [`Serialize`] and [`Deserialize`](serde::Deserialize), a slice of
/// such a type, or [`str`].
///
/// ```
/// # use websocket_do_runtime::{Result, Storage};
/// # fn example(storage: Storage<'_>, scores: &[u32]) -> Result {
/// storage.put("topic", "tea")?;
/// storage.put("scores", scores)?;
/// storage.put("best", &("Ada".to_owned(), 36))?;
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored",
    label = "expected an owned value that implements `serde::Serialize` and `serde::Deserialize`",
    note = "a value is read back before it is stored; store one that owns what it holds, such as `String` for `&str`"
)]
pub trait Storable {
    /// Appends the value to `bytes`, and checks that it can be read again.
    ///
    /// # Errors
    /// Returns the reason if it cannot.
    #[doc(hidden)]
    fn write(&self, bytes: &mut Vec<u8>) -> Result<(), String>;
}

impl<T: Serialize + DeserializeOwned> Storable for T {
    fn write(&self, bytes: &mut Vec<u8>) -> Result<(), String> {
        stored::write(self, bytes)
    }
}

impl Storable for str {
    fn write(&self, bytes: &mut Vec<u8>) -> Result<(), String> {
        stored::write_unchecked(self, bytes)
    }
}

impl<T: Serialize + DeserializeOwned> Storable for [T] {
    fn write(&self, bytes: &mut Vec<u8>) -> Result<(), String> {
        let start = bytes.len();
        stored::write_unchecked(self, bytes)?;
        stored::read_back::<Vec<T>>(bytes.get(start..).unwrap_or_default())
    }
}

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
