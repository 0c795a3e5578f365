//! The platform's socket under a [`TypedSocket`](crate::server::typed_socket::TypedSocket).

use worker::WebSocket;

use super::{attachment, error::host_error, frame};
use crate::{HostError, codec::Frame, server::typed_socket::RawSocket};

impl RawSocket for WebSocket {
    fn send(&self, frame: &Frame) -> Result<(), HostError> {
        frame::send(self.as_ref(), &frame::to_js(frame)).map_err(|error| host_error(&error))
    }

    fn close(&self, code: u16, reason: &str) -> Result<(), HostError> {
        self.as_ref().close_with_code_and_reason(code, reason).map_err(|error| host_error(&error))
    }

    fn attachment(&self) -> Vec<u8> {
        attachment::read(self.as_ref())
    }

    fn set_attachment(&self, bytes: &[u8]) -> Result<(), HostError> {
        attachment::write(self.as_ref(), bytes).map_err(|error| host_error(&error))
    }
}
