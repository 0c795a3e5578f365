//! What the room keeps in memory of one session.

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

/// What the room keeps in memory of one session. The attachment holds the same, so it can be lost at any time.
pub(crate) struct SessionState<D> {
    pub(crate) socket: SocketId,
    pub(crate) id: Uuid,
    pub(crate) format: Format,
    /// The data as decoded and as attached: always the same value.
    pub(super) stored: RefCell<Stored<D>>,
    pub(super) updating: Cell<bool>,
    /// What is attached of what the framework has decided.
    state: Cell<State>,
    /// Events that wait for the one that is being handled, so that each session sees its own in order.
    pub(crate) queue: RefCell<Queue>,
    pub(crate) busy: Cell<bool>,
    /// Whether the handler that is running is to be dropped, and what to wake for it.
    cut: Cell<bool>,
    cut_waker: RefCell<Option<Waker>>,
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
            cut: Cell::new(false),
            cut_waker: RefCell::default(),
        }
    }

    /// What is attached besides the data.
    pub(crate) fn header(&self) -> Header {
        Header { id: self.id, format: self.format, state: self.state.get() }
    }

    /// Whether the session gets no message any more.
    pub(crate) fn is_closing(&self) -> bool {
        self.state.get() != State::Open
    }

    /// Goes on to a state, unless it is past it.
    pub(crate) fn advance(&self, state: State) {
        self.state.set(self.state.get().max(state));
    }

    /// Has the handler that is running be dropped where it waits.
    pub(crate) fn cut(&self) {
        self.cut.set(true);
        if let Some(waker) = self.cut_waker.take() {
            waker.wake();
        }
    }

    /// Lets the next handler run.
    pub(crate) fn uncut(&self) {
        self.cut.set(false);
    }

    /// Whether the handler that is running is to be dropped; if not, what to wake when it is.
    pub(crate) fn is_cut(&self, waker: &Waker) -> bool {
        if !self.cut.get() {
            self.cut_waker.replace(Some(waker.clone()));
        }
        self.cut.get()
    }

    pub(super) fn data(&self) -> Rc<D> {
        self.stored.borrow().data.clone()
    }

    pub(crate) fn attachment(&self) -> Rc<[u8]> {
        self.stored.borrow().attachment.clone()
    }
}

/// Held while `update` runs the user's closure, so that an `update` inside it cannot be overwritten by the outer one.
pub(super) struct Updating<'c>(&'c Cell<bool>);

impl<'c> Updating<'c> {
    /// # Errors
    /// [`UpdateError::Nested`] inside another `update`.
    pub(super) fn begin(flag: &'c Cell<bool>) -> Result<Self, UpdateError> {
        if flag.replace(true) { Err(UpdateError::Nested) } else { Ok(Self(flag)) }
    }
}

impl Drop for Updating<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}
