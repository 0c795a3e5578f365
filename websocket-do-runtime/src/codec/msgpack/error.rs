//! [`ScanError`], why bytes cannot be read as MessagePack.

use std::fmt;

use super::super::MAX_DEPTH;
use crate::protocol::{ReadError, ValidationCode};

/// Why bytes cannot be read as MessagePack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScanError {
    Empty,
    CutShort,
    Trailing(usize),
    Reserved,
    Extension(i8),
    NotUtf8,
    TooDeep,
}

impl fmt::Display for ScanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the frame is empty"),
            Self::CutShort => f.write_str("the frame ends before the value does"),
            Self::Trailing(1) => f.write_str("1 byte follows the value"),
            Self::Trailing(count) => write!(f, "{count} bytes follow the value"),
            Self::Reserved => f.write_str("the byte `c1` starts no value"),
            Self::Extension(114) => {
                f.write_str("extension type 114 is a record of msgpackr; create the encoder with `useRecords: false`")
            }
            Self::Extension(kind) => write!(f, "extension type {kind} is not known"),
            Self::NotUtf8 => f.write_str("a string is not UTF-8"),
            Self::TooDeep => write!(f, "it nests deeper than {MAX_DEPTH}"),
        }
    }
}

impl From<ScanError> for ReadError {
    #[cold]
    fn from(error: ScanError) -> Self {
        Self::new(ValidationCode::Malformed, format!("not MessagePack: {error}"))
    }
}
