//! The rooms of one class: returns the stub of each.

use std::{cell::Cell, fmt, marker::PhantomData, rc::Rc};

use super::{
    Jurisdiction, LocationHint, Retry, Stub, StubError,
    room::Target,
    rooms::{RoomKey, Rooms},
};
use crate::{Room, WebSocketDo, server::ClassRef};

/// A room that has a typed stub. Implemented by `#[websocket_do]`.
pub trait RoomStub: WebSocketDo {
    /// The stub, with a method for each route.
    type Stub: From<Stub<Self>>;
}

/// The rooms of type `R`: returns the stub of each by its name or id.
///
/// In a Worker, it is bound to the request in which it was created, like all I/O.
pub struct Namespace<R> {
    rooms: Rc<dyn Rooms>,
    retry: Retry,
    /// The number of calls in flight of the room that calls; [`None`] outside of rooms.
    in_flight: Option<Rc<Cell<usize>>>,
    room: PhantomData<fn() -> R>,
}

impl<R: RoomStub> Namespace<R> {
    pub(crate) fn of(rooms: Rc<dyn Rooms>, in_flight: Option<Rc<Cell<usize>>>) -> Self {
        Self { rooms, retry: Retry::default(), in_flight, room: PhantomData }
    }

    /// Creates new rooms in this region. Existing rooms are not moved. Outside of Cloudflare, it has no effect.
    #[must_use]
    pub fn near(self, hint: LocationHint) -> Self {
        Self { rooms: self.rooms.near(hint).unwrap_or(self.rooms), ..self }
    }

    /// Returns the namespace's rooms in a jurisdiction, which differ from the rooms of the same names elsewhere.
    ///
    /// # Errors
    /// Returns [`StubError::Id`] if the host does not support jurisdictions: all hosts on one machine, also a local workerd.
    pub fn within(self, jurisdiction: Jurisdiction) -> Result<Self, StubError> {
        Ok(Self { rooms: self.rooms.within(jurisdiction)?, ..self })
    }

    /// Sets the retry policy of the stubs.
    #[must_use]
    pub fn retry(self, retry: Retry) -> Self {
        Self { retry, ..self }
    }

    /// Returns the stub of the room with this name, the same as in the room's path of the `App`.
    ///
    /// A name has 1 to 1,024 bytes. With any other, every method of the stub returns [`StubError::Id`].
    pub fn by_name(&self, name: impl Into<String>) -> R::Stub {
        self.stub(RoomKey::Name(name.into()))
    }

    /// Returns the stub of the room with this id, as returned by the stub's `id`.
    ///
    /// # Errors
    /// Returns [`StubError::Id`] if this is not an id of this namespace. The local host and `TestRoom` have no ids.
    pub fn by_id(&self, id: &str) -> Result<R::Stub, StubError> {
        self.rooms.check_id(id)?;
        Ok(self.stub(RoomKey::Id(id.to_owned())))
    }

    /// Creates a new room without a name and returns its stub. The room can be found again only by its id.
    ///
    /// # Errors
    /// Returns [`StubError::Id`] if the host creates no id. The local host and `TestRoom` have no ids.
    pub fn unique(&self) -> Result<R::Stub, StubError> {
        Ok(self.stub(RoomKey::Id(self.rooms.new_id()?)))
    }

    fn stub(&self, key: RoomKey) -> R::Stub {
        let (rooms, in_flight) = (self.rooms.clone(), self.in_flight.clone());
        Stub::new(Target { rooms, key, retry: self.retry, in_flight }).into()
    }
}

impl<R> Clone for Namespace<R> {
    fn clone(&self) -> Self {
        Self { rooms: self.rooms.clone(), in_flight: self.in_flight.clone(), room: PhantomData, ..*self }
    }
}

impl<R: WebSocketDo> fmt::Debug for Namespace<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Namespace").field("room", &R::NAME).field("retry", &self.retry).finish_non_exhaustive()
    }
}

impl<R: WebSocketDo> Room<R> {
    /// Returns the rooms of type `L`, to call them: `room.namespace::<Lobby>()?.by_name("eu").announce("hello").await?`. The
    /// [guide to stubs](https://docs.rs/websocket-do/latest/websocket_do/stub/) has more.
    ///
    /// A call is a request to the other room. Handlers of this room run while it is awaited, so rooms may call each other in
    /// cycles; the later messages of the session whose handler waits are queued. A room has at most 1,024 calls in flight. Writes
    /// to the storage are durable before a later call leaves the room.
    ///
    /// # Errors
    /// Returns [`StubError::Binding`] if the application has no such rooms: on workerd, the binding is missing; on the local host,
    /// the [`App`](crate::App) has neither [`rooms`](crate::App::rooms) nor [`internal_rooms`](crate::App::internal_rooms) of this
    /// type.
    pub fn namespace<L: RoomStub>(&self) -> Result<Namespace<L>, StubError> {
        let rooms = self.host().rooms(&ClassRef::of::<L>())?;
        Ok(Namespace::of(rooms, Some(self.calls_in_flight().clone())))
    }
}
