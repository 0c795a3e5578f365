//! The events of one session that wait for the one that is being handled.

use std::collections::VecDeque;

use crate::{Close, Session, WebSocketDo, server::event::Event};

/// How many messages of one session may wait.
const MAX_MESSAGES: usize = 1024;

/// How many bytes of messages of one session may wait; one message always fits.
const MAX_BYTES: usize = 4 << 20;

/// Events in the order in which they came.
#[derive(Default)]
pub(crate) struct Queue {
    events: VecDeque<Event>,
    /// The payloads of the messages among them, in bytes.
    bytes: usize,
}

impl Queue {
    pub(crate) fn pop(&mut self) -> Option<Event> {
        let event = self.events.pop_front()?;
        self.bytes -= size(&event);
        Some(event)
    }

    /// Drops the messages: their session is closing.
    pub(crate) fn drop_messages(&mut self) {
        self.events.retain(|event| !matches!(event, Event::Message(..)));
        self.bytes = 0;
    }

    /// Drops everything: the session has ended.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Whether the event fits.
    fn has_room_for(&self, event: &Event) -> bool {
        let fits = self.bytes == 0 || self.bytes.saturating_add(size(event)) <= MAX_BYTES;
        !matches!(event, Event::Message(..)) || (fits && self.events.len() < MAX_MESSAGES)
    }

    fn push(&mut self, event: Event) {
        self.bytes += size(&event);
        self.events.push_back(event);
    }
}

fn size(event: &Event) -> usize {
    match event {
        Event::Message(frame, _) => frame.len(),
        Event::Closed(_) | Event::Unanswered => 0,
    }
}

impl<R: WebSocketDo> Session<R> {
    /// Has an event wait for the one that is being handled. A client that sends more than may wait is closed with 1013; the local
    /// host stops reading before that.
    pub(super) fn enqueue(&self, event: Event) {
        if matches!(event, Event::Message(..)) && self.state.is_closing() {
            return;
        }
        if matches!(event, Event::Unanswered) {
            self.state.cut();
        }
        let has_room = self.state.queue.borrow().has_room_for(&event);
        if has_room {
            self.state.queue.borrow_mut().push(event);
        } else {
            self.close_with(&Close::overloaded());
        }
    }
}
