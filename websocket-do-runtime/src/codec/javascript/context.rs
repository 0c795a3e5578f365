//! What the values of one message share while they are written: the format, the nesting depth and the error.

use std::{cell::Cell, fmt};

use super::super::{Format, MAX_DEPTH};
use crate::protocol::{ValidationCode, ValidationError, checks};

/// The state of writing one value, shared by all values in it.
pub(super) struct Context {
    pub(super) format: Format,
    /// The error on its way out of the message; each list and object extends its path.
    error: Cell<Option<ValidationError>>,
    /// How many lists and objects are open.
    depth: Cell<u8>,
}

impl Context {
    pub(super) fn new(format: Format) -> Self {
        Self { format, error: Cell::new(None), depth: Cell::new(0) }
    }

    pub(super) fn take_error(&self) -> Option<ValidationError> {
        self.error.take()
    }

    /// Whether an integer is written as a float: msgpackr reads a 64-bit integer of MessagePack as a `BigInt`.
    pub(super) fn needs_float(&self, magnitude: u64, negative: bool) -> bool {
        let limit = if negative { 1 << 31 } else { u64::from(u32::MAX) };
        self.format == Format::MessagePack && magnitude > limit
    }

    #[cold]
    pub(super) fn fail<E: serde::ser::Error>(&self, code: ValidationCode, message: String) -> E {
        self.error.set(Some(ValidationError::new(code, message)));
        E::custom("a value that JavaScript cannot hold")
    }

    /// Counts an opened list or object, and fails beyond the nesting limit.
    pub(super) fn open<E: serde::ser::Error>(&self) -> Result<(), E> {
        if self.depth.get() == MAX_DEPTH {
            return Err(self.fail(ValidationCode::Invalid, format!("must not nest deeper than {MAX_DEPTH}")));
        }
        self.depth.set(self.depth.get() + 1);
        Ok(())
    }

    pub(super) fn close(&self) {
        self.depth.set(self.depth.get() - 1);
    }

    /// Keeps the broken rule of a derived value, of which serde's error has the text only.
    #[cold]
    pub(super) fn keep_rule_error(&self, error: impl fmt::Display) {
        let kept = self.error.take();
        self.error.set(kept.or_else(|| checks::broken_rule(error)));
    }

    #[cold]
    pub(super) fn extend_path(&self, extend: impl FnOnce(ValidationError) -> ValidationError) {
        self.error.set(self.error.take().map(extend));
    }
}
