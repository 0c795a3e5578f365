//! The bytes attached to a socket, as a `Uint8Array`.

use js_sys::Uint8Array;
use worker::{
    wasm_bindgen::{JsCast, JsValue},
    web_sys::WebSocket,
    worker_sys::ext::WebSocketExt,
};

/// Reads the attachment; empty if there is none.
pub(super) fn read(socket: &WebSocket) -> Vec<u8> {
    let attachment = socket.deserialize_attachment().ok();
    attachment.and_then(|value| value.dyn_into::<Uint8Array>().ok()).map(|bytes| bytes.to_vec()).unwrap_or_default()
}

/// Replaces the attachment.
///
/// # Errors
/// Throws if the bytes exceed the platform's limit.
pub(super) fn write(socket: &WebSocket, bytes: &[u8]) -> Result<(), JsValue> {
    socket.serialize_attachment(Uint8Array::from(bytes).into())
}
