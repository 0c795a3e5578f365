//! One room of a simulation: its class, its host, and its memory, which it may lose.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    rc::Rc,
};

use super::host::{Shared, TestHost};
use crate::{
    Room, WebSocketDo,
    server::room_class::{ErasedRoom, RoomClass},
};

/// One room.
pub(super) struct SimulatedRoom {
    pub(super) host: Rc<TestHost>,
    /// The name of the class by which others find the room, also after a deploy.
    pub(super) class_name: &'static str,
    class: Cell<RoomClass>,
    room: RefCell<Rc<dyn ErasedRoom>>,
    /// How many more calls of other rooms fail.
    pub(super) failing_calls: Cell<u32>,
    /// Why the last restart has ended the calls in progress.
    pub(super) restarted: Cell<&'static str>,
}

impl SimulatedRoom {
    pub(super) fn new(shared: Rc<Shared>, class: RoomClass, name: String) -> Self {
        let host = Rc::new(TestHost::new(shared, class.name, name));
        let room = RefCell::new((class.create)(host.clone()));
        Self {
            host,
            class_name: class.name,
            class: Cell::new(class),
            room,
            failing_calls: Cell::new(0),
            restarted: Cell::new(""),
        }
    }

    pub(super) fn class(&self) -> RoomClass {
        self.class.get()
    }

    /// Returns whether it is the room of this class and name.
    pub(super) fn is(&self, class: &str, name: &str) -> bool {
        self.class_name == class && *self.host.name.borrow() == name
    }

    pub(super) fn room(&self) -> Rc<dyn ErasedRoom> {
        self.room.borrow().clone()
    }

    /// Returns the room as handlers see it. [`None`] if its class is another, after a deploy.
    pub(super) fn typed<R: WebSocketDo>(&self) -> Option<Room<R>> {
        let room: Rc<dyn Any> = self.room();
        room.downcast().ok().map(|room: Rc<Room<R>>| Room::clone(&room))
    }

    /// Empties the room's memory. Returns whether handlers of timers were running.
    pub(super) fn forget(&self) -> bool {
        let was_running_timers = self.room().is_running_timers();
        self.room.replace((self.class().create)(self.host.clone()));
        was_running_timers
    }

    /// Changes the code, for the next memory. Others find the room by the class it was created with.
    pub(super) fn deploy(&self, class: RoomClass) {
        self.class.set(class);
        self.host.class.set(class.name);
    }
}
