//! The thread that writes to the data file. All queued writes go into one commit.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use redb::WriteTransaction;

use super::{
    database::{Reopening, VALUES, WAITING},
    queue::{Batch, Queue, Work},
};
use crate::{HostError, server::log};

/// Writes until the queue is stopped and empty.
pub(super) struct Writer {
    pub(super) database: Arc<Reopening>,
    pub(super) queue: Arc<Queue>,
    fault: Option<Failure>,
}

/// Why the last commit failed, and when the next attempt may be made: reopening the file reads all of it.
struct Failure {
    error: HostError,
    not_before: Instant,
}

impl Writer {
    pub(super) fn new(database: Arc<Reopening>, queue: Arc<Queue>) -> Self {
        Self { database, queue, fault: None }
    }

    pub(super) fn run(mut self) {
        loop {
            match self.queue.next() {
                Work::Write(batches) => self.write(batches),
                Work::Reopen => {
                    if let Err(error) = self.database.reopen() {
                        log::error(&format!("{error}"));
                    }
                }
                Work::Stop => return,
            }
        }
    }

    fn write(&mut self, mut batches: Vec<Batch>) {
        // Drops batches of rooms that must restart, or have restarted since.
        batches.retain(|batch| {
            let is_lost = batch.progress.is_lost(batch.number);
            if is_lost && let Some(reply) = &batch.reply {
                let _ = reply.send(Err(super::restarting()));
            }
            !is_lost
        });
        if batches.is_empty() {
            return;
        }
        match self.commit(&batches) {
            Ok(()) => {
                if self.fault.take().is_some() {
                    log::error("the data file can be written again");
                    self.queue.set_failing(false);
                }
                for batch in batches {
                    batch.progress.settle(batch.number);
                    if let Some(reply) = batch.reply {
                        let _ = reply.send(Ok(()));
                    }
                }
            }
            Err(error) => {
                // Set before any room learns of it, so that its next write waits for the result.
                self.queue.set_failing(true);
                for batch in batches {
                    match batch.reply {
                        Some(reply) => {
                            batch.progress.settle(batch.number);
                            let _ = reply.send(Err(error.clone()));
                        }
                        None => batch.progress.fail(),
                    }
                }
            }
        }
    }

    fn commit(&mut self, batches: &[Batch]) -> Result<(), HostError> {
        if let Some(failure) = self.fault.as_ref().filter(|failure| Instant::now() < failure.not_before) {
            return Err(failure.error.clone());
        }
        let start = Instant::now();
        let apply = || self.database.write(|transaction| apply(transaction, batches));
        // A transient fault is not reported to the rooms.
        let outcome = apply().or_else(|_| self.database.reopen().and_then(|()| apply()));
        outcome.inspect_err(|error| {
            if self.fault.is_none() {
                log::error(&format!("{error}; writes fail until it can be written again"));
            }
            // Reads may still work after reopening.
            let _ = self.database.reopen();
            let pause = start.elapsed().max(Duration::from_millis(1));
            self.fault = Some(Failure { error: error.clone(), not_before: Instant::now() + pause });
        })
    }
}

fn apply(transaction: &WriteTransaction, batches: &[Batch]) -> Result<(), redb::Error> {
    let mut values = transaction.open_table(VALUES)?;
    let mut waiting = transaction.open_table(WAITING)?;
    for Batch { room, changes, .. } in batches {
        for (key, value) in &changes.values {
            let key = (room.class, room.name.as_str(), key.as_bytes());
            match value {
                Some(value) => drop(values.insert(key, &**value)?),
                None => drop(values.remove(key)?),
            }
        }
        let room = (room.class, room.name.as_str());
        match changes.waiting {
            Some(true) => drop(waiting.insert(room, ())?),
            Some(false) => drop(waiting.remove(room)?),
            None => {}
        }
    }
    Ok(())
}
