//! The latest messages, in the room's storage: clients that join later, also after a restart, can read them.

use std::cell::Cell;

use serde::{Deserialize, Serialize};
use websocket_do::{ListOptions, Storage, StorageError};

/// The number of stored messages.
const CAPACITY: u64 = 100;

/// A stored message.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    pub(crate) text: String,
    pub(crate) from: String,
    pub(crate) user_id: String,
    pub(crate) at: i64,
}

/// The history of a room, a ring of storage keys: a new message replaces the oldest one, in one write and without deletes.
#[derive(Default)]
pub(crate) struct History {
    /// The number of the next message; [`None`] until it is read from the storage.
    next: Cell<Option<u64>>,
}

impl History {
    /// Stores a message.
    pub(crate) fn add(&self, storage: Storage<'_>, entry: Entry) -> Result<(), StorageError> {
        let number = match self.next.get() {
            Some(number) => number,
            None => numbered(storage)?.last().map_or(0, |(number, _)| number + 1),
        };
        storage.put(&format!("said:{:02}", number % CAPACITY), &(number, entry))?;
        self.next.set(Some(number + 1));
        Ok(())
    }
}

/// Returns the stored messages, oldest first.
pub(crate) fn messages(storage: Storage<'_>) -> Result<Vec<Entry>, StorageError> {
    Ok(numbered(storage)?.into_iter().map(|(_, entry)| entry).collect())
}

fn numbered(storage: Storage<'_>) -> Result<Vec<(u64, Entry)>, StorageError> {
    let mut entries: Vec<(u64, Entry)> =
        storage.list(&ListOptions::prefix("said:"))?.into_iter().map(|(_, entry)| entry).collect();
    entries.sort_by_key(|(number, _)| *number);
    Ok(entries)
}
