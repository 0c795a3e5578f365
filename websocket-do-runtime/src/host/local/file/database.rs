//! The database file: opening it with a check of every page, and reopening it after a fault.

use std::{
    fmt::Display,
    fs, io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{PoisonError, RwLock},
};

use redb::{Builder, Database, ReadTransaction, ReadableDatabase, TableDefinition, WriteTransaction};
use uuid::Uuid;

use crate::HostError;

/// Values by class, room and key.
pub(super) const VALUES: TableDefinition<'_, (&str, &str, &[u8]), &[u8]> = TableDefinition::new("values");

/// Class and name of the rooms that are started with the server, as they have a timer set.
pub(super) const WAITING: TableDefinition<'_, (&str, &str), ()> = TableDefinition::new("waiting");

/// The size of the database's cache, in bytes.
const CACHE_SIZE: usize = 16 << 20;

/// The file's name in the data folder.
const NAME: &str = "rooms.redb";

type Opened = Result<Database, redb::Error>;
type Open = Box<dyn Fn() -> Opened + Send + Sync>;

/// A database that can be reopened: after an I/O error, it rejects all operations until then.
pub(super) struct Reopening {
    open: Open,
    current: RwLock<Result<Database, HostError>>,
}

impl Reopening {
    /// Opens the file in the folder, or creates both.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or written, is damaged, or is in use by another server.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        let path = folder.join(NAME);
        fs::create_dir_all(folder).map_err(|error| explained(folder, &error, error.kind()))?;
        let database = match guarded(|| if path.try_exists()? { open(&path) } else { create(folder, &path) }) {
            Ok(database) => database,
            Err(Fault::Redb(redb::Error::DatabaseAlreadyOpen)) => {
                let reason = "another server uses it; stop that server, or choose another folder";
                return Err(explained(&path, &reason, io::ErrorKind::WouldBlock));
            }
            Err(Fault::Redb(redb::Error::Io(error))) if !is_damage(error.kind()) => {
                return Err(explained(&path, &error, error.kind()));
            }
            Err(fault) => {
                let reason =
                    format!("it is damaged: {fault}; restore it from a backup, or move it away to start without data");
                return Err(explained(&path, &reason, io::ErrorKind::InvalidData));
            }
        };
        Ok(Self { open: Box::new(move || open(&path)), current: RwLock::new(Ok(database)) })
    }

    /// A database that is opened by a function.
    #[cfg(test)]
    pub(super) fn with(open: impl Fn() -> Opened + Send + Sync + 'static) -> Self {
        let database = open().expect("a database that can be opened");
        Self { open: Box::new(open), current: RwLock::new(Ok(database)) }
    }

    /// Calls `read` with a snapshot.
    pub(super) fn read<T>(
        &self,
        read: impl FnOnce(&ReadTransaction) -> Result<T, redb::Error>,
    ) -> Result<T, HostError> {
        self.with_current(|database| read(&database.begin_read()?))
    }

    /// Calls `change` with a transaction, and commits it. It is durable when this returns.
    pub(super) fn write(
        &self,
        change: impl FnOnce(&WriteTransaction) -> Result<(), redb::Error>,
    ) -> Result<(), HostError> {
        self.with_current(|database| {
            let transaction = database.begin_write()?;
            change(&transaction)?;
            Ok(transaction.commit()?)
        })
    }

    fn with_current<T>(&self, act: impl FnOnce(&Database) -> Result<T, redb::Error>) -> Result<T, HostError> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        match &*current {
            Ok(database) => guarded(|| act(database)).map_err(|fault| failed(&fault)),
            Err(error) => Err(error.clone()),
        }
    }

    /// Closes the database and opens it again.
    pub(super) fn reopen(&self) -> Result<(), HostError> {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        // The file must be closed before it can be opened again.
        drop(std::mem::replace(&mut *current, Err(HostError::new("the data file is closed"))));
        *current = guarded(&self.open).map_err(|fault| failed(&fault));
        current.as_ref().map(drop).map_err(Clone::clone)
    }
}

pub(super) fn builder() -> Builder {
    let mut builder = Builder::new();
    // Verifies the checksum of every page: redb does not do it when it reads them later.
    builder.set_cache_size(CACHE_SIZE).set_check_integrity_on_open(true);
    builder
}

fn open(path: &Path) -> Opened {
    Ok(builder().open(path)?)
}

/// Creates a file with its tables under a temporary name, and renames it: an empty file is always a damaged one.
fn create(folder: &Path, path: &Path) -> Opened {
    let temporary = folder.join(format!("{NAME}.{}", Uuid::new_v4()));
    let make = || -> Result<Option<Database>, redb::Error> {
        let database = builder().create(&temporary)?;
        let tables = database.begin_write()?;
        tables.open_table(VALUES)?;
        tables.open_table(WAITING)?;
        tables.commit()?;
        match fs::hard_link(&temporary, path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(None),
            // The file system has no hard links.
            Err(_) => fs::rename(&temporary, path)?,
        }
        sync_folder(folder)?;
        Ok(Some(database))
    };
    let outcome = make();
    let _ = fs::remove_file(&temporary);
    match outcome? {
        Some(database) => Ok(database),
        // Another server has created it in the meantime.
        None => open(path),
    }
}

/// Makes the entries of a folder durable.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature on Unix")]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Why an operation on the database failed.
enum Fault {
    Redb(redb::Error),
    /// It panicked, which some damage after the file was opened causes.
    Panic,
}

impl Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Redb(error) => error.fmt(f),
            Self::Panic => f.write_str("a page cannot be read"),
        }
    }
}

fn guarded<T>(act: impl FnOnce() -> Result<T, redb::Error>) -> Result<T, Fault> {
    match catch_unwind(AssertUnwindSafe(act)) {
        Ok(outcome) => outcome.map_err(Fault::Redb),
        Err(_) => Err(Fault::Panic),
    }
}

/// Whether redb reports this for a file that is truncated or has another format.
fn is_damage(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData)
}

fn explained(path: &Path, reason: &dyn Display, kind: io::ErrorKind) -> io::Error {
    io::Error::new(kind, format!("cannot keep rooms in {}: {reason}", path.display()))
}

fn failed(fault: &Fault) -> HostError {
    HostError::new(format!("the data file: {fault}"))
}
