//! The error type of [`Session::update`](crate::Session::update).

use std::{error::Error, fmt};

use crate::{HostError, server::attachment::AttachmentError};

/// The error of [`Session::update`](crate::Session::update). The session's data is unchanged.
///
/// ```
/// # use websocket_do_runtime::{Session, UpdateError, WebSocketDo, server::attachment::AttachmentError};
/// /// Adds a note to the session's data, and returns whether it fits.
/// fn add<R: WebSocketDo<Session = Vec<String>>>(session: &Session<R>, note: String) -> Result<bool, UpdateError> {
///     match session.update(|notes| notes.push(note)) {
///         Ok(()) => Ok(true),
///         Err(UpdateError::Attachment(AttachmentError::TooLarge { .. })) => Ok(false),
///         Err(error) => Err(error),
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum UpdateError {
    /// The data is too large for an attachment, or cannot be serialized.
    Attachment(AttachmentError),
    /// `update` was called inside another `update` of the same session.
    Nested,
    /// The host could not attach the data, for example because the socket is closed.
    Host(HostError),
}

impl fmt::Display for UpdateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attachment(error) => fmt::Display::fmt(error, f),
            Self::Nested => f.write_str("`update` inside `update` of the same session; make one change of the two"),
            Self::Host(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl Error for UpdateError {}

impl From<AttachmentError> for UpdateError {
    fn from(error: AttachmentError) -> Self {
        Self::Attachment(error)
    }
}

impl From<HostError> for UpdateError {
    fn from(error: HostError) -> Self {
        Self::Host(error)
    }
}
