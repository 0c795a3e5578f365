//! Exceptions as messages.

use worker::wasm_bindgen::{JsCast, JsValue};

use crate::HostError;

/// The message of an exception.
pub(super) fn message(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => error.message().into(),
        None => error.as_string().unwrap_or_else(|| format!("{error:?}")),
    }
}

pub(super) fn host_error(error: &JsValue) -> HostError {
    HostError::new(message(error))
}
