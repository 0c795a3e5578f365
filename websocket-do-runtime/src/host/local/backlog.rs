//! The frames that wait to be written to one socket, in order.

use std::collections::VecDeque;

use bytes::Bytes;
use tokio::time::Instant;
use tungstenite::protocol::frame::coding::{Control, Data, OpCode};

use super::{
    framing::{BATCH_SIZE, append_data, append_frame},
    gate::Barrier,
};
use crate::connection::heartbeat::PONG;

/// What a queued frame counts for in addition to its payload: its header and its entry in the queue.
pub(super) const OVERHEAD: usize = 64;

/// An entry of the queue.
#[derive(Debug, Clone)]
pub(super) enum Outgoing {
    Text(Bytes),
    Binary(Bytes),
    /// The answer to a heartbeat. At most one is queued.
    Heartbeat,
    /// Holds back the entries after it until earlier writes of the room are durable. If those are lost, the queue is dropped and
    /// the socket closed.
    Barrier(Barrier),
}

impl Outgoing {
    /// How many bytes of the budget the entry takes.
    fn cost(&self) -> usize {
        match self {
            Self::Text(payload) | Self::Binary(payload) => payload.len().saturating_add(OVERHEAD),
            Self::Heartbeat | Self::Barrier(_) => 0,
        }
    }
}

/// The queue of one socket, and the control frames that are due.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    pub(super) queue: VecDeque<Outgoing>,
    /// The cost of the queue.
    pub(super) queued: usize,
    /// The cost of the batch that is being written.
    pub(super) writing: usize,
    /// The number of the last barrier that was queued.
    pub(super) barrier: u64,
    pub(super) is_heartbeat_queued: bool,
    pub(super) ping: bool,
    pub(super) pong: Option<Bytes>,
    pub(super) close: Close,
    /// When the connection is cut at the latest.
    pub(super) deadline: Option<Instant>,
    /// Whether the budget was exceeded.
    pub(super) overflowed: bool,
}

/// The state of the close frame.
#[derive(Debug, Default)]
pub(super) enum Close {
    #[default]
    Open,
    Queued {
        code: u16,
        reason: String,
    },
    /// The close frame is in a batch of the writer.
    Taken,
}

/// What the writer writes next: its buffer, then the payload, if any.
pub(super) struct Batch {
    pub(super) payload: Option<Bytes>,
    /// Whether the buffer ends with the close frame.
    pub(super) is_last: bool,
}

impl Backlog {
    /// Queues a message behind the barrier. Returns false if it exceeds the budget. The frame that is being written, or is written
    /// next, does not count, and one frame of any size fits behind it.
    pub(super) fn push(&mut self, message: Outgoing, barrier: Option<&Barrier>, budget: usize) -> bool {
        let first = self.queue.iter().map(Outgoing::cost).find(|cost| *cost > 0).unwrap_or(0);
        let behind = self.queued.saturating_sub(if self.writing > 0 { 0 } else { first });
        if behind > 0 && behind.saturating_add(message.cost()) > budget {
            return false;
        }
        self.push_barrier(barrier);
        self.queued = self.queued.saturating_add(message.cost());
        self.queue.push_back(message);
        true
    }

    /// Moves the next frames into `buffer`. None if there are none, or if a barrier comes first.
    pub(super) fn take(&mut self, buffer: &mut Vec<u8>) -> Option<Batch> {
        self.writing = 0;
        if let Some(payload) = self.pong.take() {
            append_frame(buffer, OpCode::Control(Control::Pong), &payload);
        }
        if std::mem::take(&mut self.ping) {
            append_frame(buffer, OpCode::Control(Control::Ping), &[]);
        }
        let mut payload = None;
        while payload.is_none() && buffer.len() < BATCH_SIZE {
            if self.front_barrier().is_some() {
                break;
            }
            let Some(message) = self.queue.pop_front() else { break };
            self.queued = self.queued.saturating_sub(message.cost());
            self.writing = self.writing.saturating_add(message.cost());
            match message {
                Outgoing::Text(text) => payload = append_data(buffer, Data::Text, text),
                Outgoing::Binary(bytes) => payload = append_data(buffer, Data::Binary, bytes),
                Outgoing::Barrier(_) => {}
                Outgoing::Heartbeat => {
                    self.is_heartbeat_queued = false;
                    append_frame(buffer, OpCode::Data(Data::Text), PONG.as_bytes());
                }
            }
        }
        let is_last = payload.is_none() && self.queue.is_empty() && self.take_close(buffer);
        (!buffer.is_empty()).then_some(Batch { payload, is_last })
    }

    /// Queues a barrier, unless an equal one is queued or the socket is closing.
    pub(super) fn push_barrier(&mut self, barrier: Option<&Barrier>) {
        if let Some(barrier) =
            barrier.filter(|barrier| matches!(self.close, Close::Open) && barrier.number() > self.barrier)
        {
            self.barrier = barrier.number();
            self.queue.push_back(Outgoing::Barrier(barrier.clone()));
        }
    }

    /// The barrier at the front of the queue, if there is one.
    pub(super) fn front_barrier(&self) -> Option<Barrier> {
        match self.queue.front() {
            Some(Outgoing::Barrier(barrier)) => Some(barrier.clone()),
            _ => None,
        }
    }

    /// Drops the queue.
    pub(super) fn clear(&mut self) {
        self.queue = VecDeque::new();
        self.queued = 0;
        self.is_heartbeat_queued = false;
    }

    /// Appends the close frame if it is queued.
    fn take_close(&mut self, buffer: &mut Vec<u8>) -> bool {
        match std::mem::take(&mut self.close) {
            Close::Open => false,
            Close::Taken => {
                self.close = Close::Taken;
                false
            }
            Close::Queued { code, reason } => {
                self.close = Close::Taken;
                append_frame(
                    buffer,
                    OpCode::Control(Control::Close),
                    &[&code.to_be_bytes(), reason.as_bytes()].concat(),
                );
                true
            }
        }
    }
}
