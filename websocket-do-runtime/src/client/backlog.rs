//! Buffers limited by number and by bytes: events for the application to read, and messages waiting for a connection.

use std::{
    collections::VecDeque,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::{ClientError, Disconnect, call::CallError, calls::OutgoingCall, event::RawEvent};
use crate::codec::Frame;

/// What an event counts besides its bytes.
const OVERHEAD: usize = 64;

/// Creates the channel to the application, which holds up to `events` events and about `bytes` bytes of them: the event that
/// reaches the limit may exceed it.
pub(super) fn channel(events: usize, bytes: usize) -> (EventSender, EventReceiver) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let semaphore = |permits: usize| Arc::new(Semaphore::new(permits.clamp(1, Semaphore::MAX_PERMITS)));
    (EventSender { sender, events: semaphore(events), bytes: semaphore(bytes) }, EventReceiver(receiver))
}

/// The task's end of the channel.
pub(super) struct EventSender {
    /// Bounded by the semaphores.
    sender: mpsc::UnboundedSender<(RawEvent, Unread)>,
    /// How many more events fit.
    events: Arc<Semaphore>,
    /// The bytes that are free.
    bytes: Arc<Semaphore>,
}

/// The application's end of the channel.
pub(super) struct EventReceiver(mpsc::UnboundedReceiver<(RawEvent, Unread)>);

/// What an event occupies until it is read.
pub(super) struct Unread {
    #[expect(dead_code, reason = "held until it is dropped")]
    permits: [OwnedSemaphorePermit; 2],
}

/// Why an event was not sent.
pub(super) enum TrySendError {
    /// The buffer is full.
    Full(RawEvent),
    /// The receiver is dropped.
    Closed,
}

impl EventSender {
    /// Whether there is capacity for an event, or for any number as long as their bytes fit.
    pub(super) fn has_capacity(&self, in_any_number: bool) -> bool {
        (in_any_number || self.events.available_permits() > 0) && self.bytes.available_permits() > 0
    }

    /// Waits until there is capacity for an event, or the receiver is dropped.
    pub(super) async fn capacity(&self) {
        // Only sending takes capacity, and this is the only sender.
        let both = async {
            drop(self.events.acquire().await);
            drop(self.bytes.acquire().await);
        };
        tokio::select! {
            () = both => {}
            () = self.sender.closed() => {}
        }
    }

    /// Waits until the receiver is dropped.
    pub(super) async fn closed(&self) {
        self.sender.closed().await;
    }

    /// Sends an event if there is capacity for it, as [`has_capacity`](Self::has_capacity) defines it.
    pub(super) fn try_send(&self, event: RawEvent, in_any_number: bool) -> Result<(), TrySendError> {
        if self.sender.is_closed() {
            return Err(TrySendError::Closed);
        }
        let take = |semaphore: &Arc<Semaphore>, permits: usize| {
            let permits = u32::try_from(permits.min(semaphore.available_permits())).unwrap_or(u32::MAX);
            semaphore.clone().try_acquire_many_owned(permits).ok()
        };
        match (self.has_capacity(in_any_number), take(&self.events, 1), take(&self.bytes, cost(&event))) {
            (true, Some(event_permit), Some(bytes_permit)) => self
                .sender
                .send((event, Unread { permits: [event_permit, bytes_permit] }))
                .map_err(|_| TrySendError::Closed),
            _ => Err(TrySendError::Full(event)),
        }
    }
}

impl EventReceiver {
    /// Polls for the next event, which occupies its place until the second value is dropped.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<(RawEvent, Unread)>> {
        self.0.poll_recv(context)
    }
}

/// Returns about how many bytes an event occupies.
pub(super) fn cost(event: &RawEvent) -> usize {
    let body = |error: &ClientError| match error {
        ClientError::Refused { body, .. } => body.len(),
        _ => 0,
    };
    OVERHEAD.saturating_add(match event {
        RawEvent::Frame(frame) => frame.len(),
        RawEvent::Undelivered { frames, .. } => frames.iter().map(|frame| frame.len() + OVERHEAD).sum(),
        RawEvent::Reconnecting { reason: Disconnect::Failed(error), .. } | RawEvent::Error(error) => body(error),
        _ => 0,
    })
}

