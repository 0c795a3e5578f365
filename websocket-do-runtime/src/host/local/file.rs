//! A store in an embedded database file: one for a data folder, with all rooms of the server in it.

use std::{
    cell::RefCell,
    fs, io,
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::Path,
    sync::Arc,
};

use redb::{Database, ReadTransaction, ReadableDatabase, ReadableTable, TableDefinition, WriteTransaction};

use crate::{
    HostError, List,
    host::{NESTED, Store},
    storage::OWN,
};

/// Values by class, room and key.
const VALUES: TableDefinition<'_, (&str, &str, &[u8]), &[u8]> = TableDefinition::new("values");

/// Class and room of those that have a timer set, and so must be started with the server.
const WAITING: TableDefinition<'_, (&str, &str), ()> = TableDefinition::new("waiting");

/// What the database may keep in memory of its file, in bytes.
const CACHE: usize = 64 << 20;

/// The database file of a server.
pub(super) struct File(Database);

impl File {
    /// Opens the file in the folder, or makes both.
    ///
    /// # Errors
    /// Where the file cannot be read or written, is no such database, or is in use by another server.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        let path = folder.join("rooms.redb");
        fs::create_dir_all(folder).map_err(|error| explained(folder, &error, error.kind()))?;
        let open = || -> Result<Database, redb::Error> {
            let database = Database::builder().set_cache_size(CACHE).create(&path)?;
            let tables = database.begin_write()?;
            tables.open_table(VALUES)?;
            tables.open_table(WAITING)?;
            tables.commit()?;
            Ok(database)
        };
        // A file that is no database is no reason to panic, for whoever reads it.
        match catch_unwind(AssertUnwindSafe(open)) {
            Ok(Ok(database)) => Ok(Self(database)),
            Ok(Err(redb::Error::DatabaseAlreadyOpen)) => {
                let reason = "another server uses it; stop that one, or choose another folder";
                Err(explained(&path, &reason, io::ErrorKind::WouldBlock))
            }
            Ok(Err(redb::Error::Io(error))) if error.kind() != io::ErrorKind::UnexpectedEof => {
                Err(explained(&path, &error, error.kind()))
            }
            Ok(Err(error)) => Err(explained(&path, &format!("it is damaged: {error}"), io::ErrorKind::InvalidData)),
            Err(_) => Err(explained(&path, &"it is damaged", io::ErrorKind::InvalidData)),
        }
    }

    /// The rooms of a class that have a timer set.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub(super) fn waiting(&self, class: &str) -> Result<Vec<String>, HostError> {
        let read = || -> Result<Vec<String>, redb::Error> {
            let waiting = self.0.begin_read()?.open_table(WAITING)?;
            let mut names = Vec::new();
            for entry in waiting.range((class, "")..)? {
                let (key, _) = entry?;
                let (of, name) = key.value();
                if of != class {
                    break;
                }
                names.push(name.to_owned());
            }
            Ok(names)
        };
        read().map_err(failed)
    }
}

fn explained(path: &Path, reason: &dyn std::fmt::Display, kind: io::ErrorKind) -> io::Error {
    io::Error::new(kind, format!("cannot keep rooms in {}: {reason}", path.display()))
}

fn failed(error: impl Into<redb::Error>) -> HostError {
    HostError::new(format!("the data file: {}", error.into()))
}

/// What one room keeps in the file. Every call is a transaction of its own, and on the disk when it returns, unless it is
/// part of one that the room has begun.
pub(super) struct FileStore {
    file: Arc<File>,
    class: &'static str,
    room: String,
    /// The transaction that the room has begun. Others wait for its end, so there is no waiting in it.
    begun: RefCell<Option<WriteTransaction>>,
}

impl FileStore {
    pub(super) fn new(file: Arc<File>, class: &'static str, room: String) -> Self {
        Self { file, class, room, begun: RefCell::default() }
    }

    /// Has the room started with the server from now on, or no more.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub(super) fn set_waiting(&self, is_waiting: bool) -> Result<(), HostError> {
        let key = (self.class, self.room.as_str());
        let was_waiting = match &*self.begun.borrow() {
            Some(begun) => is_there(&begun.open_table(WAITING).map_err(failed)?, key)?,
            None => is_there(&self.now()?.open_table(WAITING).map_err(failed)?, key)?,
        };
        if was_waiting == is_waiting {
            return Ok(());
        }
        self.write(|change| {
            let mut waiting = change.open_table(WAITING)?;
            if is_waiting {
                waiting.insert(key, ())?
            } else {
                waiting.remove(key)?
            };
            Ok(())
        })
    }

    fn key<'k>(&'k self, key: &'k str) -> Key<'k> {
        (self.class, &self.room, key.as_bytes())
    }

    fn now(&self) -> Result<ReadTransaction, HostError> {
        self.file.0.begin_read().map_err(failed)
    }

    /// Makes a change in the transaction that was begun, or in one of its own.
    fn write<T>(&self, change: impl FnOnce(&WriteTransaction) -> Result<T, redb::Error>) -> Result<T, HostError> {
        if let Some(begun) = &*self.begun.borrow() {
            return change(begun).map_err(failed);
        }
        let own = self.file.0.begin_write().map_err(failed)?;
        let outcome = change(&own).map_err(failed)?;
        own.commit().map_err(failed)?;
        Ok(outcome)
    }
}

