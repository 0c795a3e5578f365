//! A room's permanent key-value storage. It survives hibernation, restarts and deploys. Independent of hosts.

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

/// The maximum length of a key, in bytes. It is Cloudflare's limit.
pub const MAX_KEY: usize = 2048;

/// The maximum size of a key and its value together, in bytes. It is Cloudflare's
/// [limit](https://developers.cloudflare.com/durable-objects/platform/limits/).
pub const MAX_VALUE: usize = 2 << 20;

/// A value for [`Storage::put`]: an owned type that implements [`Serialize`] and [`Deserialize`](serde::Deserialize), a slice of
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

/// A room's permanent key-value storage. On workerd, it is the Durable Object's SQLite-backed storage; on the local host, it is
/// in memory or in a data file.
///
/// A write is durable before any later frame, close or HTTP response is sent, so writes need no `await`. If a write fails later,
/// the room loses its memory, and the frames after the write are not sent. On the local host with a data file, a transaction is
/// limited to 32 MiB.
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// # use websocket_do_runtime::{ListOptions, Result, Room, WebSocketDo};
/// #[derive(Serialize, Deserialize)]
/// struct Post {
///     author: String,
///     text: String,
/// }
///
/// fn add<R: WebSocketDo>(room: &Room<R>, post: &Post) -> Result<Vec<Post>> {
///     room.storage().transaction(|storage| {
///         let count = storage.get::<u32>("count")?.unwrap_or(0) + 1;
///         storage.put("count", &count)?;
///         storage.put(&format!("post:{count:010}"), post)?;
///         Ok(())
///     })?;
///     let latest = room.storage().list(&ListOptions::prefix("post:").reverse().limit(10))?;
///     Ok(latest.into_iter().map(|(_, post)| post).collect())
/// }
/// ```
#[derive(Clone, Copy)]
pub struct Storage<'r> {
    store: &'r dyn Store,
    /// The host whose alarm depends on the stored timers. [`None`] for a store without a room.
    host: Option<&'r dyn Host>,
}

impl<'r> Storage<'r> {
    /// Returns the storage of a room.
    pub(crate) fn of(host: &'r dyn Host) -> Self {
        Self { store: host.store(), host: Some(host) }
    }

    /// Creates a storage without a room.
    #[cfg(test)]
    pub(crate) fn new(store: &'r dyn Store) -> Self {
        Self { store, host: None }
    }

    /// Stores bytes under a reserved key.
    #[cfg(test)]
    pub(crate) fn put_reserved(&self, key: &str, bytes: &[u8]) {
        self.store.put(key, bytes).expect("written");
    }

    /// Returns the value of a key, if the key exists.
    ///
    /// # Errors
    /// Returns [`StorageError::Decode`] if the value is not of type `T`, and [`StorageError::Host`] if the storage fails.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, StorageError> {
        self.store.get(key)?.map(|bytes| decode(key, &bytes)).transpose()
    }

    /// Stores a value under a key. An existing value is replaced.
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

    /// Deletes a key and its value, and returns whether the key existed.
    ///
    /// # Errors
    /// Returns the errors of [`put`](Self::put) for the key, and [`StorageError::Host`] if the storage fails.
    pub fn delete(&self, key: &str) -> Result<bool, StorageError> {
        check_key(key)?;
        Ok(self.store.delete(key)?)
    }

    /// Returns keys and their values, sorted by the UTF-8 bytes of the key.
    ///
    /// # Errors
    /// Returns [`StorageError::Decode`] if a value is not of type `T`, and [`StorageError::Host`] if the storage fails.
    pub fn list<T: DeserializeOwned>(&self, list: &ListOptions) -> Result<Vec<(String, T)>, StorageError> {
        let found = self.store.list(list)?.into_iter();
        found.map(|(key, bytes)| decode(&key, &bytes).map(|value| (key, value))).collect()
    }

    /// Runs `change` in a transaction, and returns its result. The transaction is committed if `change` returns `Ok`, and rolled
    /// back if it returns an error or panics.
    ///
    /// # Errors
    /// Returns the error of `change`. Returns a [`HostError`] if the storage fails, or inside another transaction.
    pub fn transaction<T>(&self, change: impl FnOnce(&Self) -> Result<T>) -> Result<T> {
        let mut change = Some(change);
        let mut outcome = None;
        let done = self.store.transaction(&mut || {
            outcome = change.take().map(|change| change(self));
            matches!(outcome, Some(Ok(_)))
        });
        let outcome = outcome.unwrap_or_else(|| Err(HostError::new("the transaction did not run").into()));
        if let (true, Some(host)) = (done.is_err() || outcome.is_err(), self.host) {
            // The timers were rolled back, and the alarm depends on them.
            if let Err(error) = alarm::restore(host) {
                log::error(&format!("the alarm was not set: {error}"));
            }
        }
        done?;
        outcome
    }
}

/// Options for [`Storage::list`]. The default lists all keys.
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
    /// Lists all keys.
    pub fn all() -> Self {
        Self::default()
    }

    /// Lists the keys that begin with `prefix`.
    pub fn prefix(prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into(), ..Self::default() }
    }

    /// Starts at this key, inclusive.
    #[must_use]
    pub fn start(self, key: impl Into<String>) -> Self {
        Self { start: Some(key.into()), ..self }
    }

    /// Ends at this key, exclusive.
    #[must_use]
    pub fn end(self, key: impl Into<String>) -> Self {
        Self { end: Some(key.into()), ..self }
    }

    /// Reverses the order: the last key is first.
    #[must_use]
    pub fn reverse(self) -> Self {
        Self { reverse: true, ..self }
    }

    /// Lists at most `limit` keys.
    #[must_use]
    pub fn limit(self, limit: usize) -> Self {
        Self { limit: Some(limit), ..self }
    }
}
