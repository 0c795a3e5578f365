//! The error that handlers return, and what can go wrong when a message is to leave. Knows nothing of hosts.

use std::{error::Error as StdError, fmt};

use crate::protocol::ValidationError;

/// What a handler returns.
///
/// Any [`std::error::Error`] becomes an [`Error`] through `?`.
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

/// Why a handler failed: any error at all, kept for the `error` hook and the log, never shown to a client.
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
    /// An error that is nothing but a sentence.
    pub fn msg(message: impl fmt::Display) -> Self {
        Self(message.to_string().into())
    }

    /// The error as the type it was made from, if it is of that type.
    pub fn downcast_ref<E: StdError + 'static>(&self) -> Option<&E> {
        self.0.downcast_ref()
    }

    /// The rule that an outgoing message broke, if that is what went wrong.
    ///
    /// ```
    /// # use websocket_do_runtime::{Error, SendError, protocol::{ValidationError, ValidationCode}};
    /// let why = ValidationError::new(ValidationCode::Rule, "must be 1 to 50 characters, is 0").within("name");
    /// let error = Error::from(SendError::Invalid(why));
    /// assert_eq!(error.validation_error().map(ValidationError::path), Some("name"));
    /// ```
    pub fn validation_error(&self) -> Option<&ValidationError> {
        match self.downcast_ref()? {
            SendError::Invalid(error) => Some(error),
            _ => None,
        }
    }
}

impl<E: StdError + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        Self(Box::new(error))
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

/// Why a message did not leave the room.
///
/// ```
/// # use websocket_do_runtime::{Result, SendError};
/// /// For what `session.send(…)` returns where the client may have been sent away.
/// fn if_still_there(sent: Result) -> Result {
///     match sent {
///         Err(error) if error.downcast_ref() == Some(&SendError::Closed) => Ok(()),
///         outcome => outcome,
///     }
/// }
/// # assert!(if_still_there(Err(SendError::Closed.into())).is_ok());
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum SendError {
    /// The message breaks its own rules; nothing left.
    Invalid(ValidationError),
    /// The session was closed before.
    Closed,
    /// There is no connection, and as many messages wait for one as may: a client's alone.
    Full,
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(error) => write!(f, "the outgoing message is not valid: {error}"),
            Self::Closed => f.write_str("the session is closed"),
            Self::Full => f.write_str("there is no connection, and the queue for the next is full"),
        }
    }
}

impl StdError for SendError {}

impl From<ValidationError> for SendError {
    fn from(error: ValidationError) -> Self {
        Self::Invalid(error)
    }
}

/// A host refused to do what the room asked of it: a socket that is gone, a storage that failed.
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
    /// What the host said.
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
