//! The error type of a room's storage.

use std::{error::Error, fmt};

use super::limits::{MAX_KEY, MAX_VALUE, RESERVED_PREFIX};
use crate::HostError;

/// The error of [`Storage`](crate::Storage) and of timers. Nothing was written.
///
/// ```
/// # use websocket_do_runtime::{Room, StorageError, WebSocketDo};
/// /// Stores the topic, and returns whether it fits.
/// fn set_topic<R: WebSocketDo>(room: &Room<R>, topic: &str) -> Result<bool, StorageError> {
///     match room.storage().put("topic", topic) {
///         Ok(()) => Ok(true),
///         Err(StorageError::TooLarge { .. }) => Ok(false),
///         Err(error) => Err(error),
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StorageError {
    /// The key is empty.
    EmptyKey,
    /// The key is longer than 2,048 bytes.
    KeyTooLong {
        /// The length of the key in bytes.
        size: usize,
    },
    /// The key begins with `__websocket_do:`, which is reserved for the framework.
    ReservedKey,
    /// The key and its value are larger than 2 MiB together.
    TooLarge {
        /// The key.
        key: String,
        /// The size of the serialized value in bytes.
        size: usize,
    },
    /// The value cannot be serialized, or not deserialized afterwards.
    Encode {
        /// The key.
        key: String,
        /// The error message of serde.
        reason: String,
    },
    /// The stored value is not of the requested type.
    Decode {
        /// The key.
        key: String,
        /// The error message of serde.
        reason: String,
    },
    /// The host's storage failed.
    Host(HostError),
}

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyKey => f.write_str("a key cannot be empty"),
            Self::KeyTooLong { size } => write!(f, "a key of {size} bytes is too long; use at most {MAX_KEY}"),
            Self::ReservedKey => write!(f, "keys that begin with `{RESERVED_PREFIX}` are reserved; use another"),
            Self::TooLarge { key, size } => {
                write!(f, "the value of `{key}` takes {size} bytes; at most {MAX_VALUE} fit")
            }
            Self::Encode { key, reason } => write!(f, "the value of `{key}` cannot be stored: {reason}"),
            Self::Decode { key, reason } => write!(f, "the value of `{key}` is not of the requested type: {reason}"),
            Self::Host(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl Error for StorageError {}

impl From<HostError> for StorageError {
    fn from(error: HostError) -> Self {
        Self::Host(error)
    }
}
