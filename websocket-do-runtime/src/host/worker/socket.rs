//! The platform's socket under a [`TypedSocket`](crate::socket::TypedSocket).

use js_sys::Uint8Array;
use worker::{WebSocket, WebSocketIncomingMessage, wasm_bindgen::JsCast, worker_sys::ext::WebSocketExt};

use super::{convert, host_error};
use crate::{HostError, codec::Frame, socket::RawSocket};

impl RawSocket for WebSocket {
    fn send(&self, frame: &Frame) -> Result<(), HostError> {
        convert::send(self.as_ref(), &convert::frame(frame)).map_err(|error| host_error(&error))
    }

    fn close(&self, code: u16, reason: &str) -> Result<(), HostError> {
        self.as_ref().close_with_code_and_reason(code, reason).map_err(|error| host_error(&error))
    }

    fn attachment(&self) -> Vec<u8> {
        let attachment = self.as_ref().deserialize_attachment().ok();
        attachment.and_then(|value| value.dyn_into::<Uint8Array>().ok()).map(|bytes| bytes.to_vec()).unwrap_or_default()
    }

    fn set_attachment(&self, bytes: &[u8]) -> Result<(), HostError> {
        self.as_ref().serialize_attachment(Uint8Array::from(bytes).into()).map_err(|error| host_error(&error))
    }
}

impl From<WebSocketIncomingMessage> for Frame {
    fn from(message: WebSocketIncomingMessage) -> Self {
        match message {
            WebSocketIncomingMessage::String(text) => Self::Text(text),
            WebSocketIncomingMessage::Binary(bytes) => Self::Binary(bytes),
        }
    }
}
