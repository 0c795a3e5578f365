//! The environment of an object or a Worker: the platform's bindings.

use std::ops::Deref;

use js_sys::{Array, JSON, Object, Reflect};
use worker::wasm_bindgen::{JsCast, JsValue};

use crate::{Env, server::Binding};

/// The platform's environment.
#[derive(Clone)]
pub(crate) struct Bindings(worker::Env);

impl Bindings {
    /// Returns a binding, if there is one with this name.
    pub(crate) fn get(&self, name: &str) -> Option<Binding> {
        let name = JsValue::from(name);
        // Every object has inherited properties, such as `toString`.
        let value = Object::has_own(self.0.unchecked_ref::<Object>(), &name)
            .then(|| Reflect::get(&self.0, &name).ok())
            .flatten()?;
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
    let is_plain = || Object::get_prototype_of(value) == Object::get_prototype_of(&Object::new());
    value.as_f64().is_some()
        || value.as_bool().is_some()
        || value.is_null()
        || Array::is_array(value)
        || (value.is_object() && is_plain())
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
