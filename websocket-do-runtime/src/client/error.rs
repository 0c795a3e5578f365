//! What can go wrong on the client's side.

use std::{error::Error, fmt, time::Duration};

use http::{HeaderMap, header};

use super::retry_after::retry_after;
use crate::{
    CloseError, Closed,
    codec::{Format, Frame},
    connection::printable::line,
    protocol::ValidationError,
};

/// Why there is no session, or what came instead of a message.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ClientError {
    /// The server answered the request for a session with something else: the room refused, or there is none.
    Refused {
        /// The HTTP status.
        status: u16,
        /// The body as text, cut at 64 KiB.
        body: String,
        /// How long the server wants to be left alone (`Retry-After`, RFC 9110), if it says so. A client that comes back waits
        /// for it, an hour at most, and then for its own back-off.
        retry_after: Option<Duration>,
        /// Where the server points to (`Location`), as it says so: the room may be at that URL. A client does not follow it.
        location: Option<String>,
    },
    /// The address, a header or the token cannot be used; why. In a browser, no header can.
    Url(String),
    /// The server was not reached, does not speak WebSocket, or the connection was lost; why. In a browser also that it has
    /// refused: the status is not told there.
    Transport(String),
    /// The platform says that the room has more to do than it can: of a client that a Worker opened through a stub. It does not
    /// try again, which would make it worse.
    Overloaded(String),
    /// The server did not answer within this time.
    Timeout(Duration),
    /// The server chose a subprotocol that was not offered.
    Subprotocol {
        /// What was offered.
        offered: Option<Format>,
        /// What the server chose.
        chosen: String,
    },
    /// The provider of the address failed; why.
    Provider(String),
    /// The session is over; how it was closed.
    Closed(Closed),
    /// A frame of the server is not a message of the protocol, or breaks one of its rules. The session goes on.
    Invalid(ValidationError),
    /// The server reports an error, such as a message of ours that it refused. The session goes on.
    Server {
        /// The server's sentence.
        message: String,
        /// The code, such as `rule` or `internal`.
        code: Option<String>,
        /// The field that the error is about, as `items[3].name`.
        path: Option<String>,
    },
    /// A frame of the kind that the session does not speak, such as raw bytes in a JSON session. The session goes on.
    UnexpectedFrame(Frame),
    /// The close code or reason may not be sent; the session goes on.
    Close(CloseError),
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { status, location: Some(location), .. } => {
                // A query may hold secrets.
                let url = location.split('?').next().unwrap_or_default();
                write!(f, "the server refused the session with status {status} and points to `{}`", line(url))?;
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
                let chosen = line(chosen);
                write!(f, "the server chose the subprotocol `{chosen}`, offered was `{}`", offered.subprotocol())
            }
            Self::Subprotocol { offered: None, chosen } => {
                write!(f, "the server chose the subprotocol `{}`, offered was none", line(chosen))
            }
            Self::Provider(reason) => write!(f, "the address of the room cannot be told: {}", line(reason)),
            Self::Closed(closed) if closed.reason().is_empty() => {
                write!(f, "the session is over, closed with {}", closed.code())
            }
            Self::Closed(closed) => {
                write!(f, "the session is over, closed with {}: {}", closed.code(), line(closed.reason()))
            }
            Self::Invalid(rejection) => {
                write!(f, "the server sent what is not a valid message: {}", line(&rejection.to_string()))
            }
            Self::Server { message, path: Some(path), .. } if !path.is_empty() => {
                write!(f, "the server reports an error at `{}`: {}", line(path), line(message))
            }
            Self::Server { message, .. } => write!(f, "the server reports an error: {}", line(message)),
            Self::UnexpectedFrame(Frame::Text(_)) => {
                f.write_str("the server sent text in a session that speaks MessagePack")
            }
            Self::UnexpectedFrame(Frame::Binary(bytes)) => {
                write!(f, "the server sent {} raw bytes in a session that speaks JSON", bytes.len())
            }
            Self::Close(error) => error.fmt(f),
        }
    }
}

impl ClientError {
    /// A refusal, with what its headers tell.
    #[cfg_attr(target_arch = "wasm32", allow(dead_code, reason = "for the stub of a Worker"))]
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
