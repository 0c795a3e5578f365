//! The state of one session in the room's memory.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    task::Waker,
};

use uuid::Uuid;

use crate::{
    UpdateError,
    codec::Format,
    host::SocketId,
    server::{
        attachment::{Header, State},
        dispatch::Queue,
    },
};

/// The state of one session in the room's memory. It can be lost at any time, and is rebuilt from the attachment.
pub(crate) struct SessionState<D> {
    pub(crate) socket: SocketId,
    pub(crate) id: Uuid,
    pub(crate) format: Format,
    /// The data, decoded and as attached.
    pub(super) stored: RefCell<Stored<D>>,
    pub(super) updating: Cell<bool>,
    /// The state in the attachment.
    state: Cell<State>,
    /// Events that wait for the current one, so that the events of a session are handled in order.
    pub(crate) queue: RefCell<Queue>,
    /// Whether an event is being handled.
    pub(crate) busy: Cell<bool>,
    /// How many concurrent handlers are running.
    pub(crate) concurrent: Rc<Cell<usize>>,
    /// Whether the running handler must be dropped.
    aborted: Cell<bool>,
    /// The task that runs the handler.
    abort_waker: RefCell<Option<Waker>>,
}

pub(super) struct Stored<D> {
    pub(super) data: Rc<D>,
    pub(super) attachment: Rc<[u8]>,
}

impl<D> SessionState<D> {
    pub(crate) fn new(socket: SocketId, header: Header, data: D, attachment: Vec<u8>) -> Self {
        Self {
            socket,
            id: header.id,
            format: header.format,
            stored: RefCell::new(Stored { data: Rc::new(data), attachment: attachment.into() }),
            updating: Cell::new(false),
            state: Cell::new(header.state),
            queue: RefCell::default(),
            busy: Cell::new(false),
            concurrent: Rc::default(),
            aborted: Cell::new(false),
            abort_waker: RefCell::default(),
        }
    }

    /// Returns the attachment's header.
    pub(crate) fn header(&self) -> Header {
        Header { id: self.id, format: self.format, state: self.state.get() }
    }

    /// Returns whether the session is closing or has ended. It then receives no messages.
    pub(crate) fn is_closing(&self) -> bool {
        self.state.get() != State::Open
    }

    /// Changes to `state`, unless the session is already in a later one.
    pub(crate) fn advance(&self, state: State) {
        self.state.set(self.state.get().max(state));
    }

    /// Requests that the running handler is dropped at its current `await`.
    pub(crate) fn abort_handler(&self) {
        self.aborted.set(true);
        if let Some(waker) = self.abort_waker.take() {
            waker.wake();
        }
    }

    /// Withdraws the request of [`abort_handler`](Self::abort_handler), for the next handler.
    pub(crate) fn reset_abort(&self) {
        self.aborted.set(false);
    }

    /// Returns whether the running handler must be dropped. If not, `waker` is woken when it must be.
    pub(crate) fn is_aborted(&self, waker: &Waker) -> bool {
        if !self.aborted.get() {
            self.abort_waker.replace(Some(waker.clone()));
        }
        self.aborted.get()
    }

    pub(super) fn data(&self) -> Rc<D> {
        self.stored.borrow().data.clone()
    }

    pub(crate) fn attachment(&self) -> Rc<[u8]> {
        self.stored.borrow().attachment.clone()
    }
}

/// A guard that is held while `update` runs the user's closure. It rejects a nested `update`, whose change would be overwritten.
pub(super) struct Updating<'c>(&'c Cell<bool>);

impl<'c> Updating<'c> {
    /// Sets the flag until the guard is dropped.
    ///
    /// # Errors
    /// Returns [`UpdateError::Nested`] if the flag is already set.
    pub(super) fn begin(flag: &'c Cell<bool>) -> Result<Self, UpdateError> {
        if flag.replace(true) { Err(UpdateError::Nested) } else { Ok(Self(flag)) }
    }
}

impl Drop for Updating<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}
