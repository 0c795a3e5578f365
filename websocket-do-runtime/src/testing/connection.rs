//! The line between a client and a room under test: what a connection would be, as two queues.

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

/// What a client does, with its place in the order of all that happens in the world.
pub(super) enum Outgoing {
    Frame(Frame),
    Closed(Closed),
}

/// The bytes that may wait for a client that does not read, as on the local host.
const MAX_UNREAD: usize = 4 << 20;

/// Both directions of one session. A client may be moved to another thread, so that all is locked.
pub(crate) struct Connection {
    /// Counts what happens in the world.
    order: Arc<AtomicU64>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    to_room: VecDeque<(u64, Outgoing)>,
    to_client: VecDeque<Incoming>,
    /// The client has closed, or answered a close, or is gone: nothing more goes to the room.
    client_is_done: bool,
    /// The room has closed, or the connection is gone: nothing more goes to the client.
    room_is_done: bool,
    /// The client was told the end.
    is_over: bool,
    fault: Fault,
    reader: Option<Waker>,
}

/// What a client does not do.
#[derive(Default)]
enum Fault {
    #[default]
    None,
    /// It does not answer the room's close, and goes on as if there was none.
    IgnoresCloses,
    /// It does not read; so many bytes wait for it.
    DoesNotRead(usize),
    /// Neither side hears from the other, and the room is not told.
    Vanished,
}

impl Connection {
    pub(super) fn new(order: Arc<AtomicU64>) -> Arc<Self> {
        Arc::new(Self { order, state: Mutex::default() })
    }

    /// The connection breaks: neither side hears from the other again.
    pub(super) fn lose(&self) {
        let mut state = self.state();
        state.fault = Fault::None;
        state.send(&self.order, Outgoing::Closed(Closed::lost()));
        state.client_is_done = true;
        state.end(None);
    }

    /// The host takes the connection away, and tells no room.
    pub(super) fn cut(&self) {
        let mut state = self.state();
        state.to_room.clear();
        state.client_is_done = true;
        state.end(None);
    }

    /// From now on the client does not answer a close, and goes on sending.
    pub(super) fn ignore_closes(&self) {
        self.state().fault = Fault::IgnoresCloses;
    }

    /// From now on nothing arrives, in either direction, and nobody is told.
    pub(super) fn vanish(&self) {
        self.state().fault = Fault::Vanished;
    }

    /// From now on the client reads nothing.
    pub(super) fn stop_reading(&self) {
        self.state().fault = Fault::DoesNotRead(0);
    }

    /// Gives a frame to the client, if there is still one.
    pub(super) fn deliver(&self, frame: Frame) -> bool {
        let mut state = self.state();
        if state.room_is_done {
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

    /// The room's close frame; the client answers with the same, unless it has closed itself.
    pub(super) fn close_from_room(&self, code: u16, reason: &str) -> bool {
        let mut state = self.state();
        if state.room_is_done {
            return false;
        }
        let closed = Closed::by_peer(code, reason);
        if !matches!(state.fault, Fault::None) {
            state.room_is_done = true;
            return true;
        }
        state.send(&self.order, Outgoing::Closed(closed.clone()));
        state.client_is_done = true;
        state.end(Some(closed));
        true
    }

    /// The place in the order of the client's next act, if there is one.
    pub(super) fn next_act(&self) -> Option<u64> {
        self.state().to_room.front().map(|(order, _)| *order)
    }

    pub(super) fn take_act(&self) -> Option<Outgoing> {
        self.state().to_room.pop_front().map(|(_, act)| act)
    }

    /// Whether the client has something to read: a frame, or the end.
    pub(super) fn has_news(&self) -> bool {
        let state = self.state();
        state.client_is_done && state.room_is_done || !state.to_client.is_empty()
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
        state.client_is_done = true;
        is_sent
    }

    fn poll_next(&self, context: &mut Context<'_>) -> Poll<Incoming> {
        let mut state = self.state();
        if let Some(next) = state.to_client.pop_front() {
            return Poll::Ready(next);
        }
        if state.room_is_done && state.client_is_done {
            return Poll::Ready(Incoming::Closed(Closed::lost()));
        }
        state.reader = Some(context.waker().clone());
        Poll::Pending
    }
}

impl State {
    fn send(&mut self, order: &AtomicU64, act: Outgoing) -> bool {
        if self.client_is_done {
            return false;
        }
        if matches!(self.fault, Fault::Vanished) {
            return true;
        }
        self.to_room.push_back((order.fetch_add(1, Ordering::Relaxed), act));
        true
    }

    /// More waits for the client than the host allows: the connection is cut, as on the local host.
    fn overflow(&mut self, order: &AtomicU64) {
        self.send(order, Outgoing::Closed(Closed::lost()));
        self.client_is_done = true;
        self.to_client.clear();
        self.end(Some(Closed::by_peer(1013, "")));
    }

    fn end(&mut self, closed: Option<Closed>) {
        if !self.is_over {
            self.room_is_done = true;
            self.is_over = true;
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
