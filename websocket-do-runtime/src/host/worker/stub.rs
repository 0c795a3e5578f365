//! The rooms of a Durable Object namespace, as stubs call them.

#[cfg(feature = "client")]
mod connect;
mod fetch;
mod forward;

use std::{any::Any, rc::Rc, time::Duration};

use js_sys::{Function, Math, Object, Reflect};
use worker::{
    Delay,
    wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen},
    worker_sys::{DurableObject, DurableObjectNamespace},
};

use super::error;
use crate::{
    Request, Response,
    server::stub::{
        Jurisdiction, LocationHint, Namespace, RoomStub, StubError,
        rooms::{CallError, RoomKey, Rooms, StubFuture},
    },
};

#[doc(hidden)]
pub use ::worker::Env;

#[wasm_bindgen(wasm_bindgen = ::worker::wasm_bindgen)]
extern "C" {
    type Regional;

    /// Returns the namespace's rooms in one jurisdiction.
    #[wasm_bindgen(method, catch)]
    fn jurisdiction(this: &Regional, name: &str) -> Result<DurableObjectNamespace, JsValue>;
}

impl<R: RoomStub> Namespace<R> {
    /// Creates the namespace of a binding in `wrangler.toml`.
    ///
    /// # Errors
    /// Returns [`StubError::Binding`] if the binding is missing, or is not a Durable Object namespace.
    pub fn new(env: &Env, binding: &str) -> Result<Self, StubError> {
        Ok(Self::of(rooms(env, binding)?, None))
    }
}

/// Returns the rooms of a binding.
pub(super) fn rooms(env: &Env, binding: &str) -> Result<Rc<dyn Rooms>, StubError> {
    Ok(Rc::new(WorkerRooms { platform: platform(env, binding)?, hint: None }))
}

/// The rooms of one namespace.
struct WorkerRooms {
    platform: DurableObjectNamespace,
    hint: Option<LocationHint>,
}

impl WorkerRooms {
    /// Creates a stub of the platform. Each attempt needs a new one, as an error can leave it broken.
    fn create_stub(&self, room: &RoomKey) -> Result<DurableObject, JsValue> {
        let options = self.hint.map(|hint| {
            let options = Object::new();
            Reflect::set(&options, &"locationHint".into(), &hint.as_str().into()).map(|_| options)
        });
        match (room, options.transpose()?) {
            (RoomKey::Name(name), None) => self.platform.get_by_name(name),
            (RoomKey::Name(name), Some(options)) => self.platform.get_by_name_with_options(name, &options),
            (RoomKey::Id(id), options) => {
                let id = self.platform.id_from_string(id)?;
                options.map_or_else(|| self.platform.get(&id), |options| self.platform.get_with_options(&id, &options))
            }
        }
    }
}

impl Rooms for WorkerRooms {
    fn fetch<'a>(&'a self, room: &'a RoomKey, request: Request) -> StubFuture<'a, Result<Response, CallError>> {
        Box::pin(self.call(room, request))
    }

    #[cfg(feature = "client")]
    fn connect<'a>(&'a self, room: &'a RoomKey, request: http::Request<()>) -> StubFuture<'a, connect::Result> {
        Box::pin(self.upgrade(room, request))
    }

    fn sleep(&self, time: Duration) -> StubFuture<'static, ()> {
        Box::pin(Delay::from(time))
    }

    fn random(&self) -> f64 {
        Math::random()
    }

    fn id(&self, name: &str) -> Result<String, StubError> {
        self.platform.id_from_name(name).and_then(|id| id.to_string()).map_err(id_error)
    }

    fn check_id(&self, id: &str) -> Result<(), StubError> {
        self.platform.id_from_string(id).map(drop).map_err(id_error)
    }

    fn new_id(&self) -> Result<String, StubError> {
        self.platform.new_unique_id().and_then(|id| id.to_string()).map_err(id_error)
    }

    fn near(&self, hint: LocationHint) -> Option<Rc<dyn Rooms>> {
        Some(Rc::new(Self { platform: self.platform.clone(), hint: Some(hint) }))
    }

    fn within(&self, jurisdiction: Jurisdiction) -> Result<Rc<dyn Rooms>, StubError> {
        let platform =
            self.platform.unchecked_ref::<Regional>().jurisdiction(jurisdiction.as_str()).map_err(id_error)?;
        Ok(Rc::new(Self { platform, hint: self.hint }))
    }

    fn as_any(&self) -> &dyn Any {
        self
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
