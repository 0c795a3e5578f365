//! The outgoing queue of one socket: bounded in bytes, with at most one pending pong and one pending heartbeat answer.
//!
//! The room pushes frames from its thread without waiting; the connection writes them on another.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

use super::{
    backlog::{Backlog, Batch, Close, Outgoing},
    gate::Barrier,
};
use crate::Closed;

/// The time a peer has to read the backlog and to answer the room's close frame.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(10);

/// The time a peer has to read the close frame of a connection that has failed.
const FAIL_TIMEOUT: Duration = Duration::from_secs(2);

/// The close code for a session whose queued frames depend on a lost write. Clients reconnect after it.
const WRITE_LOST_CODE: u16 = 1012;

/// The reason that goes with it.
const WRITE_LOST_REASON: &str = "a write was lost";

/// The outgoing queue of one socket.
#[derive(Debug)]
pub(crate) struct Outbox {
    budget: usize,
    state: Mutex<Backlog>,
    /// Notified when there is something to write.
    ready: Notify,
    /// Notified when the deadline has changed.
    deadline_changed: Notify,
}

impl Outbox {
    /// Creates an empty queue with a budget in bytes.
    pub(super) fn new(budget: usize) -> Self {
        Self { budget, state: Mutex::default(), ready: Notify::new(), deadline_changed: Notify::new() }
    }

    /// Queues a message. Returns false if the socket is closing, or if the message exceeds the budget: then the backlog is dropped
    /// and the socket is closed with 1013.
    ///
    /// The frame that is being written, or is written next, does not count, and one frame of any size fits behind it.
    pub(super) fn push(&self, message: Outgoing, barrier: Option<&Barrier>) -> bool {
        let mut state = self.state();
        if !matches!(state.close, Close::Open) {
            return false;
        }
        if !state.push(message, barrier, self.budget) {
            state.clear();
            state.overflowed = true;
            self.close_in(state, 1013, "too slow", FAIL_TIMEOUT);
            return false;
        }
        drop(state);
        self.ready.notify_one();
        true
    }

    /// Queues the answer to a heartbeat behind the messages, unless one is queued.
    pub(super) fn answer_heartbeat(&self) {
        let mut state = self.state();
        if matches!(state.close, Close::Open) && !state.is_heartbeat_queued {
            state.is_heartbeat_queued = true;
            state.queue.push_back(Outgoing::Heartbeat);
            drop(state);
            self.ready.notify_one();
        }
    }

    /// Answers a ping, ahead of the messages. Only the latest ping is answered, as
    /// [RFC 6455, section 5.5.3](https://www.rfc-editor.org/rfc/rfc6455#section-5.5.3) allows.
    pub(super) fn answer_ping(&self, payload: Bytes) {
        self.state().pong = Some(payload);
        self.ready.notify_one();
    }

    /// Sends a ping, ahead of the messages.
    pub(super) fn ping(&self) {
        self.state().ping = true;
        self.ready.notify_one();
    }

    /// Queues a close frame behind the messages. The connection is cut 10 s later at the latest. Does nothing if the socket is
    /// closing.
    pub(super) fn close(&self, code: u16, reason: &str, barrier: Option<&Barrier>) {
        let mut state = self.state();
        state.push_barrier(barrier);
        self.close_in(state, code, reason, CLOSE_TIMEOUT);
    }

    /// Closes the socket for a peer that may not read the backlog: as [`close`](Self::close), but the connection is cut 2 s later.
    pub(super) fn fail(&self, code: u16, reason: &str) {
        self.close_in(self.state(), code, reason, FAIL_TIMEOUT);
    }

    fn close_in(&self, mut state: MutexGuard<'_, Backlog>, code: u16, reason: &str, limit: Duration) {
        if matches!(state.close, Close::Open) {
            state.close = Close::Queued { code, reason: reason.to_owned() };
            self.end_by(state, Instant::now() + limit);
            self.ready.notify_one();
        }
    }

    /// Called when the room has removed the socket. Cuts the connection at once, unless a close frame is queued or written.
    pub(super) fn remove(&self) {
        let state = self.state();
        if matches!(state.close, Close::Open) {
            self.end_by(state, Instant::now());
        }
    }

    /// Cuts the connection after `limit`, or at an earlier deadline that was set before.
    pub(super) fn end_within(&self, limit: Duration) {
        self.end_by(self.state(), Instant::now() + limit);
    }

    fn end_by(&self, mut state: MutexGuard<'_, Backlog>, deadline: Instant) {
        state.deadline = Some(state.deadline.map_or(deadline, |earlier| earlier.min(deadline)));
        drop(state);
        self.deadline_changed.notify_one();
    }

    pub(super) fn is_closing(&self) -> bool {
        !matches!(self.state().close, Close::Open)
    }

    /// Waits until this side ends the session, and returns how it ended: the budget was exceeded, or the deadline has passed.
    pub(super) async fn ended(&self) -> Closed {
        loop {
            let (overflowed, deadline) = {
                let state = self.state();
                (state.overflowed, state.deadline)
            };
            if overflowed {
                return Closed::failed("the client reads too slowly: its outgoing backlog exceeded the budget");
            }
            if self.changed_before(deadline).await.is_err() {
                return Closed::lost();
            }
        }
    }

