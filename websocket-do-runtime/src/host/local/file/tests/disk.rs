//! A disk that fails or hangs on demand.

use std::{
    fs, io,
    path::Path,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use redb::{BackendError, StorageBackend, backends::FileBackend};

/// The current behaviour of the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Healthy,
    /// Writes beyond the length that the file had when it was opened fail.
    Full,
    /// Every write fails.
    NoWrites,
    /// Every sync fails.
    NoSyncs,
    /// The next write fails, and the disk is healthy again.
    OneFault,
    /// A sync does not return.
    Hanging,
}

#[derive(Debug)]
pub(super) struct Disk {
    mode: Mutex<Mode>,
    changed: Condvar,
    pub(super) syncs: AtomicU32,
    hanging: Mutex<u32>,
}

impl Disk {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            mode: Mutex::new(Mode::Healthy),
            changed: Condvar::new(),
            syncs: AtomicU32::new(0),
            hanging: Mutex::new(0),
        })
    }

    pub(super) fn set(&self, mode: Mode) {
        *self.mode.lock().expect("the mode") = mode;
        self.changed.notify_all();
    }

    /// Waits until a sync hangs.
    pub(super) fn wait_until_hanging(&self) {
        super::eventually(|| if *self.hanging.lock().expect("a count") > 0 { Ok(()) } else { Err("no sync hangs") });
    }

    pub(super) fn open(self: &Arc<Self>, path: &Path) -> io::Result<OnDisk> {
        let file = fs::File::options().read(true).write(true).open(path)?;
        let used = file.metadata()?.len();
        Ok(OnDisk { file: FileBackend::new(file).map_err(io::Error::other)?, used, disk: self.clone() })
    }

    fn fail_if(&self, is_failing: impl Fn(Mode) -> bool) -> io::Result<()> {
        let mut mode = self.mode.lock().expect("the mode");
        if !is_failing(*mode) {
            return Ok(());
        }
        if *mode == Mode::OneFault {
            *mode = Mode::Healthy;
        }
        Err(io::ErrorKind::StorageFull.into())
    }
}

#[derive(Debug)]
pub(super) struct OnDisk {
    file: FileBackend,
    /// The length up to which the disk has space for the file.
    used: u64,
    disk: Arc<Disk>,
}

type Edge = std::ops::Bound<u64>;

impl StorageBackend for OnDisk {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let is_more = len > self.len()?;
        self.disk.fail_if(|mode| mode == Mode::NoWrites || (mode == Mode::Full && is_more))?;
        self.file.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.disk.syncs.fetch_add(1, Ordering::SeqCst);
        *self.disk.hanging.lock().expect("a count") += 1;
        let mode = self.disk.mode.lock().expect("the mode");
        drop(self.disk.changed.wait_while(mode, |mode| *mode == Mode::Hanging).expect("the mode"));
        *self.disk.hanging.lock().expect("a count") -= 1;
        self.disk.fail_if(|mode| mode == Mode::NoSyncs)?;
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let end = offset + data.len() as u64;
        self.disk.fail_if(|mode| match mode {
            Mode::NoWrites | Mode::OneFault => true,
            Mode::Full => end > self.used,
            Mode::Healthy | Mode::NoSyncs | Mode::Hanging => false,
        })?;
        self.file.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }

    fn try_lock_range(&self, start: Edge, end: Edge) -> Result<bool, BackendError> {
        self.file.try_lock_range(start, end)
    }

    fn try_lock_shared_range(&self, start: Edge, end: Edge) -> Result<bool, BackendError> {
        self.file.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Edge, end: Edge) -> Result<(), BackendError> {
        self.file.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Edge, end: Edge) -> Result<(), BackendError> {
        self.file.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Edge, end: Edge) -> Result<(), BackendError> {
        self.file.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Edge, end: Edge) -> Result<bool, BackendError> {
        self.file.query_lock_range(start, end)
    }
}
