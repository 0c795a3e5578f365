//! What waits, bounded in number and in bytes: events for the application to read, and messages for a connection.

use std::{
    collections::VecDeque,
    sync::Arc,
    task::{Context, Poll, ready},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::{ClientError, Disconnect, event::Raw};
use crate::codec::Frame;

/// What an event costs, besides its bytes.
const OVERHEAD: usize = 64;

/// The channel to the application, with room for so many events, and for so many bytes of them: the one with which they are
/// reached may exceed them.
pub(super) fn channel(events: usize, bytes: usize) -> (EventSender, EventReceiver) {
    let (sender, receiver) = mpsc::channel(events.clamp(1, Semaphore::MAX_PERMITS));
    let bytes = Arc::new(Semaphore::new(bytes.clamp(1, Semaphore::MAX_PERMITS)));
    (EventSender { sender, bytes }, EventReceiver(receiver))
}

/// The task's end of the channel.
pub(super) struct EventSender {
    sender: mpsc::Sender<Held>,
    /// How many bytes there is room for.
    bytes: Arc<Semaphore>,
}

/// The application's end of the channel.
pub(super) struct EventReceiver(mpsc::Receiver<Held>);

/// An event, and its share of the bytes until it is read.
struct Held {
    event: Raw,
    _bytes: OwnedSemaphorePermit,
}

/// Why an event was not sent.
pub(super) enum Unsent {
    /// There is no room for it.
    Full(Raw),
    /// The application does not receive any more.
    Closed,
}

impl EventSender {
    pub(super) fn has_room(&self) -> bool {
        self.sender.capacity() > 0 && self.bytes.available_permits() > 0
    }

    /// Waits until there is room for an event, or nobody to receive one.
    pub(super) async fn room(&self) {
        // Only events that are sent take room away.
        if self.sender.reserve().await.is_ok() {
            tokio::select! {
                room = self.bytes.acquire() => drop(room),
                () = self.sender.closed() => {}
            }
        }
    }

    /// Waits until the application does not receive any more.
    pub(super) async fn closed(&self) {
        self.sender.closed().await;
    }

    pub(super) fn try_send(&self, event: Raw) -> Result<(), Unsent> {
        let share = cost(&event).min(self.bytes.available_permits());
        let share = u32::try_from(share.max(1)).unwrap_or(u32::MAX);
        match self.bytes.clone().try_acquire_many_owned(share) {
            Ok(bytes) => self.sender.try_send(Held { event, _bytes: bytes }).map_err(|error| match error {
                mpsc::error::TrySendError::Full(held) => Unsent::Full(held.event),
                mpsc::error::TrySendError::Closed(_) => Unsent::Closed,
            }),
            Err(_) if self.sender.is_closed() => Err(Unsent::Closed),
            Err(_) => Err(Unsent::Full(event)),
        }
    }
}

impl EventReceiver {
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Raw>> {
        Poll::Ready(ready!(self.0.poll_recv(context)).map(|held| held.event))
    }
}

/// How many bytes an event holds, about.
pub(super) fn cost(event: &Raw) -> usize {
    let body = |error: &ClientError| match error {
        ClientError::Refused { body, .. } => body.len(),
        _ => 0,
    };
    OVERHEAD.saturating_add(match event {
        Raw::Frame(frame) => frame.len(),
        Raw::Undelivered { frames, .. } => frames.iter().map(|frame| frame.len() + OVERHEAD).sum(),
        Raw::Reconnecting { why: Disconnect::Failed(error), .. } | Raw::Error(error) => body(error),
        _ => 0,
    })
}

/// Messages that wait for a connection.
pub(super) struct Queue {
    frames: VecDeque<Frame>,
    bytes: usize,
    /// The most messages, and the most bytes of them.
    limits: (usize, usize),
}

impl Queue {
    pub(super) fn new(messages: usize, bytes: usize) -> Self {
        Self { frames: VecDeque::new(), bytes: 0, limits: (messages, bytes) }
    }

    /// Takes a message, if there is room for it. The first may be of any size.
    pub(super) fn push(&mut self, frame: Frame) -> bool {
        let bytes = self.bytes.saturating_add(frame.len());
        let has_room = self.frames.len() < self.limits.0 && (self.frames.is_empty() || bytes <= self.limits.1);
        if has_room {
            self.bytes = bytes;
            self.frames.push_back(frame);
        }
        has_room
    }

    pub(super) fn pop(&mut self) -> Option<Frame> {
        let frame = self.frames.pop_front()?;
        self.bytes = self.bytes.saturating_sub(frame.len());
        Some(frame)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// All that waits.
    pub(super) fn take(&mut self) -> Vec<Frame> {
        self.bytes = 0;
        std::mem::take(&mut self.frames).into()
    }
}

/// What the application is still to be told before it gets more of the server's frames.
#[derive(Default)]
pub(super) struct Notices(VecDeque<Raw>);

impl Notices {
    /// The most notices.
    const COUNT: usize = 64;
    /// The most bytes of them, but for the newest.
    const BYTES: usize = 4 << 20;

    /// Adds a notice. Where there are too many, those are dropped that tell how the connection fared: what has become of
    /// messages is worth more; and of lost messages the oldest are only counted.
    pub(super) fn push(&mut self, notice: Raw) {
        self.0.push_back(notice);
        if self.0.len() > Self::COUNT {
            let mut old = self.0.iter().take(Self::COUNT);
            let oldest = old.position(|notice| !matches!(notice, Raw::Undelivered { .. }));
            self.0.remove(oldest.unwrap_or_default());
        }
        let older = self.0.len().saturating_sub(1);
        let mut bytes: usize = self.0.iter().take(older).map(cost).sum();
        for notice in self.0.iter_mut().take(older) {
            if let Raw::Undelivered { frames, more, .. } = notice {
                let surplus = frames.iter().take_while(|frame| {
                    let is_surplus = bytes > Self::BYTES;
                    bytes = if is_surplus { bytes.saturating_sub(frame.len() + OVERHEAD) } else { bytes };
                    is_surplus
                });
                let surplus = surplus.count();
                frames.drain(..surplus);
                *more += surplus;
            }
        }
    }

    /// Puts the oldest notice back.
    pub(super) fn push_front(&mut self, notice: Raw) {
        self.0.push_front(notice);
    }

    pub(super) fn pop(&mut self) -> Option<Raw> {
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
        assert!(sender.try_send(Raw::Frame(frame(900))).is_ok());
        assert!(sender.has_room());
        assert!(sender.try_send(Raw::Frame(frame(1 << 20))).is_ok(), "the limit may be exceeded by one");
        assert!(!sender.has_room());
        assert!(matches!(sender.try_send(Raw::Opened), Err(Unsent::Full(Raw::Opened))));
        let read = async {
            std::future::poll_fn(|context| receiver.poll(context)).await;
            receiver
        };
        let ((), receiver) = tokio::join!(sender.room(), read);
        assert!(sender.has_room());
        drop(receiver);
        sender.room().await;
        assert!(matches!(sender.try_send(Raw::Opened), Err(Unsent::Closed)));
    }

    #[test]
    fn events_are_bounded_in_number() {
        let (sender, _receiver) = channel(2, usize::MAX);
        assert!((0..2).all(|_| sender.try_send(Raw::Frame(frame(0))).is_ok()));
        assert!(!sender.has_room());
        assert!(matches!(sender.try_send(Raw::Opened), Err(Unsent::Full(_))));
        drop(channel(usize::MAX, usize::MAX));
        assert!(channel(0, 0).0.try_send(Raw::Frame(frame(9))).is_ok());
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
    fn of_lost_messages_that_nobody_reads_about_the_oldest_are_only_counted() {
        let mut notices = Notices::default();
        for _ in 0..100 {
            notices.push(Raw::Undelivered { frames: vec![frame(1 << 18); 4], more: 1, may_have_arrived: true });
        }
        assert_eq!(notices.0.len(), Notices::COUNT);
        assert!(notices.0.iter().map(cost).sum::<usize>() < 6 << 20);
        for notice in &notices.0 {
            assert!(matches!(notice, Raw::Undelivered { frames, more, .. } if frames.len() + more == 5));
        }
        assert!(matches!(notices.0.back(), Some(Raw::Undelivered { frames, .. }) if frames.len() == 4));
    }
}
