//! The platform's socket under a [`TypedSocket`](crate::server::typed_socket::TypedSocket).

use worker::{WebSocket, WebSocketIncomingMessage};

use super::{convert, host_error};
use crate::{HostError, codec::Frame, server::typed_socket::RawSocket};

impl RawSocket for WebSocket {
    fn send(&self, frame: &Frame) -> Result<(), HostError> {
        convert::send(self.as_ref(), &convert::frame(frame)).map_err(|error| host_error(&error))
    }

    fn close(&self, code: u16, reason: &str) -> Result<(), HostError> {
        self.as_ref().close_with_code_and_reason(code, reason).map_err(|error| host_error(&error))
    }

    fn attachment(&self) -> Vec<u8> {
        convert::attachment(self.as_ref())
    }

    fn set_attachment(&self, bytes: &[u8]) -> Result<(), HostError> {
        convert::set_attachment(self.as_ref(), bytes).map_err(|error| host_error(&error))
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