    /// Waits until the connection must be cut.
    pub(super) async fn deadline(&self) {
        loop {
            let deadline = self.state().deadline;
            if self.changed_before(deadline).await.is_err() {
                return;
            }
        }
    }

    /// Waits until the deadline changes. Fails if it has passed before.
    async fn changed_before(&self, deadline: Option<Instant>) -> Result<(), ()> {
        let passed = async {
            match deadline {
                Some(deadline) => sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.deadline_changed.notified() => Ok(()),
            () = passed => Err(()),
        }
    }

    /// Waits for frames, and moves them into `buffer`, which must be empty.
    pub(super) async fn next(&self, buffer: &mut Vec<u8>) -> Batch {
        loop {
            if let Some(batch) = self.state().take(buffer) {
                return batch;
            }
            let barrier = self.state().front_barrier();
            match barrier {
                None => self.ready.notified().await,
                Some(barrier) => tokio::select! {
                    passed = barrier.passed() => self.remove_barrier(barrier.number(), passed.is_ok()),
                    // Pings are answered while a barrier is waited for.
                    () = self.ready.notified() => {}
                },
            }
        }
    }

    /// Removes a barrier whose writes are durable. If they are lost, drops the backlog and closes the socket.
    fn remove_barrier(&self, number: u64, is_durable: bool) {
        let mut state = self.state();
        if state.front_barrier().is_none_or(|barrier| barrier.number() != number) {
            // The backlog was dropped in the meantime.
            return;
        }
        if is_durable {
            state.queue.pop_front();
            return;
        }
        state.clear();
        if let Close::Queued { code, reason } = &mut state.close {
            (*code, *reason) = (WRITE_LOST_CODE, WRITE_LOST_REASON.to_owned());
        }
        self.close_in(state, WRITE_LOST_CODE, WRITE_LOST_REASON, CLOSE_TIMEOUT);
    }

    fn state(&self) -> MutexGuard<'_, Backlog> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn text(bytes: usize) -> Outgoing {
        Outgoing::Text(Bytes::from(vec![b'x'; bytes]))
    }

    /// All bytes that can be written now.
    fn written(outbox: &Outbox) -> Vec<u8> {
        let mut all = Vec::new();
        let mut buffer = Vec::new();
        while let Some(batch) = outbox.next(&mut buffer).now_or_never() {
            all.append(&mut buffer);
            all.extend(batch.payload.unwrap_or_default());
        }
        all
    }

    #[test]
    fn only_the_latest_ping_and_one_heartbeat_are_answered() {
        let outbox = Outbox::new(0);
        for number in 0..1000_u16 {
            outbox.answer_ping(Bytes::copy_from_slice(&number.to_be_bytes()));
            outbox.answer_heartbeat();
            outbox.ping();
        }
        let expected = [&[0x8a, 2][..], &999_u16.to_be_bytes(), &[0x89, 0], &[0x81, 9], b"wsdo:pong"].concat();
        assert_eq!(written(&outbox), expected);
        // A heartbeat is answered again once the previous answer is written.
        outbox.answer_heartbeat();
        assert_eq!(written(&outbox), [&[0x81, 9][..], b"wsdo:pong"].concat());
    }

    #[test]
    fn what_exceeds_the_budget_drops_the_backlog_and_closes_with_1013() {
        let outbox = Outbox::new(1000);
        assert!(outbox.push(text(5000), None), "a single frame");
        assert!(outbox.push(text(5000), None), "one behind the frame that is written next");
        assert!(outbox.ended().now_or_never().is_none());
        assert!(!outbox.push(text(0), None));
        assert!(!outbox.push(text(0), None), "it is closed");
        assert_eq!(outbox.ended().now_or_never().map(|closed| closed.code()), Some(Closed::ABNORMAL));
        assert_eq!(written(&outbox), [&[0x88, 10][..], &1013_u16.to_be_bytes(), b"too slow"].concat());
    }

    #[test]
    fn empty_frames_count_for_the_memory_they_take() {
        let outbox = Outbox::new(100 * super::super::backlog::OVERHEAD);
        let taken = (0..1000).take_while(|_| outbox.push(text(0), None)).count();
        assert_eq!(taken, 101, "the budget, and the frame that is written next");
    }

    #[test]
    fn a_close_comes_behind_what_was_sent_and_nothing_behind_it() {
        let outbox = Outbox::new(1000);
        assert!(outbox.push(text(1), None));
        outbox.close(4001, "r", None);
        outbox.close(4002, "", None);
        outbox.answer_heartbeat();
        assert!(!outbox.push(text(1), None));
        assert_eq!(written(&outbox), [0x81, 1, b'x', 0x88, 3, 0x0f, 0xa1, b'r']);
        outbox.answer_ping(Bytes::new());
        assert!(outbox.is_closing());
    }

    #[test]
    fn a_closed_socket_is_cut_after_ten_seconds_and_a_forgotten_one_at_once() {
        let (closed, removed) = (Outbox::new(1000), Outbox::new(1000));
        let begun = Instant::now();
        closed.close(4001, "", None);
        closed.remove();
        let deadline = closed.state().deadline.expect("a deadline");
        assert!(deadline >= begun + CLOSE_TIMEOUT && deadline <= Instant::now() + CLOSE_TIMEOUT);
        removed.remove();
        assert!(removed.state().deadline.is_some_and(|deadline| deadline <= Instant::now()));
    }
}
