//! The queue of writes to the data file: rooms add them, and one thread commits them.

use std::{
    collections::BTreeMap,
    mem,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
};

use super::super::gate::WriteProgress;
use crate::HostError;

/// How many bytes of writes all rooms together may queue. If there are more, `push` waits for the disk; a single batch always fits.
const MAX_QUEUED: usize = 8 << 20;

/// The approximate overhead of a map entry, in bytes.
const ENTRY_OVERHEAD: usize = 96;

/// The class and the name of a room.
pub(super) struct RoomKey {
    pub(super) class: &'static str,
    pub(super) name: String,
}

/// Changes that are committed together.
#[derive(Default)]
pub(super) struct Changes {
    /// New values by key; none deletes the value.
    pub(super) values: BTreeMap<String, Option<Arc<[u8]>>>,
    /// Whether the room is started with the server, if that changes.
    pub(super) waiting: Option<bool>,
    pub(super) bytes: usize,
}

impl Changes {
    pub(super) fn value(key: &str, value: Option<&[u8]>) -> Self {
        let mut changes = Self::default();
        changes.set(key, value);
        changes
    }

    pub(super) fn waiting(is_waiting: bool) -> Self {
        Self { waiting: Some(is_waiting), ..Self::default() }
    }

    pub(super) fn set(&mut self, key: &str, value: Option<&[u8]>) {
        let size = |value: Option<&[u8]>| ENTRY_OVERHEAD + key.len() + value.map_or(0, <[u8]>::len);
        self.bytes += size(value);
        if let Some(old) = self.values.insert(key.to_owned(), value.map(Arc::from)) {
            self.bytes -= size(old.as_deref());
        }
    }
}

/// One numbered write of a room.
pub(super) struct Batch {
    pub(super) room: Arc<RoomKey>,
    pub(super) progress: Arc<WriteProgress>,
    pub(super) number: u64,
    pub(super) changes: Changes,
    /// Receives the result, if the room waits for it.
    pub(super) reply: Option<SyncSender<Result<(), HostError>>>,
}

/// The next task of the writer.
pub(super) enum Work {
    Write(Vec<Batch>),
    Reopen,
    Stop,
}

/// The queue. The writer takes all of it at once.
#[derive(Default)]
pub(super) struct Queue {
    inner: Mutex<Inner>,
    /// Notified when there is work.
    work: Condvar,
    /// Notified when there is space.
    space: Condvar,
}

#[derive(Default)]
struct Inner {
    batches: Vec<Batch>,
    bytes: usize,
    /// Whether the last commit failed. Rooms then wait for the result of each write.
    is_failing: bool,
    reopen: bool,
    stop: bool,
}

impl Queue {
    /// Queues a write; waits while the queue is full. Returns a receiver of the result, which the caller must wait for, if commits
    /// are failing or `wait` is set.
    pub(super) fn push(&self, mut batch: Batch, wait: bool) -> Option<Receiver<Result<(), HostError>>> {
        let mut inner = self.inner();
        while inner.bytes > 0 && inner.bytes + batch.changes.bytes > MAX_QUEUED && !inner.stop {
            inner = self.space.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
        let mut outcome = None;
        if inner.is_failing || wait {
            let (reply, receiver) = sync_channel(1);
            (batch.reply, outcome) = (Some(reply), Some(receiver));
        }
        inner.bytes += batch.changes.bytes;
        inner.batches.push(batch);
        drop(inner);
        self.work.notify_one();
        outcome
    }

    /// Waits for the next task.
    pub(super) fn next(&self) -> Work {
        let mut inner = self.inner();
        loop {
            if !inner.batches.is_empty() {
                inner.bytes = 0;
                self.space.notify_all();
                return Work::Write(mem::take(&mut inner.batches));
            }
            if mem::take(&mut inner.reopen) {
                return Work::Reopen;
            }
            if inner.stop {
                return Work::Stop;
            }
            inner = self.work.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Sets whether commits are failing.
    pub(super) fn set_failing(&self, is_failing: bool) {
        self.inner().is_failing = is_failing;
    }

    /// Requests the writer to reopen the file.
    pub(super) fn reopen(&self) {
        self.inner().reopen = true;
        self.work.notify_one();
    }

    /// Requests the writer to end after the queued writes.
    pub(super) fn stop(&self) {
        self.inner().stop = true;
        self.work.notify_one();
        self.space.notify_all();
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
