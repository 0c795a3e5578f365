//! The latest messages, in the room's storage: clients that join later, also after a restart, can read them.

use std::cell::Cell;

use websocket_do::{ListOptions, Storage, StorageError};

use crate::protocol::Said;

/// The number of stored messages.
const CAPACITY: u64 = 100;

/// The history of a room, a ring of storage keys: a new message replaces the oldest one, in one write and without deletes.
#[derive(Default)]
pub(crate) struct History {
    /// The number of the next message; [`None`] until it is read from the storage.
    next: Cell<Option<u64>>,
}

impl History {
    /// Stores a message.
    pub(crate) fn add(&self, storage: Storage<'_>, said: Said) -> Result<(), StorageError> {
        let number = match self.next.get() {
            Some(number) => number,
            None => numbered(storage)?.last().map_or(0, |(number, _)| number + 1),
        };
        storage.put(&format!("said:{:02}", number % CAPACITY), &(number, said))?;
        self.next.set(Some(number + 1));
        Ok(())
    }
}

/// Returns the stored messages, oldest first.
pub(crate) fn messages(storage: Storage<'_>) -> Result<Vec<Said>, StorageError> {
    Ok(numbered(storage)?.into_iter().map(|(_, said)| said).collect())
}

fn numbered(storage: Storage<'_>) -> Result<Vec<(u64, Said)>, StorageError> {
    let mut entries: Vec<(u64, Said)> =
        storage.list(&ListOptions::prefix("said:"))?.into_iter().map(|(_, said)| said).collect();
    entries.sort_by_key(|(number, _)| *number);
    Ok(entries)
}
