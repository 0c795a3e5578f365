//! What can go wrong between a Worker and a room.

use std::{error::Error, fmt};

use http::StatusCode;

/// Why a stub's method has no result.
///
/// ```
/// # use websocket_do_runtime::{http::StatusCode, stub::StubError};
/// fn sentence(error: &StubError) -> &str {
///     match error {
///         StubError::Status { status: StatusCode::NOT_FOUND, .. } => "nobody sits there",
///         StubError::Overloaded(_) => "the room is busy, come back later",
///         _ => "the room cannot be reached",
///     }
/// }
/// # let error = StubError::Status { status: StatusCode::NOT_FOUND, body: String::new() };
/// # assert_eq!(sentence(&error), "nobody sits there");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StubError {
    /// The environment has no Durable Object namespace under this name; why.
    Binding(String),
    /// The text is no id of an object in this namespace, or the platform refuses the jurisdiction; why.
    Id(String),
    /// An argument cannot be sent; which, and why. Nothing was sent.
    Request(String),
    /// The room answered with a status that is not a success: the handler returned an error, or an argument was refused.
    Status {
        /// The HTTP status.
        status: StatusCode,
        /// The body as text.
        body: String,
    },
    /// The room's answer is not what the handler returns: Worker and room are of different versions; why.
    Answer(String),
    /// The room has more to do than it can (`error.overloaded`). It was not asked again, which would make it worse.
    Overloaded(String),
    /// The platform could not reach the room (`error.retryable`), after so many attempts.
    Unreachable {
        /// How many attempts were made.
        attempts: u32,
        /// What the platform said last.
        reason: String,
    },
    /// The room failed with an exception, or the platform did for good; what it said.
    Failed(String),
}

impl fmt::Display for StubError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Binding(reason) => write!(f, "there is no namespace: {reason}"),
            Self::Id(reason) => write!(f, "the room cannot be named so: {reason}"),
            Self::Request(reason) => write!(f, "the request cannot be made: {reason}"),
            Self::Status { status, body } if body.trim().is_empty() => write!(f, "the room answered {status}"),
            Self::Status { status, body } => write!(f, "the room answered {status}: {}", body.trim()),
            Self::Answer(reason) => write!(f, "the room's answer is not what its handler returns: {reason}"),
            Self::Overloaded(reason) => write!(f, "the room is overloaded: {reason}"),
            Self::Unreachable { attempts: 1, reason } => write!(f, "the room cannot be reached: {reason}"),
            Self::Unreachable { attempts, reason } => {
                write!(f, "the room cannot be reached in {attempts} attempts: {reason}")
            }
            Self::Failed(reason) => write!(f, "the room failed: {reason}"),
        }
    }
}

impl Error for StubError {}
