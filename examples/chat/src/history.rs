//! What was said last: kept in the room's storage, so that those who come later, or after a restart, can read it.

use std::cell::Cell;

use serde::{Deserialize, Serialize};
use websocket_do::{ListOptions, Storage, StorageError};

/// How many messages are kept.
const KEPT: u64 = 100;

/// A message that was said.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Said {
    pub(crate) text: String,
    pub(crate) from: String,
    pub(crate) user_id: String,
    pub(crate) at: i64,
}

/// The room's memory of its history: which number the next message has, once that is known.
///
/// The history is a ring of keys. A new message takes the place of the oldest, so that it costs one write and nothing has
/// to be deleted.
#[derive(Default)]
pub(crate) struct History {
    next: Cell<Option<u64>>,
}

impl History {
    pub(crate) fn add(&self, storage: Storage<'_>, said: Said) -> Result<(), StorageError> {
        let number = match self.next.get() {
            Some(number) => number,
            None => numbered(storage)?.last().map_or(0, |(number, _)| number + 1),
        };
        storage.put(&format!("said:{:02}", number % KEPT), &(number, said))?;
        self.next.set(Some(number + 1));
        Ok(())
    }
}

/// The messages that are kept, oldest first.
pub(crate) fn messages(storage: Storage<'_>) -> Result<Vec<Said>, StorageError> {
    Ok(numbered(storage)?.into_iter().map(|(_, said)| said).collect())
}

fn numbered(storage: Storage<'_>) -> Result<Vec<(u64, Said)>, StorageError> {
    let mut said: Vec<(u64, Said)> =
        storage.list(&ListOptions::prefix("said:"))?.into_iter().map(|(_, said)| said).collect();
    said.sort_by_key(|(number, _)| *number);
    Ok(said)
}