/// A message or a call that is to be sent.
pub(super) enum Outgoing {
    Message(Frame),
    Call(OutgoingCall),
}

impl Outgoing {
    fn len(&self) -> usize {
        match self {
            Self::Message(frame) => frame.len(),
            Self::Call(call) => call.frame.len(),
        }
    }

    /// Whether it is a call whose caller no longer waits.
    fn is_forgotten(&self) -> bool {
        matches!(self, Self::Call(call) if call.is_forgotten())
    }
}

/// Messages and calls waiting for a connection.
pub(super) struct Queue {
    waiting: VecDeque<Outgoing>,
    bytes: usize,
    max_messages: usize,
    max_bytes: usize,
}

impl Queue {
    pub(super) fn new(max_messages: usize, max_bytes: usize) -> Self {
        Self { waiting: VecDeque::new(), bytes: 0, max_messages, max_bytes }
    }

    /// Adds a message or a call.
    ///
    /// # Errors
    /// Returns it if the queue is full. An empty queue takes a message of any size.
    pub(super) fn push(&mut self, outgoing: Outgoing) -> Result<(), Outgoing> {
        if !self.fits(&outgoing) {
            self.remove_forgotten();
        }
        if !self.fits(&outgoing) {
            return Err(outgoing);
        }
        self.bytes = self.bytes.saturating_add(outgoing.len());
        self.waiting.push_back(outgoing);
        Ok(())
    }

    fn fits(&self, outgoing: &Outgoing) -> bool {
        let bytes = self.bytes.saturating_add(outgoing.len());
        self.waiting.len() < self.max_messages && (self.waiting.is_empty() || bytes <= self.max_bytes)
    }

    /// Adds calls of a lost connection, which are sent again first. They were accepted before, so they fit always.
    pub(super) fn push_front(&mut self, calls: Vec<OutgoingCall>) {
        for call in calls.into_iter().rev() {
            self.bytes = self.bytes.saturating_add(call.frame.len());
            self.waiting.push_front(Outgoing::Call(call));
        }
    }

    /// Removes and returns the first message or call whose caller waits.
    pub(super) fn pop(&mut self) -> Option<Outgoing> {
        loop {
            let outgoing = self.waiting.pop_front()?;
            self.bytes = self.bytes.saturating_sub(outgoing.len());
            if !outgoing.is_forgotten() {
                return Some(outgoing);
            }
        }
    }

    /// Removes the calls whose callers no longer wait.
    pub(super) fn remove_forgotten(&mut self) {
        self.waiting.retain(|outgoing| !outgoing.is_forgotten());
        self.bytes = self.waiting.iter().map(Outgoing::len).sum();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Removes all, and returns the messages. The calls end without having been sent.
    pub(super) fn take(&mut self) -> Vec<Frame> {
        self.bytes = 0;
        let waiting = std::mem::take(&mut self.waiting).into_iter();
        let message = |outgoing| match outgoing {
            Outgoing::Message(frame) => Some(frame),
            Outgoing::Call(call) => {
                call.fail(CallError::Closed);
                None
            }
        };
        waiting.filter_map(message).collect()
    }
}

/// Events about the connection, which the application gets before any further frames of the server.
#[derive(Default)]
pub(super) struct Notices(VecDeque<RawEvent>);

impl Notices {
    const MAX_COUNT: usize = 64;
    /// The most bytes of all notices but the newest.
    const MAX_BYTES: usize = 4 << 20;

