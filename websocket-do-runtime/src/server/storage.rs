//! A room's permanent key-value storage. It survives hibernation, restarts and deploys. Independent of hosts.

mod error;
mod limits;
mod list_options;
pub(crate) mod value;

use serde::de::DeserializeOwned;

use self::value::{check_key, decode, encode};
pub use self::{
    error::StorageError,
    limits::{MAX_KEY, MAX_VALUE},
    list_options::ListOptions,
    value::Storable,
};
use crate::{
    HostError, Result,
    host::{Host, NESTED, Store},
    server::{alarm, log},
};

/// How many keys [`Storage::delete_all`] reads at once.
const DELETE_BATCH: usize = 16;

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

    /// Deletes all keys and their values, in a transaction: either all are deleted or none. Inside a transaction, it is a part of
    /// that one. Timers stay; cancel them with [`Room::cancel_timer`](crate::Room::cancel_timer).
    ///
    /// # Errors
    /// Returns [`StorageError::Host`] if the storage fails. Nothing is deleted then; inside a transaction, return the error, which
    /// rolls that one back.
    ///
    /// ```
    /// # use websocket_do_runtime::{Room, StorageError, WebSocketDo};
    /// fn reset<R: WebSocketDo>(room: &Room<R>) -> Result<(), StorageError> {
    ///     room.storage().delete_all()?;
    ///     room.storage().put("round", &1)
    /// }
    /// ```
    pub fn delete_all(&self) -> Result<(), StorageError> {
        let mut deleted = Ok(());
        let done = self.store.transaction(&mut || {
            deleted = self.delete_batches();
            deleted.is_ok()
        });
        match done {
            Err(error) if error == HostError::new(NESTED) => Ok(self.delete_batches()?),
            Err(error) => Err(error.into()),
            Ok(()) => Ok(deleted?),
        }
    }

    /// Deletes all keys, a few at a time, as their values are read with them.
    fn delete_batches(&self) -> Result<(), HostError> {
        loop {
            let batch = self.store.list(&ListOptions::default().limit(DELETE_BATCH))?;
            if batch.is_empty() {
                return Ok(());
            }
            for (key, _) in batch {
                self.store.delete(&key)?;
            }
        }
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
