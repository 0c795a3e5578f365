//! A store in an embedded database file, which the data folder has one of for all rooms of the server.
//!
//! A room reads on its own thread. Its writes are visible to it at once, in [`Pending`], and go to a [`Queue`]; one thread
//! commits all queued writes together. Until then, the room's [`WriteProgress`] holds back what the room sends.

mod database;
mod entries;
mod pending;
mod queue;
#[cfg(test)]
mod tests;
mod writer;

use std::{
    cell::RefCell,
    io,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::Path,
    sync::Arc,
    thread::{self, JoinHandle},
};

use redb::ReadTransaction;

use self::{
    database::{Reopening, VALUES, WAITING},
    entries::{after_prefix, entries},
    pending::{Merged, Pending},
    queue::{Batch, Changes, Queue, RoomKey},
    writer::Writer,
};
use super::gate::{Barrier, WriteProgress};
use crate::{
    HostError, ListOptions,
    host::{NESTED, Store},
    server::storage::value::RESERVED_PREFIX,
};

/// The most bytes that a transaction may change. They are held in memory until it ends.
const MAX_TRANSACTION: usize = 32 << 20;

/// The data file of a server, and the thread that writes to it. When it is dropped, queued writes are committed and the file is
/// closed.
pub(super) struct File {
    database: Arc<Reopening>,
    queue: Arc<Queue>,
    writer: Option<JoinHandle<()>>,
}

impl File {
    /// Opens the file in the folder, or creates both. Reads all of an existing file, to verify its pages.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or written, is damaged, or is in use by another server.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        Self::start(Reopening::open(folder)?)
    }

    fn start(database: Reopening) -> io::Result<Self> {
        let (database, queue) = (Arc::new(database), Arc::<Queue>::default());
        let writer = Writer::new(database.clone(), queue.clone());
        let writer = thread::Builder::new().name("room-storage".to_owned()).spawn(|| writer.run())?;
        Ok(Self { database, queue, writer: Some(writer) })
    }

    /// The rooms of a class that have a timer set.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read.
    pub(super) fn waiting(&self, class: &str) -> Result<Vec<String>, HostError> {
        self.read(|snapshot| {
            let mut names = Vec::new();
            for entry in snapshot.open_table(WAITING)?.range((class, "")..)? {
                let (key, _) = entry?;
                let (of, name) = key.value();
                if of != class {
                    break;
                }
                names.push(name.to_owned());
            }
            Ok(names)
        })
    }

    fn read<T>(&self, read: impl FnOnce(&ReadTransaction) -> Result<T, redb::Error>) -> Result<T, HostError> {
        // After an I/O error the database rejects all operations, and after damage it cannot be trusted.
        self.database.read(read).inspect_err(|_| self.queue.reopen())
    }
}

