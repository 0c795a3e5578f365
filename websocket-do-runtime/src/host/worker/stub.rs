//! Rooms as a Worker calls them: the namespace of a binding, and the stub of one room.

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

    /// The part of a namespace that is in one jurisdiction.
    #[wasm_bindgen(method, catch)]
    fn jurisdiction(this: &Regional, name: &str) -> Result<DurableObjectNamespace, JsValue>;
}

/// A room that has a typed stub. Implemented by `#[websocket_do]`.
pub trait RoomStub: WebSocketDo {
    /// The stub, with a method for each route.
    type Stub: From<Stub<Self>>;
}

/// All rooms of class `R`, made by `R::stub(&env, "BINDING")`: gives stubs.
///
/// It belongs to the request in which it was made, like everything that reaches out of a Worker.
pub struct Namespace<R> {
    platform: DurableObjectNamespace,
    hint: Option<LocationHint>,
    retry: Retry,
    room: PhantomData<fn() -> R>,
}

impl<R: RoomStub> Namespace<R> {
    /// The namespace that `wrangler.toml` binds to this name.
    ///
    /// # Errors
    /// [`StubError::Binding`].
    pub fn new(env: &Env, binding: &str) -> Result<Self, StubError> {
        let platform = platform(env, binding)?;
        Ok(Self { platform, hint: None, retry: Retry::default(), room: PhantomData })
    }

    /// Makes rooms that do not exist yet near this place. Rooms that exist stay where they are.
    #[must_use]
    pub fn near(self, hint: LocationHint) -> Self {
        Self { hint: Some(hint), ..self }
    }

    /// The rooms of a jurisdiction: others than those of the same name elsewhere.
    ///
    /// # Errors
    /// [`StubError::Id`] where the platform has no jurisdictions, such as workerd on a machine of your own.
    pub fn within(self, jurisdiction: Jurisdiction) -> Result<Self, StubError> {
        let platform =
            self.platform.unchecked_ref::<Regional>().jurisdiction(jurisdiction.as_str()).map_err(id_error)?;
        Ok(Self { platform, ..self })
    }

    /// How often stubs ask again.
    #[must_use]
    pub fn retry(self, retry: Retry) -> Self {
        Self { retry, ..self }
    }

    /// The room of this name: the one that is below the name's path in the `App`.
    ///
    /// A name has 1 to 1,024 bytes. With another, every method of the stub returns [`StubError::Id`].
    pub fn by_name(&self, name: impl Into<String>) -> R::Stub {
        self.stub(Target::Name(name.into()))
    }

    /// The room with this id, as [`Stub::id`] told it.
    ///
    /// # Errors
    /// [`StubError::Id`] for what is no id of a room in this namespace.
    pub fn by_id(&self, id: &str) -> Result<R::Stub, StubError> {
        let id = self.platform.id_from_string(id).map_err(id_error)?;
        Ok(self.stub(Target::Id(Rc::new(id))))
    }

    /// A new room that has an id and no name. Keep its [`id`](Stub::id): nothing else leads back to it.
    ///
    /// # Errors
    /// [`StubError::Id`] where the platform refuses.
    pub fn unique(&self) -> Result<R::Stub, StubError> {
        let id = self.platform.new_unique_id().map_err(id_error)?;
        Ok(self.stub(Target::Id(Rc::new(id))))
    }

    fn stub(&self, target: Target) -> R::Stub {
        let door = Door { platform: self.platform.clone(), target, hint: self.hint, retry: self.retry };
        Stub::new(Rc::new(door)).into()
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

/// Which room.
enum Target {
    Name(String),
    Id(Rc<DurableObjectId>),
}

/// What leads to one room, whatever its class.
pub(crate) struct Door {
    platform: DurableObjectNamespace,
    target: Target,
    hint: Option<LocationHint>,
    retry: Retry,
}

impl Door {
    /// The platform's stub: one for each attempt, as many errors break it.
    fn open(&self) -> Result<DurableObject, JsValue> {
        let options = self.hint.map(|hint| {
            let options = Object::new();
            Reflect::set(&options, &"locationHint".into(), &hint.as_str().into()).map(|_| options)
        });
        match (&self.target, options.transpose()?) {
            (Target::Name(name), None) => self.platform.get_by_name(name),
            (Target::Name(name), Some(options)) => self.platform.get_by_name_with_options(name, &options),
            (Target::Id(id), None) => self.platform.get(id),
            (Target::Id(id), Some(options)) => self.platform.get_with_options(id, &options),
        }
    }

    /// Whether the room can be reached.
    ///
    /// # Errors
    /// [`StubError::Id`] for a name that no room can have: the platform would make an object of it that does not know its name.
    fn check(&self) -> Result<(), StubError> {
        match &self.target {
            Target::Name(name) if !is_room_name(name) => {
                Err(StubError::Id(format!("a room's name has 1 to 1024 bytes, this one has {}", name.len())))
            }
            _ => Ok(()),
        }
    }

    fn id(&self) -> Result<String, StubError> {
        self.check()?;
        match &self.target {
            Target::Name(name) => self.platform.id_from_name(name).and_then(|id| id.to_string()),
            Target::Id(id) => id.to_string(),
        }
        .map_err(id_error)
    }

    fn name(&self) -> Option<&str> {
        match &self.target {
            Target::Name(name) => Some(name),
            Target::Id(_) => None,
        }
    }
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door").field("name", &self.name()).field("retry", &self.retry).finish_non_exhaustive()
    }
}

/// The rooms that `wrangler.toml` binds to this name.
pub(super) fn platform(env: &Env, binding: &str) -> Result<DurableObjectNamespace, StubError> {
    let found = Reflect::get(env, &binding.into()).unwrap_or(JsValue::UNDEFINED);
    // Asked first, as debug builds of wasm-bindgen log the trace of every exception, also of one that is caught.
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

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` has it")]
fn id_error(error: JsValue) -> StubError {
    StubError::Id(error::message(&error))
}
