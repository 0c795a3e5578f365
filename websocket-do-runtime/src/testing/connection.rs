//! The connection between a client and a room under test: two queues in memory.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker},
};

use crate::{
    Close, Closed,
    client::transport::{InProcessConnection, Incoming},
    codec::Frame,
};

/// A frame or close from a client.
pub(super) enum Outgoing {
    Frame(Frame),
    Closed(Closed),
}

/// How many bytes are buffered for a client that does not read, as on the local host.
const MAX_UNREAD: usize = 4 << 20;

/// Both directions of one session. Locked, as a client may move to another thread.
pub(crate) struct Connection {
    /// Numbers events in their order, for all connections of a simulation.
    order: Arc<AtomicU64>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    to_room: VecDeque<(u64, Outgoing)>,
    to_client: VecDeque<Incoming>,
    /// The client has closed or answered a close, or its connection was lost: nothing more goes to the room.
    client_closed: bool,
    /// The room has closed, or the connection was lost: nothing more goes to the client.
    room_closed: bool,
    /// The end was queued for the client.
    end_queued: bool,
    fault: Fault,
    reader: Option<Waker>,
}

/// How a client misbehaves.
#[derive(Default)]
enum Fault {
    #[default]
    None,
    /// It does not answer the room's close, and continues to send.
    IgnoresCloses,
    /// It does not read; this many bytes are buffered for it.
    DoesNotRead(usize),
    /// Nothing arrives in either direction, and no event reports it.
    Vanished,
}

impl Connection {
    pub(super) fn new(order: Arc<AtomicU64>) -> Arc<Self> {
        Arc::new(Self { order, state: Mutex::default() })
    }

    /// Loses the connection: both sides see an unclean close.
    pub(super) fn lose(&self) {
        let mut state = self.state();
        state.fault = Fault::None;
        state.send(&self.order, Outgoing::Closed(Closed::lost()));
        state.client_closed = true;
        state.end(None);
    }

    /// Removes the connection without an event for the room.
    pub(super) fn cut(&self) {
        let mut state = self.state();
        state.to_room.clear();
        state.client_closed = true;
        state.end(None);
    }

    /// Makes the client ignore the room's close.
    pub(super) fn ignore_closes(&self) {
        self.state().fault = Fault::IgnoresCloses;
    }

    /// Drops all traffic from now on, without an event.
    pub(super) fn vanish(&self) {
        self.state().fault = Fault::Vanished;
    }

    /// Makes the client stop reading.
    pub(super) fn stop_reading(&self) {
        self.state().fault = Fault::DoesNotRead(0);
    }

    /// Queues a frame for the client. Returns whether the connection is open.
    pub(super) fn deliver(&self, frame: Frame) -> bool {
        let mut state = self.state();
        if state.room_closed {
            return false;
        }
        match state.fault {
            Fault::Vanished => return true,
            Fault::DoesNotRead(unread) => {
                let unread = unread + frame.len();
                // One frame always fits.
                if unread > MAX_UNREAD && unread > frame.len() {
                    state.overflow(&self.order);
                    return true;
                }
                state.fault = Fault::DoesNotRead(unread);
            }
            Fault::None | Fault::IgnoresCloses => {}
        }
        state.to_client.push_back(Incoming::Frame(frame));
        state.wake();
        true
    }

    /// Closes from the room's side; the client answers with the same code and reason, unless it has closed before.
    pub(super) fn close_from_room(&self, code: u16, reason: &str) -> bool {
        let mut state = self.state();
        if state.room_closed {
            return false;
        }
        let closed = Closed::by_peer(code, reason);
        if !matches!(state.fault, Fault::None) {
            state.room_closed = true;
            return true;
        }
        state.send(&self.order, Outgoing::Closed(closed.clone()));
        state.client_closed = true;
        state.end(Some(closed));
        true
    }

    /// Returns the number of the client's next frame or close.
    pub(super) fn next_order(&self) -> Option<u64> {
        self.state().to_room.front().map(|(order, _)| *order)
    }

    /// Takes the client's next frame or close.
    pub(super) fn take_outgoing(&self) -> Option<Outgoing> {
        self.state().to_room.pop_front().map(|(_, outgoing)| outgoing)
    }

    /// Whether a frame or the end is queued for the client.
    pub(super) fn has_incoming(&self) -> bool {
        let state = self.state();
        state.client_closed && state.room_closed || !state.to_client.is_empty()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl InProcessConnection for Connection {
    fn send(&self, frame: Frame) -> bool {
        self.state().send(&self.order, Outgoing::Frame(frame))
    }

    fn close(&self, close: &Close) -> bool {
        let mut state = self.state();
        let is_sent = state.send(&self.order, Outgoing::Closed(Closed::by_peer(close.code(), close.reason())));
        state.client_closed = true;
        is_sent
    }

    fn poll_next(&self, context: &mut Context<'_>) -> Poll<Incoming> {
        let mut state = self.state();
        if let Some(next) = state.to_client.pop_front() {
            return Poll::Ready(next);
        }
        if state.room_closed && state.client_closed {
            return Poll::Ready(Incoming::Closed(Closed::lost()));
        }
        state.reader = Some(context.waker().clone());
        Poll::Pending
    }
}

impl State {
    fn send(&mut self, order: &AtomicU64, outgoing: Outgoing) -> bool {
        if self.client_closed {
            return false;
        }
        if matches!(self.fault, Fault::Vanished) {
            return true;
        }
        self.to_room.push_back((order.fetch_add(1, Ordering::Relaxed), outgoing));
        true
    }

    /// Cuts the connection, as the local host does when too much is buffered for a client.
    fn overflow(&mut self, order: &AtomicU64) {
        self.send(order, Outgoing::Closed(Closed::lost()));
        self.client_closed = true;
        self.to_client.clear();
        self.end(Some(Closed::by_peer(1013, "")));
    }

    fn end(&mut self, closed: Option<Closed>) {
        if !self.end_queued {
            self.room_closed = true;
            self.end_queued = true;
            self.to_client.push_back(Incoming::Closed(closed.unwrap_or_else(Closed::lost)));
            self.wake();
        }
    }

    fn wake(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }
}
