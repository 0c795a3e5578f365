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

/// Why a close code or reason may not be sent.
///
/// ```
/// # use websocket_do_runtime::{Close, CloseError};
/// assert_eq!(Close::new(1005, ""), Err(CloseError::Code(1005)));
/// let long = "x".repeat(Close::MAX_REASON + 1);
/// assert_eq!(Close::new(1000, long), Err(CloseError::Reason(124)));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CloseError {
    /// The code is reserved, or outside 1000 to 4999.
    Code(u16),
    /// The reason is longer than 123 bytes.
    Reason(usize),
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
    /// # Errors
    /// [`CloseError`], for a code that may not be sent or a reason of more than 123 bytes in UTF-8.
    pub fn new(code: u16, reason: impl Into<String>) -> Result<Self, CloseError> {
        let reason = reason.into();
        if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
            return Err(CloseError::Code(code));
        }
        if reason.len() > Self::MAX_REASON {
            return Err(CloseError::Reason(reason.len()));
        }
        Ok(Self { code, reason })
    }

    /// 1012, "service restart": the client should connect again. The reason is cut to 30 characters, so that it fits
    /// whatever it says.
    pub fn restart(reason: &'static str) -> Self {
        Self { code: 1012, reason: reason.chars().take(Self::MAX_REASON / 4).collect() }
    }

    /// 1009, for a message of more than `limit` bytes.
    #[cfg(feature = "server")]
    pub(crate) fn too_large(limit: usize) -> Self {
        Self { code: 1009, reason: format!("a message may have at most {limit} bytes") }
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
            Self::Reason(bytes) => {
                write!(f, "a close reason of {bytes} bytes is too long; use at most {}", Close::MAX_REASON)
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
    /// that failed, 1002 for a code that no close frame may hold and that workerd would refuse to send.
    #[cfg(feature = "server")]
    pub(crate) fn answer(&self) -> Option<(u16, &str)> {
        match self.code {
            _ if self.failed => Some((1011, "")),
            1005 => Some((1000, "")),
            Self::ABNORMAL => None,
            0..=999 | 1004 | 1015 | 5000.. => Some((1002, "")),
            code => Some((code, &self.reason)),
        }
    }
}
