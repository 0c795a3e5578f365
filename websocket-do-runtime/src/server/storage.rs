//! What a room keeps for good: values under keys, beyond hibernation, restarts and deploys. Knows nothing of hosts.

mod error;
pub(crate) mod value;

use serde::{Serialize, de::DeserializeOwned};

pub use self::error::StorageError;
use self::value::{check_key, decode, encode};
use crate::{
    HostError, Result,
    host::{Host, Store},
    server::{alarm, log, stored},
};

/// The most bytes a key may have, as on Cloudflare.
pub const MAX_KEY: usize = 2048;

/// The most bytes a key and its value may have together, as on
/// [Cloudflare](https://developers.cloudflare.com/durable-objects/platform/limits/).
pub const MAX_VALUE: usize = 2 << 20;

/// What [`Storage::put`] takes: values that own what they hold and implement [`Serialize`] and [`Deserialize`](serde::Deserialize),
/// and text and slices of them.
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
    /// Appends the value to `bytes`, and makes sure that it can be read again.
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

/// A room's storage: on workerd the object's own, SQLite-backed; on the local host in memory or in a file.
///
/// Whatever was written is durable before a frame, a close or an HTTP answer that comes afterwards leaves. Nothing is awaited: a
/// write that fails later takes the room's memory with it, and the frame with the write. A transaction holds at most 32 MiB on
/// the local host with a data file.
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// # use websocket_do_runtime::{ListOptions, Result, Room, WebSocketDo};
/// #[derive(Serialize, Deserialize)]
/// struct Said {
///     by: String,
///     text: String,
/// }
///
/// fn remember<R: WebSocketDo>(room: &Room<R>, said: &Said) -> Result<Vec<Said>> {
///     room.storage().transaction(|storage| {
///         let count = storage.get::<u32>("count")?.unwrap_or(0) + 1;
///         storage.put("count", &count)?;
///         storage.put(&format!("said:{count:010}"), said)?;
///         Ok(())
///     })?;
///     let latest = room.storage().list(&ListOptions::prefix("said:").reverse().limit(10))?;
///     Ok(latest.into_iter().map(|(_, said)| said).collect())
/// }
/// ```
#[derive(Clone, Copy)]
pub struct Storage<'r> {
    store: &'r dyn Store,
    /// Whose alarm follows the timers that are stored. A store that belongs to no room has none.
    host: Option<&'r dyn Host>,
}

impl<'r> Storage<'r> {
    /// The storage of a room.
    pub(crate) fn of(host: &'r dyn Host) -> Self {
        Self { store: host.store(), host: Some(host) }
    }

    /// A store that belongs to no room.
    #[cfg(test)]
    pub(crate) fn new(store: &'r dyn Store) -> Self {
        Self { store, host: None }
    }

    /// Keeps bytes under a key of the framework's own.
    #[cfg(test)]
    pub(crate) fn put_reserved(&self, key: &str, bytes: &[u8]) {
        self.store.put(key, bytes).expect("written");
    }

