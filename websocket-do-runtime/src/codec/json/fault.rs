//! What is wrong with a text that is not JSON, or not what we take of it.

use std::fmt;

use super::scan::DEPTH;
use crate::protocol::{ReadError, ValidationCode};

/// What is wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is not JSON.
    Syntax,
    TooDeep,
    /// Half of a surrogate pair, which is JSON and no text.
    Surrogate,
    /// A number that is infinite to JavaScript.
    Infinite,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax => f.write_str("it breaks off or has a character where none may be"),
            Self::TooDeep => write!(f, "it nests deeper than {DEPTH}"),
            Self::Surrogate => f.write_str("a string has half of a surrogate pair, which is no character"),
            Self::Infinite => f.write_str("must be a number that 64 bits can hold, is larger"),
        }
    }
}

impl From<Fault> for ReadError {
    #[cold]
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Syntax | Fault::TooDeep | Fault::Surrogate => {
                Self::new(ValidationCode::Malformed, format!("not JSON: {fault}"))
            }
            Fault::Infinite => Self::new(ValidationCode::Number, fault.to_string()),
        }
    }
}
