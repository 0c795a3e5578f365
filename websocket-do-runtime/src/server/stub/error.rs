//! The errors of a stub.

use std::{error::Error, fmt};

use http::StatusCode;

/// An error of a stub's method.
///
/// ```
/// # use websocket_do_runtime::{server::http::StatusCode, server::stub::StubError};
/// fn sentence(error: &StubError) -> &str {
///     match error {
///         StubError::Status { status: StatusCode::NOT_FOUND, .. } => "no such session",
///         StubError::Overloaded(_) => "the room is overloaded, try again later",
///         _ => "the room cannot be reached",
///     }
/// }
/// # let error = StubError::Status { status: StatusCode::NOT_FOUND, body: String::new() };
/// # assert_eq!(sentence(&error), "no such session");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StubError {
    /// The environment has no Durable Object namespace with this name, with the reason.
    Binding(String),
    /// The name or id is not valid in this namespace, or the jurisdiction is not supported, with the reason.
    Id(String),
    /// An argument cannot be sent, with the reason. Nothing was sent.
    Request(String),
    /// The room responded with a status that is not a success: the handler returned an error, or an argument is not valid.
    Status {
        /// The HTTP status.
        status: StatusCode,
        /// The body as text.
        body: String,
    },
    /// The response does not match the handler's return type, with the reason: Worker and room run different versions.
    Response(String),
    /// The room is overloaded (`error.overloaded`), with the platform's message. Not retried, which would add to the load.
    Overloaded(String),
    /// The platform could not reach the room (`error.retryable`).
    Unreachable {
        /// The number of attempts.
        attempts: u32,
        /// The platform's message for the last attempt.
        reason: String,
    },
    /// The room or the platform failed with an exception that is not retryable, with its message.
    Failed(String),
}

impl fmt::Display for StubError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Binding(reason) => write!(f, "no such namespace: {reason}"),
            Self::Id(reason) => write!(f, "the room's name or id is not valid: {reason}"),
            Self::Request(reason) => write!(f, "the request cannot be made: {reason}"),
            Self::Status { status, body } if body.trim().is_empty() => write!(f, "the room responded with {status}"),
            Self::Status { status, body } => write!(f, "the room responded with {status}: {}", body.trim()),
            Self::Response(reason) => write!(f, "the response does not match the handler's return type: {reason}"),
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
