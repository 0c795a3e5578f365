//! What waits to be written to one socket, in order. Knows nothing of who waits for it.

use std::collections::VecDeque;

use bytes::Bytes;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Control, Data, OpCode};

use super::{
    framing::{BATCH, frame, put},
    gate::Barrier,
};
use crate::connection::heartbeat::PONG;

/// What a queued frame costs beside its payload: its header and its place in the queue.
pub(super) const OVERHEAD: usize = 64;

/// A message that waits to be written.
#[derive(Debug, Clone)]
pub(super) enum Outgoing {
    Text(Bytes),
    Binary(Bytes),
    /// The answer to a heartbeat. At most one is queued.
    Heartbeat,
    /// What comes next waits until everything that the room wrote before is durable. Where it never will be, nothing that
    /// was queued leaves any more: the socket is closed with [`LOST`].
    Barrier(Barrier),
}

impl Outgoing {
    /// What the message counts for in the budget.
    fn cost(&self) -> usize {
        match self {
            Self::Text(payload) | Self::Binary(payload) => payload.len().saturating_add(OVERHEAD),
            Self::Heartbeat | Self::Barrier(_) => 0,
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Backlog {
    pub(super) queue: VecDeque<Outgoing>,
    /// What the queue costs.
    pub(super) queued: usize,
    /// What the batch that is being written costs.
    pub(super) writing: usize,
    /// The number of the last barrier that was queued.
    pub(super) barrier: u64,
    pub(super) is_heartbeat_queued: bool,
    pub(super) ping: bool,
    pub(super) pong: Option<Bytes>,
    pub(super) close: Close,
    /// When the connection is cut, whatever the peer does.
    pub(super) deadline: Option<Instant>,
    /// The budget was exceeded.
    pub(super) overflowed: bool,
}

#[derive(Debug, Default)]
pub(super) enum Close {
    #[default]
    Open,
    Queued {
        code: u16,
        reason: String,
    },
    /// The writer has taken the close frame.
    Taken,
}

/// What the writer writes next: the bytes of its buffer, then the payload, if there is one.
pub(super) struct Batch {
    pub(super) payload: Option<Bytes>,
    /// Whether it ends with the close frame.
    pub(super) is_last: bool,
}

impl Backlog {
    /// Queues a message behind the barrier, unless it exceeds the budget. The frame that is being written or is written next does
    /// not count, and one frame of any size fits behind it.
    pub(super) fn push(&mut self, message: Outgoing, barrier: Option<&Barrier>, budget: usize) -> bool {
        let first = self.queue.iter().map(Outgoing::cost).find(|cost| *cost > 0).unwrap_or(0);
        let behind = self.queued.saturating_sub(if self.writing > 0 { 0 } else { first });
        if behind > 0 && behind.saturating_add(message.cost()) > budget {
            return false;
        }
        self.put_barrier(barrier);
        self.queued = self.queued.saturating_add(message.cost());
        self.queue.push_back(message);
        true
    }

    /// Moves what is to be written next into `buffer`. None where there is nothing, or where a barrier comes first.
    pub(super) fn take(&mut self, buffer: &mut Vec<u8>) -> Option<Batch> {
        self.writing = 0;
        if let Some(payload) = self.pong.take() {
            frame(buffer, OpCode::Control(Control::Pong), &payload);
        }
        if std::mem::take(&mut self.ping) {
            frame(buffer, OpCode::Control(Control::Ping), &[]);
        }
        let mut payload = None;
        while payload.is_none() && buffer.len() < BATCH {
            if self.front_barrier().is_some() {
                break;
            }
            let Some(message) = self.queue.pop_front() else { break };
            self.queued = self.queued.saturating_sub(message.cost());
            self.writing = self.writing.saturating_add(message.cost());
            match message {
                Outgoing::Text(text) => payload = put(buffer, Data::Text, text),
                Outgoing::Binary(bytes) => payload = put(buffer, Data::Binary, bytes),
                Outgoing::Barrier(_) => {}
                Outgoing::Heartbeat => {
                    self.is_heartbeat_queued = false;
                    frame(buffer, OpCode::Data(Data::Text), PONG.as_bytes());
                }
            }
        }
        let is_last = payload.is_none() && self.queue.is_empty() && self.take_close(buffer);
        (!buffer.is_empty()).then_some(Batch { payload, is_last })
    }

    pub(super) fn put_barrier(&mut self, barrier: Option<&Barrier>) {
        if let Some(barrier) =
            barrier.filter(|barrier| matches!(self.close, Close::Open) && barrier.number() > self.barrier)
        {
            self.barrier = barrier.number();
            self.queue.push_back(Outgoing::Barrier(barrier.clone()));
        }
    }

    pub(super) fn front_barrier(&self) -> Option<Barrier> {
        match self.queue.front() {
            Some(Outgoing::Barrier(barrier)) => Some(barrier.clone()),
            _ => None,
        }
    }

    /// Drops the backlog.
    pub(super) fn clear(&mut self) {
        self.queue = VecDeque::new();
        self.queued = 0;
        self.is_heartbeat_queued = false;
    }

    /// Writes the close frame, if it is its turn.
    fn take_close(&mut self, buffer: &mut Vec<u8>) -> bool {
        match std::mem::take(&mut self.close) {
            Close::Open => false,
            Close::Taken => {
                self.close = Close::Taken;
                false
            }
            Close::Queued { code, reason } => {
                self.close = Close::Taken;
                frame(buffer, OpCode::Control(Control::Close), &[&code.to_be_bytes(), reason.as_bytes()].concat());
                true
            }
        }
    }
}
