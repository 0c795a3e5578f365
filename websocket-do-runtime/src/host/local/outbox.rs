//! The outgoing queue of one socket: bounded in bytes, with at most one pending answer of each kind to pings.
//!
//! The room pushes frames from its thread and never waits; the connection takes them on another.

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

/// The time a peer has to take the backlog and to answer the close frame of the room.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(10);

/// The time a peer has to take the close frame of a connection that has failed.
const FAIL_TIMEOUT: Duration = Duration::from_secs(2);

/// The close code of a session that was to get a frame which depends on a write that was lost: the client may come again.
const LOST: u16 = 1012;

/// The reason beside it.
const WRITE_LOST: &str = "a write was lost";

/// The outgoing queue of one socket.
#[derive(Debug)]
pub(crate) struct Outbox {
    budget: usize,
    state: Mutex<Backlog>,
    /// The writer has something to do.
    ready: Notify,
    /// The deadline has changed.
    ending: Notify,
}

impl Outbox {
    /// An empty queue. `budget` is in bytes.
    pub(super) fn new(budget: usize) -> Self {
        Self { budget, state: Mutex::default(), ready: Notify::new(), ending: Notify::new() }
    }

    /// Queues a message. Returns false where the socket is closing, or where the message exceeds the budget: then the
    /// backlog is dropped and the socket closed with 1013.
    ///
    /// The frame that is being written, or that is written next, does not count, and one frame of any size fits behind it.
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

    /// Answers a heartbeat, in order with the messages, unless an answer is queued already.
    pub(super) fn answer_heartbeat(&self) {
        let mut state = self.state();
        if matches!(state.close, Close::Open) && !state.is_heartbeat_queued {
            state.is_heartbeat_queued = true;
            state.queue.push_back(Outgoing::Heartbeat);
            drop(state);
            self.ready.notify_one();
        }
    }

    /// Answers a ping ahead of the messages. Only the latest is answered, as
    /// [RFC 6455, section 5.5.3](https://www.rfc-editor.org/rfc/rfc6455#section-5.5.3) allows.
    pub(super) fn answer_ping(&self, payload: Bytes) {
        self.state().pong = Some(payload);
        self.ready.notify_one();
    }

    /// Sends a ping ahead of the messages.
    pub(super) fn ping(&self) {
        self.state().ping = true;
        self.ready.notify_one();
    }

    /// Closes the socket behind what is queued. The connection is cut 10 s later at the latest. Does nothing where the
    /// socket is closing.
    pub(super) fn close(&self, code: u16, reason: &str, barrier: Option<&Barrier>) {
        let mut state = self.state();
        state.put_barrier(barrier);
        self.close_in(state, code, reason, CLOSE_TIMEOUT);
    }

    /// The same where the peer cannot be expected to read what is queued: the connection is cut 2 s later at the latest.
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

    /// The room is done with the socket. Without a close frame that could still go out, the connection is cut at once.
    pub(super) fn forget(&self) {
        let state = self.state();
        if matches!(state.close, Close::Open) {
            self.end_by(state, Instant::now());
        }
    }

    /// Cuts the connection after a time, or earlier where that was said before.
    pub(super) fn end_within(&self, limit: Duration) {
        self.end_by(self.state(), Instant::now() + limit);
    }

    fn end_by(&self, mut state: MutexGuard<'_, Backlog>, deadline: Instant) {
        state.deadline = Some(state.deadline.map_or(deadline, |earlier| earlier.min(deadline)));
        drop(state);
        self.ending.notify_one();
    }

    pub(super) fn is_closing(&self) -> bool {
        !matches!(self.state().close, Close::Open)
    }

    /// Waits until the session is over whatever the peer does, and returns how it ended: the budget was exceeded, or the
    /// time is over.
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

    /// Waits for another deadline; an error where this one has passed.
    async fn changed_before(&self, deadline: Option<Instant>) -> Result<(), ()> {
        let passed = async {
            match deadline {
                Some(deadline) => sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.ending.notified() => Ok(()),
            () = passed => Err(()),
        }
    }

    /// Waits for something to write, and puts it into `buffer`, which must be empty.
    pub(super) async fn next(&self, buffer: &mut Vec<u8>) -> Batch {
        loop {
            if let Some(batch) = self.state().take(buffer) {
                return batch;
            }
            let barrier = self.state().front_barrier();
            match barrier {
                None => self.ready.notified().await,
                Some(barrier) => tokio::select! {
                    passed = barrier.passed() => self.pass(barrier.number(), passed.is_ok()),
                    // Pings are answered meanwhile.
                    () = self.ready.notified() => {}
                },
            }
        }
    }

    /// The writes before a barrier are durable, or lost.
    fn pass(&self, number: u64, is_durable: bool) {
        let mut state = self.state();
        if state.front_barrier().is_none_or(|barrier| barrier.number() != number) {
            // The backlog was dropped meanwhile.
            return;
        }
        if is_durable {
            state.queue.pop_front();
            return;
        }
        state.clear();
        if let Close::Queued { code, reason } = &mut state.close {
            (*code, *reason) = (LOST, WRITE_LOST.to_owned());
        }
        self.close_in(state, LOST, WRITE_LOST, CLOSE_TIMEOUT);
    }

    fn state(&self) -> MutexGuard<'_, Backlog> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
