//! The errors of a client.

use std::{error::Error, fmt, time::Duration};

use http::{HeaderMap, header};

use super::retry_after::retry_after;
use crate::{
    CloseError, Closed,
    codec::{Format, Frame},
    connection::printable::line,
    protocol::ValidationError,
};

/// An error of a client: why there is no session, or why an incoming frame is not a message.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ClientError {
    /// The server answered the handshake with an HTTP response other than an upgrade: the room refused, or does not exist.
    Refused {
        /// The HTTP status.
        status: u16,
        /// The body as text, cut at 64 KiB.
        body: String,
        /// The time after which the server wants the next attempt (`Retry-After`, RFC 9110), if it names one. A client that
        /// reconnects waits for it, at most an hour, in addition to its backoff.
        retry_after: Option<Duration>,
        /// The URL in the `Location` header of a redirect, which is not followed.
        location: Option<String>,
    },
    /// The URL, a header or the token cannot be used, with the reason. Headers are not supported in a browser.
    Url(String),
    /// The server was not reached, does not speak WebSocket, or the connection was lost, with the reason. In a browser also
    /// that the server refused, as the status is not available there.
    Transport(String),
    /// The platform reports that the room is overloaded. Returned to clients that a Worker opened through a stub. The client does
    /// not retry, which would add to the load.
    Overloaded(String),
    /// The server did not answer within this time.
    Timeout(Duration),
    /// The server chose a subprotocol that was not offered.
    Subprotocol {
        /// The format whose subprotocol was offered.
        offered: Option<Format>,
        /// The subprotocol that the server chose.
        chosen: String,
    },
    /// The callback of [`Builder::provide`](super::Builder::provide) failed, with the reason.
    Provider(String),
    /// The session is over.
    Closed(Closed),
    /// A frame from the server is not a message of the protocol, or breaks one of its rules. The session continues.
    Invalid(ValidationError),
    /// The server reported an error, such as an invalid message. The session continues.
    Server {
        /// The error message.
        message: String,
        /// The code, such as `rule` or `internal`.
        code: Option<String>,
        /// The path of the invalid field, such as `items[3].name`.
        path: Option<String>,
    },
    /// A frame of the type that the session does not use, such as a binary frame in a JSON session. The session continues.
    UnexpectedFrame(Frame),
    /// The close code or reason cannot be sent. The session continues.
    Close(CloseError),
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { status, location: Some(location), .. } => {
                // A query may hold secrets.
                let url = location.split('?').next().unwrap_or_default();
                write!(f, "the server refused the session with status {status} and redirects to `{}`", line(url))?;
                f.write_str("; redirects are not followed, use that URL instead")
            }
            Self::Refused { status, body, .. } if body.trim().is_empty() => {
                write!(f, "the server refused the session with status {status}")
            }
            Self::Refused { status, body, .. } => {
                write!(f, "the server refused the session with status {status}: {}", line(body.trim()))
            }
            Self::Url(reason) => write!(f, "the request cannot be made: {}", line(reason)),
            Self::Transport(reason) => write!(f, "the connection failed: {}", line(reason)),
            Self::Overloaded(reason) => write!(f, "the room is overloaded: {}", line(reason)),
            Self::Timeout(time) => write!(f, "the server did not answer within {time:?}"),
            Self::Subprotocol { offered: Some(offered), chosen } => {
                write!(f, "expected the subprotocol `{}`, found `{}`", offered.subprotocol(), line(chosen))
            }
            Self::Subprotocol { offered: None, chosen } => {
                write!(f, "expected no subprotocol, found `{}`", line(chosen))
            }
            Self::Provider(reason) => write!(f, "the provider of the request failed: {}", line(reason)),
            Self::Closed(closed) if closed.reason().is_empty() => {
                write!(f, "the session is over, closed with {}", closed.code())
            }
            Self::Closed(closed) => {
                write!(f, "the session is over, closed with {}: {}", closed.code(), line(closed.reason()))
            }
            Self::Invalid(error) => {
                write!(f, "the server sent an invalid message: {}", line(&error.to_string()))
            }
            Self::Server { message, path: Some(path), .. } if !path.is_empty() => {
                write!(f, "the server reports an error at `{}`: {}", line(path), line(message))
            }
            Self::Server { message, .. } => write!(f, "the server reports an error: {}", line(message)),
            Self::UnexpectedFrame(Frame::Text(_)) => {
                f.write_str("expected a binary frame in a MessagePack session, found a text frame")
            }
            Self::UnexpectedFrame(Frame::Binary(bytes)) => {
                write!(f, "expected a text frame in a JSON session, found a binary frame of {} bytes", bytes.len())
            }
            Self::Close(error) => error.fmt(f),
        }
    }
}

impl ClientError {
    /// Creates the error for an HTTP response that is not an upgrade.
    #[cfg_attr(target_arch = "wasm32", allow(dead_code, reason = "used by the stub of a Worker"))]
    pub(crate) fn refused(status: u16, headers: &HeaderMap, body: String) -> Self {
        let location = headers.get(header::LOCATION).map(|url| String::from_utf8_lossy(url.as_bytes()).into_owned());
        Self::Refused { status, body, retry_after: retry_after(headers), location }
    }
}

impl Error for ClientError {}

impl From<CloseError> for ClientError {
    fn from(error: CloseError) -> Self {
        Self::Close(error)
    }
}
