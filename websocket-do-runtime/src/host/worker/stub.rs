//! The stubs of rooms in a Worker: the namespace of a binding, and the stub of one room.

#[cfg(feature = "client")]
mod connect;
mod fetch;
mod room;

use std::{fmt, marker::PhantomData, rc::Rc};

use js_sys::{Function, Object, Reflect};
use worker::{
    wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen},
    worker_sys::{DurableObject, DurableObjectId, DurableObjectNamespace},
};

use super::error;
use crate::{
    WebSocketDo,
    server::{
        app::is_room_name,
        stub::{Jurisdiction, LocationHint, Retry, StubError},
    },
};

#[doc(hidden)]
pub use ::worker::{Env, Request, Response};
pub use room::Stub;

#[wasm_bindgen(wasm_bindgen = ::worker::wasm_bindgen)]
extern "C" {
    type Regional;

    /// Returns the namespace's rooms in one jurisdiction.
    #[wasm_bindgen(method, catch)]
    fn jurisdiction(this: &Regional, name: &str) -> Result<DurableObjectNamespace, JsValue>;
}

/// A room that has a typed stub. Implemented by `#[websocket_do]`.
pub trait RoomStub: WebSocketDo {
    /// The stub, with a method for each route.
    type Stub: From<Stub<Self>>;
}

/// The rooms of type `R` in a Worker: returns the stub of each by its name or id.
///
/// Like all I/O of a Worker, it is bound to the request in which it was created.
pub struct Namespace<R> {
    platform: DurableObjectNamespace,
    hint: Option<LocationHint>,
    retry: Retry,
    room: PhantomData<fn() -> R>,
}

impl<R: RoomStub> Namespace<R> {
    /// Creates the namespace of a binding in `wrangler.toml`.
    ///
    /// # Errors
    /// Returns [`StubError::Binding`] if the binding is missing, or is not a Durable Object namespace.
    pub fn new(env: &Env, binding: &str) -> Result<Self, StubError> {
        let platform = platform(env, binding)?;
        Ok(Self { platform, hint: None, retry: Retry::default(), room: PhantomData })
    }

    /// Creates new rooms in this region. Existing rooms are not moved.
    #[must_use]
    pub fn near(self, hint: LocationHint) -> Self {
        Self { hint: Some(hint), ..self }
    }

    /// Returns the namespace's rooms in a jurisdiction, which differ from the rooms of the same names elsewhere.
    ///
    /// # Errors
    /// Returns [`StubError::Id`] if the platform does not support jurisdictions, such as a local workerd.
    pub fn within(self, jurisdiction: Jurisdiction) -> Result<Self, StubError> {
        let platform =
            self.platform.unchecked_ref::<Regional>().jurisdiction(jurisdiction.as_str()).map_err(id_error)?;
        Ok(Self { platform, ..self })
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

    /// Returns the stub of the room with this id, as returned by [`Stub::id`].
    ///
    /// # Errors
    /// Returns [`StubError::Id`] if this is not an id of this namespace.
    pub fn by_id(&self, id: &str) -> Result<R::Stub, StubError> {
        let id = self.platform.id_from_string(id).map_err(id_error)?;
        Ok(self.stub(RoomKey::Id(Rc::new(id))))
    }

    /// Creates a new room without a name and returns its stub. The room can be found again only by its [`id`](Stub::id).
    ///
    /// # Errors
    /// Returns [`StubError::Id`] if the platform creates no id.
    pub fn unique(&self) -> Result<R::Stub, StubError> {
        let id = self.platform.new_unique_id().map_err(id_error)?;
        Ok(self.stub(RoomKey::Id(Rc::new(id))))
    }

    fn stub(&self, key: RoomKey) -> R::Stub {
        let target = RoomTarget { platform: self.platform.clone(), key, hint: self.hint, retry: self.retry };
        Stub::new(Rc::new(target)).into()
    }
}

impl<R> Clone for Namespace<R> {
    fn clone(&self) -> Self {
        Self { platform: self.platform.clone(), room: PhantomData, ..*self }
    }
}

impl<R: WebSocketDo> fmt::Debug for Namespace<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Namespace").field("room", &R::NAME).field("retry", &self.retry).finish_non_exhaustive()
    }
}

/// The name or id of a room.
enum RoomKey {
    Name(String),
    Id(Rc<DurableObjectId>),
}

/// One room of any type, and how to reach it.
pub(crate) struct RoomTarget {
    platform: DurableObjectNamespace,
    key: RoomKey,
    hint: Option<LocationHint>,
    retry: Retry,
}

impl RoomTarget {
    /// Creates a stub of the platform. Each attempt needs a new one, as an error can leave it broken.
    fn create_stub(&self) -> Result<DurableObject, JsValue> {
        let options = self.hint.map(|hint| {
            let options = Object::new();
            Reflect::set(&options, &"locationHint".into(), &hint.as_str().into()).map(|_| options)
        });
        match (&self.key, options.transpose()?) {
            (RoomKey::Name(name), None) => self.platform.get_by_name(name),
            (RoomKey::Name(name), Some(options)) => self.platform.get_by_name_with_options(name, &options),
            (RoomKey::Id(id), None) => self.platform.get(id),
            (RoomKey::Id(id), Some(options)) => self.platform.get_with_options(id, &options),
        }
    }

    /// Checks the room's name: for some names the platform would create an object that does not know its name.
    fn check(&self) -> Result<(), StubError> {
        match &self.key {
            RoomKey::Name(name) if !is_room_name(name) => {
                Err(StubError::Id(format!("a room's name has 1 to 1024 bytes, this one has {}", name.len())))
            }
            _ => Ok(()),
        }
    }

    fn id(&self) -> Result<String, StubError> {
        self.check()?;
        match &self.key {
            RoomKey::Name(name) => self.platform.id_from_name(name).and_then(|id| id.to_string()),
            RoomKey::Id(id) => id.to_string(),
        }
        .map_err(id_error)
    }

    fn name(&self) -> Option<&str> {
        match &self.key {
            RoomKey::Name(name) => Some(name),
            RoomKey::Id(_) => None,
        }
    }
}

impl fmt::Debug for RoomTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RoomTarget").field("name", &self.name()).field("retry", &self.retry).finish_non_exhaustive()
    }
}

/// Returns the namespace of a binding.
pub(super) fn platform(env: &Env, binding: &str) -> Result<DurableObjectNamespace, StubError> {
    let found = Reflect::get(env, &binding.into()).unwrap_or(JsValue::UNDEFINED);
    // Checked in advance, as debug builds of wasm-bindgen log the trace of every exception, even of one that is caught.
    let is_namespace = found.is_object()
        && Reflect::get(&found, &"getByName".into()).is_ok_and(|method| method.is_instance_of::<Function>());
    if !is_namespace {
        let wrong = if found.is_undefined() { "missing binding" } else { "not a Durable Object namespace:" };
        return Err(StubError::Binding(format!(
            "{wrong} `{binding}`; write `name = \"{binding}\"` in `[[durable_objects.bindings]]` of `wrangler.toml`"
        )));
    }
    Ok(found.unchecked_into())
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn id_error(error: JsValue) -> StubError {
    StubError::Id(error::message(&error))
}
