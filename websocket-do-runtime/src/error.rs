//! The error that handlers return, and what can go wrong when a message is to leave. Knows nothing of hosts.

use std::{error::Error as StdError, fmt};

use crate::protocol::Rejection;

/// What a handler returns.
///
/// Any [`std::error::Error`] becomes an [`Error`] through `?`.
pub type Result<T = (), E = Error> = std::result::Result<T, E>;

/// Why a handler failed: any error at all, kept for the `failed` hook and the log, never shown to a client.
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
    pub fn rejection(&self) -> Option<&Rejection> {
        match self.downcast_ref()? {
            SendError::Rejected(rejection) => Some(rejection),
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
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum SendError {
    /// The message breaks its own rules; nothing left.
    Rejected(Rejection),
    /// The session was closed before.
    Closed,
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(rejection) => write!(f, "the outgoing message is not valid: {rejection}"),
            Self::Closed => f.write_str("the session is closed"),
        }
    }
}

impl StdError for SendError {}

impl From<Rejection> for SendError {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

/// A host refused to do what the room asked of it: a socket that is gone, a storage that failed.
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
