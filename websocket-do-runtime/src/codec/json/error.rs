//! [`ScanError`], why a text cannot be read as JSON.

use std::fmt;

use super::super::MAX_DEPTH;
use crate::protocol::{ReadError, ValidationCode};

/// Why a text cannot be read as JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScanError {
    /// It is not JSON.
    Syntax,
    TooDeep,
    /// Half of a surrogate pair, which JSON allows and a Rust string cannot hold.
    Surrogate,
    /// A number that is infinite in JavaScript.
    Infinite,
}

impl fmt::Display for ScanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax => f.write_str("it breaks off or has a character where none may be"),
            Self::TooDeep => write!(f, "it nests deeper than {MAX_DEPTH}"),
            Self::Surrogate => f.write_str("a string has half of a surrogate pair, which is no character"),
            Self::Infinite => f.write_str("must be a number that 64 bits can hold, is larger"),
        }
    }
}

impl From<ScanError> for ReadError {
    #[cold]
    fn from(error: ScanError) -> Self {
        match error {
            ScanError::Syntax | ScanError::TooDeep | ScanError::Surrogate => {
                Self::new(ValidationCode::Malformed, format!("not JSON: {error}"))
            }
            ScanError::Infinite => Self::new(ValidationCode::Number, error.to_string()),
        }
    }
}
