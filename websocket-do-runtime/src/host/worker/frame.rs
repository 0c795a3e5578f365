//! Frames and the values that the platform sends and receives for them.

use std::cell::RefCell;

use js_sys::Uint8Array;
use worker::{
    WebSocketIncomingMessage,
    wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen},
    web_sys,
};

use crate::codec::Frame;

#[wasm_bindgen(wasm_bindgen = ::worker::wasm_bindgen)]
extern "C" {
    type Socket;

    /// `WebSocket.send` for a value that is a JavaScript string or array already.
    #[wasm_bindgen(method, catch, js_name = send)]
    fn send_value(this: &Socket, frame: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(js_name = Uint8Array)]
    type View;

    #[wasm_bindgen(constructor, js_class = "Uint8Array")]
    fn new(buffer: &JsValue) -> View;

    /// The view itself, which becomes a `Vec` when it is returned: length and bytes in one crossing.
    #[wasm_bindgen(method, js_name = valueOf)]
    fn bytes(this: &View) -> Vec<u8>;
}

/// Sends a value that [`to_js`] made.
///
/// # Errors
/// Throws if the socket was closed by this side.
pub(super) fn send(socket: &web_sys::WebSocket, frame: &JsValue) -> Result<(), JsValue> {
    socket.unchecked_ref::<Socket>().send_value(frame)
}

/// The JavaScript value of a frame; one for all receivers.
pub(super) fn to_js(frame: &Frame) -> JsValue {
    match frame {
        Frame::Text(text) => JsValue::from_str(text),
        Frame::Binary(bytes) => to_array(bytes).into(),
    }
}

/// The frame of a `webSocketMessage` event.
pub(super) fn from_js(data: &JsValue) -> Frame {
    // `as_string` on a value that is not a string costs more than `is_string`.
    let text = if data.is_string() { data.as_string() } else { None };
    text.map_or_else(|| Frame::Binary(View::new(data).bytes()), Frame::Text)
}

impl From<WebSocketIncomingMessage> for Frame {
    fn from(message: WebSocketIncomingMessage) -> Self {
        match message {
            WebSocketIncomingMessage::String(text) => Self::Text(text),
            WebSocketIncomingMessage::Binary(bytes) => Self::Binary(bytes),
        }
    }
}

/// The size of a buffer that small frames are sliced from, in bytes.
const BUFFER_SIZE: u32 = 64 * 1024;

/// Copies bytes into a JavaScript array. Small arrays are slices of a shared buffer, as allocating a buffer costs more than the
/// rest of the call. No part of the buffer is used twice: the platform keeps a slice until its frame has left.
fn to_array(bytes: &[u8]) -> Uint8Array {
    thread_local! {
        /// The buffer and how many of its bytes are used.
        static BUFFER: RefCell<(Uint8Array, u32)> = RefCell::new((Uint8Array::new_with_length(BUFFER_SIZE), 0));
    }
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    if length > BUFFER_SIZE / 16 {
        return Uint8Array::from(bytes);
    }
    BUFFER.with_borrow_mut(|(buffer, used)| {
        if length > BUFFER_SIZE - *used {
            (*buffer, *used) = (Uint8Array::new_with_length(BUFFER_SIZE), 0);
        }
        let slice = buffer.subarray(*used, *used + length);
        *used += length;
        slice.copy_from(bytes);
        slice
    })
}
