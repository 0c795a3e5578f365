//! The output gate: frames and responses of a room wait until its earlier writes are durable.
//!
//! A room's writes are numbered. The thread that commits them advances [`WriteProgress`]. What the room sends carries a
//! [`Barrier`] with the number of the last write, and the connection waits for it before it writes. No room's thread waits for
//! the disk.

use std::sync::Arc;

use tokio::sync::watch;

/// Which writes of one room are durable. Shared by the room, its sockets and the thread that commits.
#[derive(Debug, Default)]
pub(crate) struct WriteProgress(watch::Sender<State>);

#[derive(Debug, Default, Clone, Copy)]
struct State {
    /// The last write that is no longer pending: durable or lost.
    settled: u64,
    /// The first and the last lost write. The range spans several failures: a durable write between them counts as lost for
    /// frames that are still queued. No number in it is reused.
    lost: Option<(u64, u64)>,
    /// Whether a write was lost after its call had returned, and the room has not restarted yet.
    is_broken: bool,
}

impl State {
    fn is_lost(&self, number: u64) -> bool {
        let in_the_past = self.lost.is_some_and(|(first, last)| (first..=last).contains(&number));
        in_the_past || (self.is_broken && number > self.settled)
    }
}

/// The error of a barrier whose writes were lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WritesLost;

impl WriteProgress {
    /// The last write that is no longer pending.
    pub(super) fn settled(&self) -> u64 {
        self.0.borrow().settled
    }

    /// Whether the room must restart before it can write.
    pub(super) fn is_broken(&self) -> bool {
        self.0.borrow().is_broken
    }

    /// Whether a write was lost, or depends on a lost one.
    pub(super) fn is_lost(&self, number: u64) -> bool {
        self.0.borrow().is_lost(number)
    }

    /// Marks all writes up to `number` as durable, or as failed with an error that the room has seen.
    pub(super) fn settle(&self, number: u64) {
        self.0.send_modify(|state| {
            if !state.is_broken {
                state.settled = state.settled.max(number);
            }
        });
    }

    /// Marks all pending writes as lost. The room must restart.
    pub(super) fn fail(&self) {
        self.0.send_modify(|state| state.is_broken = true);
    }

    /// Marks all writes up to `number`, the room's last one, as no longer pending. The next number counts as settled.
    pub(super) fn restart(&self, number: u64) {
        self.0.send_modify(|state| {
            if state.is_broken {
                let first = state.lost.map_or(state.settled.saturating_add(1), |(first, _)| first);
                *state = State { settled: number.saturating_add(1), lost: Some((first, number)), is_broken: false };
            }
        });
    }

    /// Waits until the room must restart.
    pub(super) async fn broken(&self) {
        // Fails only without a sender, which `self` is.
        let _ = self.0.subscribe().wait_for(|state| state.is_broken).await;
    }

    /// A barrier after the write `number`; none if it is durable.
    pub(super) fn barrier(self: &Arc<Self>, number: u64) -> Option<Barrier> {
        let state = *self.0.borrow();
        (state.is_lost(number) || state.settled < number).then(|| Barrier { progress: self.clone(), number })
    }
}

/// A point among the writes of a room. Output after it waits until the writes before it are durable.
#[derive(Debug, Clone)]
pub(crate) struct Barrier {
    progress: Arc<WriteProgress>,
    number: u64,
}

impl Barrier {
    /// The number of the last write before the barrier.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Waits until all writes before the barrier are durable. Cancel-safe.
    ///
    /// # Errors
    /// Returns [`WritesLost`] if they were lost: output after the barrier must be dropped.
    pub(crate) async fn passed(&self) -> Result<(), WritesLost> {
        let mut progress = self.progress.0.subscribe();
        let settled = progress.wait_for(|state| state.is_lost(self.number) || state.settled >= self.number).await;
        let is_lost = settled.map_or(true, |state| state.is_lost(self.number));
        if is_lost { Err(WritesLost) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::FutureExt;

    use super::{WriteProgress, WritesLost};

    #[test]
    fn a_barrier_opens_when_the_writes_before_it_are_durable() {
        let progress = Arc::new(WriteProgress::default());
        assert!(progress.barrier(0).is_none());
        let barrier = progress.barrier(2).expect("a pending write");
        progress.settle(1);
        assert_eq!(barrier.passed().now_or_never(), None);
        progress.settle(2);
        assert_eq!(barrier.passed().now_or_never(), Some(Ok(())));
        assert!(progress.barrier(2).is_none());
    }

    #[test]
    fn lost_writes_stay_lost_after_the_room_has_restarted() {
        let progress = Arc::new(WriteProgress::default());
        progress.settle(1);
        let barrier = progress.barrier(3).expect("a pending write");
        assert_eq!(progress.broken().now_or_never(), None);
        progress.fail();
        assert_eq!(progress.broken().now_or_never(), Some(()));
        // Writes that were still queued are ignored.
        progress.settle(4);
        progress.restart(5);
        assert!(progress.barrier(6).is_none());
        progress.settle(6);
        assert_eq!(barrier.passed().now_or_never(), Some(Err(WritesLost)));
        let lost: Vec<_> = (1..=6).filter(|&number| progress.is_lost(number)).collect();
        assert_eq!(lost, [2, 3, 4, 5]);
    }
}
