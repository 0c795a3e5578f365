//! The data file on a disk that fails, and a file that is damaged.

mod damage;
mod disk;
mod faults;
mod gate;

use std::{
    fs,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use self::disk::{Disk, Mode};
use super::{File, FileStore, Reopening, database};
use crate::host::{Store, local::gate::WritesLost};

/// A folder that is deleted when this is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("websocket-do-file-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    fn file(&self) -> PathBuf {
        self.0.join("rooms.redb")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A data file on a disk that does as it is told.
fn file_on(disk: &Arc<Disk>, folder: &Folder) -> Arc<File> {
    drop(File::open(&folder.0).expect("a new file"));
    let (disk, path) = (disk.clone(), folder.file());
    let open = move || Ok(database::builder().create_with_backend(disk.open(&path)?)?);
    Arc::new(File::start(Reopening::with(open)).expect("a thread"))
}

fn store(file: &Arc<File>, room: &str) -> FileStore {
    FileStore::new(file.clone(), "Class", room.to_owned())
}

/// Waits until everything that the room has written is durable.
fn written(store: &FileStore) -> Result<(), WritesLost> {
    let Some(barrier) = store.barrier() else { return Ok(()) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let passed = || tokio::time::timeout(Duration::from_mins(1), barrier.passed());
    runtime.block_on(async { passed().await.expect("an outcome in time") })
}

/// Tries until it works.
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
