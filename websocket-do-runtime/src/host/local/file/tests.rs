//! The data file on a failing disk, and damaged files.

mod damage;
mod disk;
mod faults;
mod gate;

use std::{
    fs,
    path::PathBuf,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use self::disk::{Disk, Mode};
use super::{File, FileStore, Reopening, database};
use crate::host::{Store, local::gate::WritesLost};

fn temporary_folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn data_file(folder: &TempDir) -> PathBuf {
    folder.path().join("rooms.redb")
}

/// A data file on a simulated disk.
fn file_on(disk: &Arc<Disk>, folder: &TempDir) -> Arc<File> {
    drop(File::open(folder.path()).expect("a new file"));
    let (disk, path) = (disk.clone(), data_file(folder));
    let open = move || Ok(database::builder().create_with_backend(disk.open(&path)?)?);
    Arc::new(File::start(Reopening::with(open)).expect("a thread"))
}

fn store(file: &Arc<File>, room: &str) -> FileStore {
    FileStore::new(file.clone(), "Class", room.to_owned())
}

/// Waits until all writes of the room are durable.
fn written(store: &FileStore) -> Result<(), WritesLost> {
    let Some(barrier) = store.barrier() else { return Ok(()) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let passed = || tokio::time::timeout(Duration::from_mins(1), barrier.passed());
    runtime.block_on(async { passed().await.expect("an outcome in time") })
}

/// Repeats the attempt until it succeeds.
fn eventually<T, E: std::fmt::Debug>(mut attempt: impl FnMut() -> Result<T, E>) -> T {
    let start = Instant::now();
    loop {
        match attempt() {
            Ok(value) => return value,
            Err(error) => assert!(start.elapsed() < Duration::from_mins(1), "{error:?}"),
        }
        thread::sleep(Duration::from_millis(1));
    }
}

fn text(store: &FileStore, key: &str) -> Option<String> {
    store.get(key).expect("a value").map(|value| String::from_utf8(value).expect("text"))
}
