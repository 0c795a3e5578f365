//! The calls of a session that reconnects and that are sent but not answered. Independent of the protocol.

use std::collections::BTreeMap;

use tokio::sync::oneshot;

use super::call::{CallError, CallFailure, RawAnswer};
use crate::{
    codec::Frame,
    protocol::call::{AnswerKind, CallId},
};

/// Returns the call that a frame answers, and how; [`None`] for a frame that answers none.
pub(super) type AnswerHead = fn(&Frame) -> Option<(CallId, AnswerKind)>;

/// A call on its way to its answer.
#[derive(Debug)]
pub(super) struct OutgoingCall {
    pub(super) id: u64,
    pub(super) frame: Frame,
    /// Whether it is sent again if the connection is lost.
    pub(super) is_idempotent: bool,
    pub(super) reply: oneshot::Sender<Result<RawAnswer, CallFailure>>,
}

impl OutgoingCall {
    /// Whether the caller no longer waits.
    pub(super) fn is_forgotten(&self) -> bool {
        self.reply.is_closed()
    }

    /// Ends the call without an answer.
    pub(super) fn fail(self, failure: CallFailure) {
        // Fails if the caller no longer waits.
        let _ = self.reply.send(Err(failure));
    }
}

/// The calls that are sent on the current connection and not answered, by id.
pub(super) struct Calls {
    sent: BTreeMap<u64, OutgoingCall>,
    answer_head: AnswerHead,
}

impl Calls {
    pub(super) fn new(answer_head: AnswerHead) -> Self {
        Self { sent: BTreeMap::new(), answer_head }
    }

    /// Adds a call that is being sent.
    pub(super) fn add(&mut self, mut call: OutgoingCall) {
        // Forgotten calls are removed here, as they may never be answered.
        if self.sent.len().is_power_of_two() {
            self.sent.retain(|_, call| !call.is_forgotten());
        }
        if !call.is_idempotent {
            call.frame = Frame::Binary(Vec::new());
        }
        self.sent.insert(call.id, call);
    }

    /// Takes a frame that answers a call, and returns any other. The answer to a forgotten call is dropped.
    pub(super) fn take_answer(&mut self, frame: Frame) -> Option<Frame> {
        if self.sent.is_empty() {
            return Some(frame);
        }
        let Some((id, kind)) = (self.answer_head)(&frame) else { return Some(frame) };
        let call = match id {
            CallId::Integer(id) => self.sent.remove(&id),
            CallId::Text(_) => None,
        };
        if let Some(call) = call {
            let _ = call.reply.send(Ok(RawAnswer { frame, kind }));
        }
        None
    }

    /// Whether a caller waits for an answer.
    pub(super) fn are_waiting(&mut self) -> bool {
        while self.sent.first_key_value().is_some_and(|(_, call)| call.is_forgotten()) {
            self.sent.pop_first();
        }
        !self.sent.is_empty()
    }

    /// Ends the calls of a lost connection, and returns those to send again, in order.
    pub(super) fn lose(&mut self) -> Vec<OutgoingCall> {
        let sent = std::mem::take(&mut self.sent).into_values().filter(|call| !call.is_forgotten());
        let (again, lost): (Vec<_>, Vec<_>) = sent.partition(|call| call.is_idempotent);
        for call in lost {
            call.fail(CallError::Lost);
        }
        again
    }
}
