//! The environment of an object or a Worker: the platform's bindings.

use std::ops::Deref;

use js_sys::{Array, JSON, Object, Reflect};
use worker::wasm_bindgen::JsValue;

use crate::{Env, server::Binding};

/// The platform's environment.
#[derive(Clone)]
pub(crate) struct Bindings(worker::Env);

impl Bindings {
    /// Returns a binding, if there is one with this name.
    pub(crate) fn get(&self, name: &str) -> Option<Binding> {
        let value = Reflect::get(&self.0, &JsValue::from(name)).ok().filter(|value| !value.is_undefined())?;
        Some(match value.as_string() {
            Some(text) => Binding::Text(text),
            None if is_data(&value) => {
                JSON::stringify(&value).map_or(Binding::Other, |json| Binding::Json(json.into()))
            }
            None => Binding::Other,
        })
    }
}

/// Whether the value is data, as a variable of `wrangler.toml` is, and not an object of the platform.
fn is_data(value: &JsValue) -> bool {
    !value.is_object()
        || Array::is_array(value)
        || Object::get_prototype_of(value) == Object::get_prototype_of(&Object::new())
}

impl From<worker::Env> for Env {
    fn from(env: worker::Env) -> Self {
        Self(Bindings(env))
    }
}

impl Deref for Env {
    type Target = worker::Env;

    fn deref(&self) -> &worker::Env {
        &self.0.0
    }
}
