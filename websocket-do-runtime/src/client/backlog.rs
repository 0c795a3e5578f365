//! Buffers limited by number and by bytes: events for the application to read, and messages waiting for a connection.

use std::{
    collections::VecDeque,
    sync::Arc,
    task::{Context, Poll, ready},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::{ClientError, Disconnect, event::RawEvent};
use crate::codec::Frame;

/// What an event counts besides its bytes.
const OVERHEAD: usize = 64;

/// Creates the channel to the application, which holds up to `events` events and about `bytes` bytes of them: the event that
/// reaches the limit may exceed it.
pub(super) fn channel(events: usize, bytes: usize) -> (EventSender, EventReceiver) {
    let (sender, receiver) = mpsc::channel(events.clamp(1, Semaphore::MAX_PERMITS));
    let bytes = Arc::new(Semaphore::new(bytes.clamp(1, Semaphore::MAX_PERMITS)));
    (EventSender { sender, bytes }, EventReceiver(receiver))
}

/// The task's end of the channel.
pub(super) struct EventSender {
    sender: mpsc::Sender<Buffered>,
    /// The bytes that are free.
    bytes: Arc<Semaphore>,
}

/// The application's end of the channel.
pub(super) struct EventReceiver(mpsc::Receiver<Buffered>);

/// An event, and the bytes it occupies until it is read.
struct Buffered {
    event: RawEvent,
    _bytes: OwnedSemaphorePermit,
}

/// Why an event was not sent.
pub(super) enum TrySendError {
    /// The buffer is full.
    Full(RawEvent),
    /// The receiver is dropped.
    Closed,
}

impl EventSender {
    pub(super) fn has_capacity(&self) -> bool {
        self.sender.capacity() > 0 && self.bytes.available_permits() > 0
    }

    /// Waits until there is capacity for an event, or the receiver is dropped.
    pub(super) async fn capacity(&self) {
        // Only sending takes capacity, and this is the only sender.
        if self.sender.reserve().await.is_ok() {
            tokio::select! {
                permit = self.bytes.acquire() => drop(permit),
                () = self.sender.closed() => {}
            }
        }
    }

    /// Waits until the receiver is dropped.
    pub(super) async fn closed(&self) {
        self.sender.closed().await;
    }

    pub(super) fn try_send(&self, event: RawEvent) -> Result<(), TrySendError> {
        let bytes = cost(&event).min(self.bytes.available_permits());
        let bytes = u32::try_from(bytes.max(1)).unwrap_or(u32::MAX);
        match self.bytes.clone().try_acquire_many_owned(bytes) {
            Ok(bytes) => self.sender.try_send(Buffered { event, _bytes: bytes }).map_err(|error| match error {
                mpsc::error::TrySendError::Full(buffered) => TrySendError::Full(buffered.event),
                mpsc::error::TrySendError::Closed(_) => TrySendError::Closed,
            }),
            Err(_) if self.sender.is_closed() => Err(TrySendError::Closed),
            Err(_) => Err(TrySendError::Full(event)),
        }
    }
}

impl EventReceiver {
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<RawEvent>> {
        Poll::Ready(ready!(self.0.poll_recv(context)).map(|buffered| buffered.event))
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

/// Messages waiting for a connection.
pub(super) struct Queue {
    frames: VecDeque<Frame>,
    bytes: usize,
    max_messages: usize,
    max_bytes: usize,
}

impl Queue {
    pub(super) fn new(max_messages: usize, max_bytes: usize) -> Self {
        Self { frames: VecDeque::new(), bytes: 0, max_messages, max_bytes }
    }

    /// Adds a message and returns true, or returns false if the queue is full. An empty queue takes a message of any size.
    pub(super) fn push(&mut self, frame: Frame) -> bool {
        let bytes = self.bytes.saturating_add(frame.len());
        let fits = self.frames.len() < self.max_messages && (self.frames.is_empty() || bytes <= self.max_bytes);
        if fits {
            self.bytes = bytes;
            self.frames.push_back(frame);
        }
        fits
    }

    pub(super) fn pop(&mut self) -> Option<Frame> {
        let frame = self.frames.pop_front()?;
        self.bytes = self.bytes.saturating_sub(frame.len());
        Some(frame)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Removes and returns all messages.
    pub(super) fn take(&mut self) -> Vec<Frame> {
        self.bytes = 0;
        std::mem::take(&mut self.frames).into()
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
        assert!(sender.try_send(RawEvent::Frame(frame(900))).is_ok());
        assert!(sender.has_capacity());
        assert!(sender.try_send(RawEvent::Frame(frame(1 << 20))).is_ok(), "one event may exceed the limit");
        assert!(!sender.has_capacity());
        assert!(matches!(sender.try_send(RawEvent::Opened), Err(TrySendError::Full(RawEvent::Opened))));
        let read = async {
            std::future::poll_fn(|context| receiver.poll(context)).await;
            receiver
        };
        let ((), receiver) = tokio::join!(sender.capacity(), read);
        assert!(sender.has_capacity());
        drop(receiver);
        sender.capacity().await;
        assert!(matches!(sender.try_send(RawEvent::Opened), Err(TrySendError::Closed)));
    }

    #[test]
    fn events_are_bounded_in_number() {
        let (sender, _receiver) = channel(2, usize::MAX);
        assert!((0..2).all(|_| sender.try_send(RawEvent::Frame(frame(0))).is_ok()));
        assert!(!sender.has_capacity());
        assert!(matches!(sender.try_send(RawEvent::Opened), Err(TrySendError::Full(_))));
        drop(channel(usize::MAX, usize::MAX));
        assert!(channel(0, 0).0.try_send(RawEvent::Frame(frame(9))).is_ok());
    }

    #[test]
    fn the_queue_is_bounded_in_number_and_in_bytes_and_one_always_fits() {
        let mut queue = Queue::new(3, 100);
        assert!(queue.push(frame(1000)));
        assert!(!queue.push(frame(1)));
        assert!(queue.pop().is_some() && queue.is_empty());
        assert!(queue.push(frame(50)) && queue.push(frame(50)) && !queue.push(frame(1)) && queue.push(frame(0)));
        assert!(!queue.push(frame(0)));
        assert_eq!(queue.take().len(), 3);
        assert!(queue.push(frame(100)));
        assert!(!Queue::new(0, 100).push(frame(0)));
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