    /// The value under a key, if there is one.
    ///
    /// # Errors
    /// Returns [`StorageError::Decode`] if the value is not of type `T`, and [`StorageError::Host`] if the storage fails.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, StorageError> {
        self.store.get(key)?.map(|bytes| decode(key, &bytes)).transpose()
    }

    /// Keeps a value under a key, in place of the one that was there.
    ///
    /// # Errors
    /// Returns an error and writes nothing:
    ///
    /// * [`EmptyKey`](StorageError::EmptyKey), [`KeyTooLong`](StorageError::KeyTooLong) or
    ///   [`ReservedKey`](StorageError::ReservedKey) if the key is empty, longer than 2,048 bytes or reserved;
    /// * [`Encode`](StorageError::Encode) if the value cannot be serialized, or not deserialized afterwards (`Some(None)`, a
    ///   `u128` inside an internally tagged enum, a field with `skip_serializing`);
    /// * [`TooLarge`](StorageError::TooLarge) if the key and the serialized value are larger than 2 MiB together;
    /// * [`Host`](StorageError::Host) if the storage fails.
    pub fn put<T: Storable + ?Sized>(&self, key: &str, value: &T) -> Result<(), StorageError> {
        check_key(key)?;
        let bytes = encode(key, value)?;
        if key.len() + bytes.len() > MAX_VALUE {
            return Err(StorageError::TooLarge { key: key.to_owned(), size: bytes.len() });
        }
        Ok(self.store.put(key, &bytes)?)
    }

    /// Deletes a value, and tells whether there was one.
    ///
    /// # Errors
    /// As [`put`](Self::put) for the key, and [`StorageError::Host`] if the storage fails.
    pub fn delete(&self, key: &str) -> Result<bool, StorageError> {
        check_key(key)?;
        Ok(self.store.delete(key)?)
    }

    /// Keys and their values, sorted by key (by its bytes in UTF-8).
    ///
    /// # Errors
    /// Returns [`StorageError::Decode`] if a value is not of type `T`, and [`StorageError::Host`] if the storage fails.
    pub fn list<T: DeserializeOwned>(&self, list: &ListOptions) -> Result<Vec<(String, T)>, StorageError> {
        let found = self.store.list(list)?.into_iter();
        found.map(|(key, bytes)| decode(&key, &bytes).map(|value| (key, value))).collect()
    }

    /// Makes several changes at once: all of them are kept where `change` returns `Ok`, none where it returns an error or
    /// panics.
    ///
    /// # Errors
    /// What `change` returns; inside another transaction; or where the storage fails.
    pub fn transaction<T>(&self, change: impl FnOnce(&Self) -> Result<T>) -> Result<T> {
        let mut change = Some(change);
        let mut outcome = None;
        let done = self.store.transaction(&mut || {
            outcome = change.take().map(|change| change(self));
            matches!(outcome, Some(Ok(_)))
        });
        let outcome = outcome.unwrap_or_else(|| Err(HostError::new("the transaction did not run").into()));
        if let (true, Some(host)) = (done.is_err() || outcome.is_err(), self.host) {
            // The timers are what they were, and the alarm has to follow.
            if let Err(error) = alarm::restore(host) {
                log::error(&format!("the alarm was not set: {error}"));
            }
        }
        done?;
        outcome
    }
}

/// Which keys to list: all, unless narrowed down.
///
/// ```
/// # use websocket_do_runtime::{ListOptions, Result, Storage};
/// # fn example(storage: Storage<'_>) -> Result {
/// let latest: Vec<(String, u32)> = storage.list(&ListOptions::prefix("score:").reverse().limit(10))?;
/// let some: Vec<(String, u32)> = storage.list(&ListOptions::all().start("score:a").end("score:n"))?;
/// for (key, _) in latest.iter().chain(&some) {
///     storage.delete(key)?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListOptions {
    pub(crate) prefix: String,
    pub(crate) start: Option<String>,
    pub(crate) end: Option<String>,
    pub(crate) reverse: bool,
    pub(crate) limit: Option<usize>,
}

impl ListOptions {
    /// All keys.
    pub fn all() -> Self {
        Self::default()
    }

    /// The keys that begin so.
    pub fn prefix(prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into(), ..Self::default() }
    }

    /// From this key on.
    #[must_use]
    pub fn start(self, key: impl Into<String>) -> Self {
        Self { start: Some(key.into()), ..self }
    }

    /// Up to this key, and without it.
    #[must_use]
    pub fn end(self, key: impl Into<String>) -> Self {
        Self { end: Some(key.into()), ..self }
    }

    /// The last key first.
    #[must_use]
    pub fn reverse(self) -> Self {
        Self { reverse: true, ..self }
    }

    /// At most so many.
    #[must_use]
    pub fn limit(self, limit: usize) -> Self {
        Self { limit: Some(limit), ..self }
    }
}
