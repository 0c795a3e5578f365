//! Close codes: those that may be sent, and those that are reported for a closed connection.

use std::fmt;

/// A close code and reason that may be sent.
///
/// ```
/// # use websocket_do_runtime::{Close, CloseError};
/// let close = Close::new(4001, "kicked by Ada")?;
/// assert_eq!((close.code(), close.reason()), (4001, "kicked by Ada"));
/// assert_eq!(Close::restart("the room has moved").code(), 1012);
/// # Ok::<(), CloseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Close {
    code: u16,
    reason: String,
}

/// The error of [`Close::new`].
///
/// ```
/// # use websocket_do_runtime::{Close, CloseError};
/// assert_eq!(Close::new(1005, ""), Err(CloseError::Code(1005)));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloseError {
    /// A close frame may not contain this code.
    Code(u16),
}

impl Close {
    /// The maximum length of a reason, in bytes: 125 for the payload of a control frame
    /// ([RFC 6455, section 5.5](https://www.rfc-editor.org/rfc/rfc6455#section-5.5)), minus 2 for the code.
    pub const MAX_REASON: usize = 123;

    /// Creates a close from a code and a reason. A reason longer than [`MAX_REASON`](Self::MAX_REASON) bytes is truncated at a
    /// character boundary.
    ///
    /// A close frame may contain these codes of [RFC 6455, section 7.4](https://www.rfc-editor.org/rfc/rfc6455#section-7.4) and
    /// [IANA's registry](https://www.iana.org/assignments/websocket/websocket.xhtml#close-code-number): 1000 to 1003 and 1007 to
    /// 1014, 3000 to 3999 for libraries, 4000 to 4999 for applications.
    ///
    /// # Errors
    /// Returns [`CloseError::Code`] if the code may not be sent.
    pub fn new(code: u16, reason: impl Into<String>) -> Result<Self, CloseError> {
        if matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
            Ok(Self::truncated(code, reason.into()))
        } else {
            Err(CloseError::Code(code))
        }
    }

    /// Creates a close with the code 1012, "service restart": the client should reconnect. A long reason is truncated, as in
    /// [`new`](Self::new).
    pub fn restart(reason: &'static str) -> Self {
        Self::truncated(1012, reason.to_owned())
    }

    /// Creates a close with the code 1009, for a message of more than `limit` bytes.
    #[cfg(feature = "server")]
    pub(crate) fn too_large(limit: usize) -> Self {
        Self::truncated(1009, format!("a message may have at most {limit} bytes"))
    }

    /// Creates a close with the code 1011, for a session whose handler exceeded its time limit.
    #[cfg(feature = "server")]
    pub(crate) fn handler_timeout() -> Self {
        Self::truncated(1011, "handler timeout".to_owned())
    }

    /// Creates a close with the code 1013, for a client that sends messages faster than its handlers return.
    #[cfg(feature = "server")]
    pub(crate) fn overloaded() -> Self {
        Self::truncated(1013, "too many messages are waiting".to_owned())
    }

    /// Creates a close without checking the code.
    fn truncated(code: u16, mut reason: String) -> Self {
        reason.truncate(reason.floor_char_boundary(Self::MAX_REASON));
        Self { code, reason }
    }

    /// Returns the code.
    pub fn code(&self) -> u16 {
        self.code
    }

    /// Returns the reason, which may be empty.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for CloseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => {
                write!(f, "the close code {code} may not be sent; use 1000 to 1003, 1007 to 1014 or 3000 to 4999")
            }
        }
    }
}

impl std::error::Error for CloseError {}

/// The code and the reason with which a connection was closed.
///
/// ```
/// # use websocket_do_runtime::Closed;
/// fn notice(name: &str, closed: &Closed) -> String {
///     match closed.code() {
///         Closed::ABNORMAL => format!("{name} has lost the connection"),
///         1000 | 1001 => format!("{name} has left"),
///         code => format!("{name} has left with {code}: {}", closed.reason()),
///     }
/// }
///
/// fn may_reconnect(closed: &Closed) -> bool {
///     !closed.is_clean()
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    code: u16,
    reason: String,
    failed: bool,
}

impl Closed {
    /// 1006, the code of a connection that ended without a close frame
    /// ([RFC 6455, section 7.1.5](https://www.rfc-editor.org/rfc/rfc6455#section-7.1.5)). It is never sent.
    pub const ABNORMAL: u16 = 1006;

    /// A connection that the peer closed. `code` is 1005 if its close frame had no code.
    pub(crate) fn by_peer(code: u16, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into(), failed: false }
    }

    /// A lost connection.
    pub(crate) fn lost() -> Self {
        Self { code: Self::ABNORMAL, reason: String::new(), failed: false }
    }

    /// A socket that failed, with the host's error message.
    pub(crate) fn failed(reason: impl Into<String>) -> Self {
        Self { code: Self::ABNORMAL, reason: reason.into(), failed: true }
    }

    /// Returns the peer's close code, 1005 if its close frame had no code, or 1006 if there was no close frame.
    pub fn code(&self) -> u16 {
        self.code
    }

    /// Returns the peer's reason or the host's error message. It may be empty.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Returns whether the peer sent a close frame.
    pub fn is_clean(&self) -> bool {
        self.code != Self::ABNORMAL
    }

    /// Returns the close that answers this one: [`None`] for a lost connection, 1000 for a close frame without a code, 1011 for a
    /// failed socket, 1002 for a code that may not be sent, otherwise the same code and reason.
    #[cfg(feature = "server")]
    pub(crate) fn answer(&self) -> Option<Close> {
        match self.code {
            _ if self.failed => Some(Close::truncated(1011, String::new())),
            1005 => Some(Close::truncated(1000, String::new())),
            Self::ABNORMAL => None,
            code => Some(Close::new(code, &*self.reason).unwrap_or_else(|_| Close::truncated(1002, String::new()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_reason_is_truncated_at_a_character_boundary() {
        for (reason, left) in [
            ("x".repeat(123), 123),
            ("x".repeat(124), 123),
            ("ä".repeat(62), 122),
            (format!("{}€", "x".repeat(121)), 121),
            (format!("{}🐝", "x".repeat(120)), 120),
            ("\u{fffd}".repeat(123), 123),
        ] {
            let close = Close::new(4001, &*reason).unwrap();
            assert_eq!(close.code(), 4001);
            assert_eq!(close.reason().len(), left);
            assert!(reason.starts_with(close.reason()));
        }
    }

    #[test]
    #[cfg(feature = "server")]
    fn only_a_code_that_may_be_sent_is_echoed() {
        let answer = |code| Closed::by_peer(code, "why").answer().map(|close| (close.code, close.reason));
        for code in [1000, 1001, 1002, 1003, 1007, 1011, 1014, 3000, 4999] {
            assert_eq!(answer(code), Some((code, "why".to_owned())));
        }
        for code in [0, 999, 1004, 1015, 1016, 1999, 2000, 2999, 5000, u16::MAX] {
            assert_eq!(answer(code), Some((1002, String::new())), "{code}");
        }
        assert_eq!(answer(1005), Some((1000, String::new())));
        assert_eq!(answer(1006), None);
    }
}
