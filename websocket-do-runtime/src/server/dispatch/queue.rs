//! The queue of a session's events that wait for the current one.

use std::collections::VecDeque;

use crate::{Close, Session, WebSocketDo, server::event::Event};

/// The maximum number of queued messages of one session.
const MAX_MESSAGES: usize = 1024;

/// The maximum size of the queued messages of one session, in bytes. A single message always fits.
const MAX_BYTES: usize = 4 << 20;

/// The queued events of one session, in the order of arrival.
#[derive(Default)]
pub(crate) struct Queue {
    events: VecDeque<Event>,
    /// The size of the queued messages' payloads, in bytes.
    bytes: usize,
}

impl Queue {
    /// Removes and returns the first event.
    pub(crate) fn pop(&mut self) -> Option<Event> {
        let event = self.events.pop_front()?;
        self.bytes -= size(&event);
        Some(event)
    }

    /// Removes all messages, because the session is closing.
    pub(crate) fn drop_messages(&mut self) {
        self.events.retain(|event| !matches!(event, Event::Message(..)));
        self.bytes = 0;
    }

    /// Removes all events, because the session has ended.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Returns whether the event fits within the limits.
    fn has_room_for(&self, event: &Event) -> bool {
        let fits = self.bytes == 0 || self.bytes.saturating_add(size(event)) <= MAX_BYTES;
        !matches!(event, Event::Message(..)) || (fits && self.events.len() < MAX_MESSAGES)
    }

    fn push(&mut self, event: Event) {
        self.bytes += size(&event);
        self.events.push_back(event);
    }
}

/// Returns the size of an event's payload, in bytes.
fn size(event: &Event) -> usize {
    match event {
        Event::Message(frame, _) => frame.len(),
        Event::Closed(_) | Event::Unanswered => 0,
    }
}

impl<R: WebSocketDo> Session<R> {
    /// Queues an event behind the current one. If a message exceeds the queue's limits, the session is closed with 1013. The
    /// local host stops reading from the socket before that.
    pub(super) fn enqueue(&self, event: Event) {
        if matches!(event, Event::Message(..)) && self.state.is_closing() {
            return;
        }
        if matches!(event, Event::Unanswered) {
            self.state.abort_handler();
        }
        let has_room = self.state.queue.borrow().has_room_for(&event);
        if has_room {
            self.state.queue.borrow_mut().push(event);
        } else {
            self.close_with(&Close::overloaded());
        }
    }
}