    /// Adds a notice. Beyond the limits, the oldest notices about the connection are dropped before those about undelivered
    /// messages, and of undelivered messages the oldest are counted but not kept.
    pub(super) fn push(&mut self, notice: RawEvent) {
        self.0.push_back(notice);
        if self.0.len() > Self::MAX_COUNT {
            let mut old = self.0.iter().take(Self::MAX_COUNT);
            let oldest = old.position(|notice| !matches!(notice, RawEvent::Undelivered { .. }));
            self.0.remove(oldest.unwrap_or_default());
        }
        let older = self.0.len().saturating_sub(1);
        let mut bytes: usize = self.0.iter().take(older).map(cost).sum();
        for notice in self.0.iter_mut().take(older) {
            if let RawEvent::Undelivered { frames, omitted, .. } = notice {
                let surplus = frames.iter().take_while(|frame| {
                    let is_surplus = bytes > Self::MAX_BYTES;
                    bytes = if is_surplus { bytes.saturating_sub(frame.len() + OVERHEAD) } else { bytes };
                    is_surplus
                });
                let surplus = surplus.count();
                frames.drain(..surplus);
                *omitted += surplus;
            }
        }
    }

    /// Puts the oldest notice back.
    pub(super) fn push_front(&mut self, notice: RawEvent) {
        self.0.push_front(notice);
    }

    pub(super) fn pop(&mut self) -> Option<RawEvent> {
        self.0.pop_front()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(bytes: usize) -> Frame {
        Frame::Binary(vec![0; bytes])
    }

    #[tokio::test]
    async fn events_are_bounded_in_bytes_and_one_always_fits() {
        let (sender, mut receiver) = channel(100, 1000);
        assert!(sender.try_send(RawEvent::Frame(frame(900)), false).is_ok());
        assert!(sender.has_capacity(false));
        assert!(sender.try_send(RawEvent::Frame(frame(1 << 20)), false).is_ok(), "one event may exceed the limit");
        assert!(!sender.has_capacity(false));
        assert!(matches!(sender.try_send(RawEvent::Opened, false), Err(TrySendError::Full(RawEvent::Opened))));
        let read = async {
            std::future::poll_fn(|context| receiver.poll(context)).await;
            receiver
        };
        let ((), receiver) = tokio::join!(sender.capacity(), read);
        assert!(sender.has_capacity(false));
        drop(receiver);
        sender.capacity().await;
        assert!(matches!(sender.try_send(RawEvent::Opened, false), Err(TrySendError::Closed)));
    }

    #[test]
    fn events_are_bounded_in_number() {
        let (sender, _receiver) = channel(2, usize::MAX);
        assert!((0..2).all(|_| sender.try_send(RawEvent::Frame(frame(0)), false).is_ok()));
        assert!(!sender.has_capacity(false));
        assert!(matches!(sender.try_send(RawEvent::Opened, false), Err(TrySendError::Full(_))));
        drop(channel(usize::MAX, usize::MAX));
        assert!(channel(0, 0).0.try_send(RawEvent::Frame(frame(9)), false).is_ok());
    }

    #[test]
    fn the_queue_is_bounded_in_number_and_in_bytes_and_one_always_fits() {
        let push = |queue: &mut Queue, bytes| queue.push(Outgoing::Message(frame(bytes))).is_ok();
        let mut queue = Queue::new(3, 100);
        assert!(push(&mut queue, 1000));
        assert!(!push(&mut queue, 1));
        assert!(queue.pop().is_some() && queue.is_empty());
        assert!(push(&mut queue, 50) && push(&mut queue, 50) && !push(&mut queue, 1) && push(&mut queue, 0));
        assert!(!push(&mut queue, 0));
        assert_eq!(queue.take().len(), 3);
        assert!(push(&mut queue, 100));
        assert!(!push(&mut Queue::new(0, 100), 0));
    }

    #[test]
    fn undelivered_messages_that_are_not_read_are_only_counted_from_the_oldest_on() {
        let mut notices = Notices::default();
        for _ in 0..100 {
            notices.push(RawEvent::Undelivered { frames: vec![frame(1 << 18); 4], omitted: 1, may_have_arrived: true });
        }
        assert_eq!(notices.0.len(), Notices::MAX_COUNT);
        assert!(notices.0.iter().map(cost).sum::<usize>() < 6 << 20);
        for notice in &notices.0 {
            assert!(matches!(notice, RawEvent::Undelivered { frames, omitted, .. } if frames.len() + omitted == 5));
        }
        assert!(matches!(notices.0.back(), Some(RawEvent::Undelivered { frames, .. }) if frames.len() == 4));
    }
}