impl Store for FileStore {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, HostError> {
        match &*self.begun.borrow() {
            Some(begun) => value(&begun.open_table(VALUES).map_err(failed)?, self.key(key)),
            None => value(&self.now()?.open_table(VALUES).map_err(failed)?, self.key(key)),
        }
    }

    fn put(&self, key: &str, value: &[u8]) -> Result<(), HostError> {
        self.write(|change| {
            change.open_table(VALUES)?.insert(self.key(key), value)?;
            Ok(())
        })
    }

    fn delete(&self, key: &str) -> Result<bool, HostError> {
        self.write(|change| Ok(change.open_table(VALUES)?.remove(self.key(key))?.is_some()))
    }

    fn list(&self, list: &List) -> Result<Vec<(String, Vec<u8>)>, HostError> {
        // The name that comes next after the room's own.
        let next = format!("{}\0", self.room);
        let start = list.start.as_deref().max(Some(&list.prefix)).unwrap_or_default();
        let end = list.end.as_deref().map(|end| (self.class, self.room.as_str(), end.as_bytes()));
        let behind = behind(&list.prefix);
        let behind = behind.as_ref().map(|key| (self.class, self.room.as_str(), key.as_slice()));
        let end = end.into_iter().chain(behind).min().unwrap_or((self.class, &next, &[]));
        let (range, limit) = (self.key(start)..end, list.limit.unwrap_or(usize::MAX));
        if range.is_empty() || limit == 0 {
            return Ok(Vec::new());
        }
        match &*self.begun.borrow() {
            Some(begun) => entries(&begun.open_table(VALUES).map_err(failed)?, range, list.reverse, limit),
            None => entries(&self.now()?.open_table(VALUES).map_err(failed)?, range, list.reverse, limit),
        }
    }

    fn transaction(&self, change: &mut dyn FnMut() -> bool) -> Result<(), HostError> {
        if self.begun.borrow().is_some() {
            return Err(HostError::new(NESTED));
        }
        *self.begun.borrow_mut() = Some(self.file.0.begin_write().map_err(failed)?);
        // A transaction that is dropped by a panic would leave pages behind that nobody uses.
        let outcome = catch_unwind(AssertUnwindSafe(change));
        let Some(begun) = self.begun.take() else { return Ok(()) };
        match outcome {
            Ok(true) => begun.commit().map_err(failed),
            Ok(false) => begun.abort().map_err(failed),
            Err(panic) => {
                drop(begun);
                resume_unwind(panic)
            }
        }
    }
}

type Key<'k> = (&'k str, &'k str, &'k [u8]);

fn is_there(
    table: &impl ReadableTable<(&'static str, &'static str), ()>,
    key: (&str, &str),
) -> Result<bool, HostError> {
    Ok(table.get(key).map_err(failed)?.is_some())
}

fn value(table: &impl ReadableTable<Key<'static>, &'static [u8]>, key: Key<'_>) -> Result<Option<Vec<u8>>, HostError> {
    Ok(table.get(key).map_err(failed)?.map(|value| value.value().to_vec()))
}

fn entries(
    table: &impl ReadableTable<Key<'static>, &'static [u8]>,
    range: Range<Key<'_>>,
    reverse: bool,
    limit: usize,
) -> Result<Vec<(String, Vec<u8>)>, HostError> {
    let mut range = table.range(range).map_err(failed)?;
    let mut found = Vec::new();
    while let Some(entry) = if reverse { range.next_back() } else { range.next() } {
        let (key, value) = entry.map_err(failed)?;
        let key = String::from_utf8_lossy(key.value().2).into_owned();
        if !key.starts_with(OWN) {
            found.push((key, value.value().to_vec()));
        }
        if found.len() == limit {
            break;
        }
    }
    Ok(found)
}

/// The first key behind all that begin so; none where all keys do. UTF-8 has no byte that cannot be counted up.
fn behind(prefix: &str) -> Option<Vec<u8>> {
    let (last, before) = prefix.as_bytes().split_last()?;
    Some([before, &[last + 1]].concat())
}
