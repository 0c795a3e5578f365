//! What can go wrong with a client.

use std::fmt;

use crate::protocol::Rejection;

/// Why a client could not connect, or what came that is no message.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ClientError {
    /// The URL or a header is not valid.
    Request(String),
    /// The server answered with another status than 101: it turns the client away.
    Refused {
        /// The HTTP status.
        status: u16,
        /// The text of the answer.
        body: String,
    },
    /// The server cannot be reached, or the connection broke in the handshake.
    Transport(String),
    /// The server did not answer in time.
    Timeout,
    /// The server chose another subprotocol than the format asked for.
    Subprotocol(String),
    /// A frame came that is not a valid message. The connection goes on.
    Rejected(Rejection),
    /// The server says that it could not handle what it was sent. The connection goes on.
    Server {
        /// The reason.
        error: String,
        /// Its code, such as `rule` or `internal`.
        code: Option<String>,
        /// The field it is about.
        path: Option<String>,
    },
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(reason) => write!(f, "the connection cannot be asked for: {reason}"),
            Self::Refused { status, body } => write!(f, "the server refused with {status}: {body}"),
            Self::Transport(reason) => write!(f, "the server cannot be reached: {reason}"),
            Self::Timeout => f.write_str("the server did not answer in time"),
            Self::Subprotocol(name) => write!(f, "the server speaks the subprotocol `{name}`, which was not asked for"),
            Self::Rejected(rejection) => write!(f, "the server sent what is not a valid message: {rejection}"),
            Self::Server { error, .. } => write!(f, "the server reports: {error}"),
        }
    }
}

impl std::error::Error for ClientError {}
