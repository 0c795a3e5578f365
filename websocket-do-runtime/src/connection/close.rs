//! How a session ends: the close codes that may be sent, and what is known of a connection that is over.

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

/// Why a close code may not be sent.
///
/// ```
/// # use websocket_do_runtime::{Close, CloseError};
/// assert_eq!(Close::new(1005, ""), Err(CloseError::Code(1005)));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloseError {
    /// The code is reserved, or outside 1000 to 4999.
    Code(u16),
}

impl Close {
    /// The most bytes of a reason ([RFC 6455, section 5.5](https://www.rfc-editor.org/rfc/rfc6455#section-5.5): 125
    /// with the code).
    pub const MAX_REASON: usize = 123;

    /// A code and a reason. The codes are those of
    /// [RFC 6455, section 7.4](https://www.rfc-editor.org/rfc/rfc6455#section-7.4) and
    /// [IANA's registry](https://www.iana.org/assignments/websocket/websocket.xhtml#close-code-number) that a close
    /// frame may hold: 1000 to 1003 and 1007 to 1014, 3000 to 3999 for libraries, 4000 to 4999 for applications.
    ///
    /// A reason of more than [`MAX_REASON`](Self::MAX_REASON) bytes in UTF-8 is cut at the end of a character, so that the session is
    /// closed whatever the reason holds.
    ///
    /// # Errors
    /// [`CloseError`], for a code that may not be sent.
    pub fn new(code: u16, reason: impl Into<String>) -> Result<Self, CloseError> {
        if matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
            Ok(Self::cut(code, reason.into()))
        } else {
            Err(CloseError::Code(code))
        }
    }

    /// 1012, "service restart": the client should connect again. A long reason is cut as in [`new`](Self::new).
    pub fn restart(reason: &'static str) -> Self {
        Self::cut(1012, reason.to_owned())
    }

    /// 1009, for a message of more than `limit` bytes.
    #[cfg(feature = "server")]
    pub(crate) fn too_large(limit: usize) -> Self {
        Self::cut(1009, format!("a message may have at most {limit} bytes"))
    }

    /// 1011, for a session whose handler was dropped because it took too long.
    #[cfg(feature = "server")]
    pub(crate) fn handler_timeout() -> Self {
        Self::cut(1011, "handler timeout".to_owned())
    }

    /// 1013, for a client that sends more than its handlers handle.
    #[cfg(feature = "server")]
    pub(crate) fn overloaded() -> Self {
        Self::cut(1013, "too many messages are waiting".to_owned())
    }

    fn cut(code: u16, mut reason: String) -> Self {
        reason.truncate(reason.floor_char_boundary(Self::MAX_REASON));
        Self { code, reason }
    }

    /// The code.
    pub fn code(&self) -> u16 {
        self.code
    }

    /// The reason, possibly empty.
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

/// How a session ended.
///
/// ```
/// # use websocket_do_runtime::Closed;
/// fn farewell(name: &str, how: &Closed) -> String {
///     match how.code() {
///         Closed::ABNORMAL => format!("{name} was cut off"),
///         1000 | 1001 => format!("{name} has left"),
///         code => format!("{name} has left with {code}: {}", how.reason()),
///     }
/// }
///
/// fn may_come_back(how: &Closed) -> bool {
///     !how.is_clean()
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    code: u16,
    reason: String,
    failed: bool,
}

impl Closed {
    /// 1006, what a connection reports that ended without a close frame
    /// ([RFC 6455, section 7.1.5](https://www.rfc-editor.org/rfc/rfc6455#section-7.1.5)). It never travels.
    pub const ABNORMAL: u16 = 1006;

    /// The peer's close frame, or 1005 where it held no code.
    pub(crate) fn by_peer(code: u16, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into(), failed: false }
    }

    /// A connection that was lost.
    pub(crate) fn lost() -> Self {
        Self { code: Self::ABNORMAL, reason: String::new(), failed: false }
    }

    /// A socket that failed, with what the host says of it.
    pub(crate) fn failed(reason: impl Into<String>) -> Self {
        Self { code: Self::ABNORMAL, reason: reason.into(), failed: true }
    }

    /// The close code: the peer's, 1005 if its close frame held none, 1006 if the connection was lost without one.
    pub fn code(&self) -> u16 {
        self.code
    }

    /// The peer's reason, or what the host says of a lost connection; possibly empty.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Whether the peer took its leave with a close frame.
    pub fn is_clean(&self) -> bool {
        self.code != Self::ABNORMAL
    }

    /// The close that answers this one: none for a lost connection, 1000 for a close without a code, 1011 for a socket
    /// that failed, 1002 for a code that no close frame may hold.
    #[cfg(feature = "server")]
    pub(crate) fn answer(&self) -> Option<Close> {
        match self.code {
            _ if self.failed => Some(Close::cut(1011, String::new())),
            1005 => Some(Close::cut(1000, String::new())),
            Self::ABNORMAL => None,
            code => Some(Close::new(code, &*self.reason).unwrap_or_else(|_| Close::cut(1002, String::new()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_reason_is_cut_at_the_end_of_a_character() {
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
