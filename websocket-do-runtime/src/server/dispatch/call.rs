//! Reads the ids of calls, and runs the handlers of messages.

use crate::{
    Result, Room, Session, WebSocketDo,
    codec::Frame,
    protocol::{
        ClientMessage, Message, ValidationError,
        call::{call_head, call_id},
    },
    server::{call::Pending, handler::Running},
};

/// Reads the id of a call, which the running handler then answers.
///
/// # Errors
/// Returns the error of `decoded`, or that of an invalid id.
pub(super) fn with_call<R: WebSocketDo>(
    session: &Session<R>,
    frame: &Frame,
    decoded: Result<R::Client, ValidationError>,
) -> Result<R::Client, ValidationError> {
    if R::Client::SCHEMA.call_id.is_none() {
        return decoded;
    }
    let id = match &decoded {
        Ok(message) if !message.is_call() => return decoded,
        Ok(_) => call_id::<R::Client>(frame),
        // It may be a call as well.
        Err(_) => call_head::<R::Client>(frame),
    };
    let id = match id {
        Ok(id) => id,
        // An invalid id cannot be repeated, and another error of the frame comes first.
        Err(error) => return decoded.and(Err(error)),
    };
    Running::with(|running| running.call = id.map(|id| Pending::new(session, id) as _));
    decoded
}

impl<R: WebSocketDo> Room<R> {
    /// Runs the handler of a message. On a host that isolates panics, one in the handler of a call is an error.
    pub(super) async fn run_message(&self, session: &Session<R>, message: R::Client) -> Result {
        let handler = self.handlers().message(session, message);
        #[cfg(not(target_arch = "wasm32"))]
        if self.host().isolates_panics() && Running::with(|running| running.call.is_some()).unwrap_or_default() {
            use futures_util::FutureExt;
            let isolated = std::panic::AssertUnwindSafe(handler).catch_unwind().await;
            return isolated.unwrap_or_else(|_| Err(crate::Error::msg("it panicked")));
        }
        handler.await
    }
}
