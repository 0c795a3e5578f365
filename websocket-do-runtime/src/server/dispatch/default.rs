//! The default handlers. Generated code calls them for a room without its own.

use crate::{
    Close, Error, Handler, PreviousSession, Result, Room, Session, WebSocketDo, codec::Frame,
    protocol::ValidationError, server::call,
};

/// The answer to a text frame in a MessagePack session.
const NO_TEXT: &str = r#"{"error":"String messages are not allowed. Please use buffer messages."}"#;
/// The answer to a binary frame in a JSON session.
const NO_BINARY: &str = r#"{"error":"Buffer messages are not allowed. Please use string messages."}"#;

/// Answers a frame that is not a valid message, for a room without an `#[invalid]` handler.
///
/// # Errors
/// Returns an error if the answer cannot be sent.
pub fn answer_validation_error<R: WebSocketDo>(session: &Session<R>, error: &ValidationError) -> Result {
    Ok(call::send_invalid(session, error, None)?)
}

/// Answers a frame of the type that the session does not accept, for a room without a `#[protocol_error]` handler.
///
/// # Errors
/// Returns an error if the answer cannot be sent.
pub fn answer_protocol_error<R: WebSocketDo>(session: &Session<R>, frame: &Frame) -> Result {
    let text = if matches!(frame, Frame::Text(_)) { NO_TEXT } else { NO_BINARY };
    Ok(session.send_frame(&Frame::Text(text.into()))?)
}

/// Logs the error of a handler and sends the client a general error frame, for a room without an `#[error]` handler.
///
/// # Errors
/// Never returns an error.
pub fn answer_handler_error<R: WebSocketDo>(session: &Session<R>, error: &Error) -> Result {
    match Handler::current() {
        Some(failed) => session.log_error(format_args!("{failed} failed: {error}")),
        None => session.log_error(format_args!("a handler failed: {error}")),
    }
    call::send_internal(session, call::take_current().as_ref());
    Ok(())
}

/// Logs why the data of a session cannot be read, and returns a [`Close`] for it, for a room without a `#[migrate]` handler.
pub fn close_previous<R: WebSocketDo>(room: &Room<R>, previous: &PreviousSession) -> Close {
    room.log_error(format_args!("session {}: session data lost: {}", previous.session_id(), previous.error()));
    Close::restart("session data lost")
}
