//! The errors that the server and the client share. Independent of hosts.

use std::{error::Error as StdError, fmt};

use crate::protocol::ValidationError;

/// The result of a handler: a value, or any [`Error`].
///
/// `?` converts any [`std::error::Error`] into an [`Error`], and also `Box<dyn Error>`, `anyhow::Error`, `&str` and `String`. A
/// `Box<dyn Error + Send + Sync>` needs its bounds removed: `.map_err(|error| error as Box<dyn Error>)?`.
///
/// ```
/// # use websocket_do_runtime::Result;
/// fn seat(text: &str) -> Result<u8> {
///     Ok(text.trim().parse()?)
/// }
///
/// assert_eq!(seat(" 7 ")?, 7);
/// assert_eq!(seat("seven").unwrap_err().to_string(), "invalid digit found in string");
/// # Ok::<(), websocket_do_runtime::Error>(())
/// ```
pub type Result<T = (), E = Error> = std::result::Result<T, E>;

/// The error of a handler: any [`std::error::Error`], or a message.
///
/// The error is passed to the `#[error]` handler or else logged. It is never sent to a client.
///
/// ```
/// # use std::num::ParseIntError;
/// # use websocket_do_runtime::{Error, Result};
/// fn seat(text: &str) -> Result<u8> {
///     match text.parse()? {
///         0 => Err(Error::msg("seats are counted from 1")),
///         seat => Ok(seat),
///     }
/// }
///
/// assert_eq!(seat("0").unwrap_err().to_string(), "seats are counted from 1");
/// assert!(seat("seven").unwrap_err().downcast_ref::<ParseIntError>().is_some());
/// ```
pub struct Error(Box<dyn StdError + 'static>);

impl Error {
    /// Creates an error from a message.
    pub fn msg(message: impl fmt::Display) -> Self {
        Self(message.to_string().into())
    }

    /// Returns the original error if it is of type `E`.
    pub fn downcast_ref<E: StdError + 'static>(&self) -> Option<&E> {
        self.0.downcast_ref()
    }

    /// Returns the rule that an outgoing message broke, if this is a [`SendError::Invalid`].
    ///
    /// ```
    /// # use websocket_do_runtime::{Error, SendError, protocol::{ValidationError, ValidationCode}};
    /// let broken = ValidationError::new(ValidationCode::Rule, "must be 1 to 50 characters, is 0").within("name");
    /// let error = Error::from(SendError::Invalid(broken));
    /// assert_eq!(error.validation_error().map(ValidationError::path), Some("name"));
    /// ```
    pub fn validation_error(&self) -> Option<&ValidationError> {
        match self.downcast_ref()? {
            SendError::Invalid(error) => Some(error),
            _ => None,
        }
    }
}

impl<E: Into<Box<dyn StdError>>> From<E> for Error {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// The error of sending a message: `Session::send`, `Room::broadcast`, `Audience::send` and the clients return it.
///
/// ```
/// # use websocket_do_runtime::{SendError, ServerMessageOf, Session, WebSocketDo};
/// /// Sends `message`, and ignores the error if the session is closed.
/// fn send_if_open<R: WebSocketDo>(session: &Session<R>, message: ServerMessageOf<R>) -> Result<(), SendError> {
///     match session.send(message) {
///         Err(SendError::Closed) => Ok(()),
///         sent => sent,
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum SendError {
    /// The message breaks one of its rules. Nothing was sent.
    Invalid(ValidationError),
    /// The session is closed.
    Closed,
    /// The client is not connected, and its queue of unsent messages is full. Rooms never return this.
    Full,
    /// The socket of a `TypedSocket` could not send the frame. Rooms and clients never return this.
    Host(HostError),
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(error) => write!(f, "the outgoing message is not valid: {error}"),
            Self::Closed => f.write_str("the session is closed"),
            Self::Full => f.write_str("there is no connection, and the queue for the next one is full"),
            Self::Host(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl StdError for SendError {}

impl From<ValidationError> for SendError {
    fn from(error: ValidationError) -> Self {
        Self::Invalid(error)
    }
}

impl From<HostError> for SendError {
    fn from(error: HostError) -> Self {
        Self::Host(error)
    }
}

/// The error of a host, for example a closed socket or a storage failure.
///
/// ```
/// # use websocket_do_runtime::{Error, HostError};
/// let error = Error::from(HostError::new("the disk is full"));
/// assert_eq!(error.downcast_ref(), Some(&HostError::new("the disk is full")));
/// assert_eq!(error.to_string(), "the disk is full");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostError(String);

impl HostError {
    /// Creates an error from the host's message.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for HostError {}