impl Drop for File {
    fn drop(&mut self) {
        self.queue.stop();
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

/// The store of one room in the file.
///
/// A write is visible and queued when its call returns. After a failed commit, each call waits for its own commit and returns its
/// error, until one succeeds. If a queued write fails, the room must [`restart`](Self::restart), and output that depends on the
/// write is dropped.
pub(super) struct FileStore {
    file: Arc<File>,
    room: Arc<RoomKey>,
    progress: Arc<WriteProgress>,
    pending: RefCell<Pending>,
    /// The changes of the open transaction.
    begun: RefCell<Option<Changes>>,
}

impl FileStore {
    pub(super) fn new(file: Arc<File>, class: &'static str, room: String) -> Self {
        let room = Arc::new(RoomKey { class, name: room });
        Self { file, room, progress: Arc::default(), pending: RefCell::default(), begun: RefCell::default() }
    }

    /// Sets whether the room is started with the server.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or written.
    pub(super) fn set_waiting(&self, is_waiting: bool) -> Result<(), HostError> {
        if self.is_waiting()? == is_waiting {
            return Ok(());
        }
        if let Some(begun) = &mut *self.begun.borrow_mut() {
            begun.waiting = Some(is_waiting);
            return Ok(());
        }
        self.submit(Changes::waiting(is_waiting))
    }

    /// A barrier after all writes so far; none if they are durable.
    pub(super) fn barrier(&self) -> Option<Barrier> {
        self.progress.barrier(self.pending.borrow().last)
    }

    /// Waits until a queued write is lost. The room must restart then.
    pub(super) async fn broken(&self) {
        self.progress.broken().await;
    }

    pub(super) fn is_broken(&self) -> bool {
        self.progress.is_broken()
    }

    /// Drops the lost writes.
    pub(super) fn restart(&self) {
        let mut pending = self.pending.borrow_mut();
        if self.progress.is_broken() {
            pending.clear();
            self.progress.restart(pending.last);
            // Later output does not depend on them.
            pending.last += 1;
        }
    }

    fn is_waiting(&self) -> Result<bool, HostError> {
        let begun = self.begun.borrow().as_ref().and_then(|begun| begun.waiting);
        if let Some(is_waiting) = begun.or_else(|| self.pending().is_waiting()) {
            return Ok(is_waiting);
        }
        let key = (self.room.class, self.room.name.as_str());
        self.file.read(|snapshot| Ok(snapshot.open_table(WAITING)?.get(key)?.is_some()))
    }

    /// The writes that are not in the file yet. A snapshot that is taken afterwards has all others.
    fn pending(&self) -> std::cell::RefMut<'_, Pending> {
        let mut pending = self.pending.borrow_mut();
        pending.settle(self.progress.settled());
        pending
    }

    fn change(&self, key: &str, value: Option<&[u8]>) -> Result<(), HostError> {
        let Some(begun) = &mut *self.begun.borrow_mut() else {
            return self.submit(Changes::value(key, value));
        };
        if begun.bytes + key.len() + value.map_or(0, <[u8]>::len) > MAX_TRANSACTION {
            return Err(HostError::new(format!(
                "a transaction changes more than {MAX_TRANSACTION} bytes; split it into smaller ones"
            )));
        }
        begun.set(key, value);
        Ok(())
    }

    fn submit(&self, changes: Changes) -> Result<(), HostError> {
        if self.progress.is_broken() {
            return Err(restarting());
        }
        let mut pending = self.pending();
        let number = pending.last + 1;
        pending.add(number, &changes);
        let outcome = self.file.queue.push(self.batch(number, changes), false);
        // The writer thread has ended if it panicked.
        outcome.map_or(Ok(()), |outcome| outcome.recv().unwrap_or_else(|_| Err(restarting()))).inspect_err(|_| {
            pending.undo(number);
        })
    }

    fn batch(&self, number: u64, changes: Changes) -> Batch {
        Batch { room: self.room.clone(), progress: self.progress.clone(), number, changes, reply: None }
    }

    /// The value under a key in the file.
    fn stored(&self, key: &str) -> Result<Option<Vec<u8>>, HostError> {
        let key = (self.room.class, self.room.name.as_str(), key.as_bytes());
        self.file.read(|snapshot| Ok(snapshot.open_table(VALUES)?.get(key)?.map(|value| value.value().to_vec())))
    }
}

/// Waits for the pending writes: the next room of this name reads them from the file.
impl Drop for FileStore {
    fn drop(&mut self) {
        let last = self.pending.borrow().last;
        if self.progress.settled() < last && !self.progress.is_broken() {
            let end = self.file.queue.push(self.batch(last, Changes::default()), true);
            let _ = end.map(|end| end.recv());
        }
    }
}

/// The error of a write after a lost one.
fn restarting() -> HostError {
    HostError::new("the data file: an earlier write was lost; the room restarts")
}

impl Store for FileStore {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, HostError> {
        let begun = self.begun.borrow();
        let pending = self.pending();
        match begun.as_ref().and_then(|begun| begun.values.get(key)).or_else(|| pending.get(key)) {
            Some(value) => Ok(value.as_ref().map(|value| value.to_vec())),
            None => self.stored(key),
        }
    }

    fn put(&self, key: &str, value: &[u8]) -> Result<(), HostError> {
        self.change(key, Some(value))
    }

    fn delete(&self, key: &str) -> Result<bool, HostError> {
        let was_there = self.get(key)?.is_some();
        if was_there {
            self.change(key, None)?;
        }
        Ok(was_there)
    }

    fn list(&self, list: &ListOptions) -> Result<Vec<(String, Vec<u8>)>, HostError> {
        let start = list.start.as_deref().max(Some(&list.prefix)).unwrap_or_default();
        let after_prefix = after_prefix(&list.prefix);
        let end = list.end.as_deref().map(str::as_bytes).into_iter().chain(after_prefix.as_deref()).min();
        let limit = list.limit.unwrap_or(usize::MAX);
        if limit == 0 || end.is_some_and(|end| end <= start.as_bytes()) {
            return Ok(Vec::new());
        }
        let over = self.pending().range(start, end, self.begun.borrow().as_ref());
        self.file.read(|snapshot| {
            let file = entries(&snapshot.open_table(VALUES)?, &self.room, start, end, list.reverse)?.peekable();
            let over: Box<dyn Iterator<Item = _>> =
                if list.reverse { Box::new(over.into_iter().rev()) } else { Box::new(over.into_iter()) };
            let merged = Merged { file, over: over.peekable(), reverse: list.reverse };
            let is_own =
                |entry: &Result<(String, _), _>| entry.as_ref().is_ok_and(|(key, _)| key.starts_with(RESERVED_PREFIX));
            merged.filter(|entry| !is_own(entry)).take(limit).collect()
        })
    }

    fn transaction(&self, change: &mut dyn FnMut() -> bool) -> Result<(), HostError> {
        if self.begun.borrow().is_some() {
            return Err(HostError::new(NESTED));
        }
        *self.begun.borrow_mut() = Some(Changes::default());
        let outcome = catch_unwind(AssertUnwindSafe(change));
        let Some(begun) = self.begun.take() else { return Ok(()) };
        match outcome {
            Ok(true) => self.submit(begun),
            Ok(false) => Ok(()),
            Err(panic) => resume_unwind(panic),
        }
    }
}
