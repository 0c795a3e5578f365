//! The rules of fields: one function for each, which derived [`Validate`](super::Validate) impls call.
//!
//! Each rule has a trait for the types that it accepts, so that a rule on another type is a compile error at the rule. A new rule
//! is a function and a trait here, a variant of [`Rule`], and an entry in the macro's list of rules.

mod each;
mod number;
mod text;

use std::fmt;

use super::{ValidationError, schema::Rule};

pub use each::{Each, each};
pub use number::{Number, Ranged, range};
pub use text::{Bytes, Len, Matched, OneOf, Pattern, bytes, len, one_of, pattern};

/// Converts the result of a user's function, the rule `custom`.
pub fn custom<E: fmt::Display>(result: Result<(), E>, path: &'static str) -> Result<(), ValidationError> {
    result.map_err(|error| ValidationError::of_rule(Rule::Custom(path), error.to_string()))
}

/// Returns the largest number below an excluded bound. A bound of 0 is a compile error.
pub const fn below(bound: usize) -> usize {
    assert!(bound > 0, "the rule allows nothing: write a range with at least one value in it");
    bound - 1
}

/// Returns the bounds of a `len` or `bytes` rule. Bounds in the wrong order are a compile error.
pub const fn bounds(min: Option<usize>, max: Option<usize>) -> (Option<usize>, Option<usize>) {
    if let (Some(min), Some(max)) = (min, max) {
        assert!(min <= max, "the rule allows nothing: write the smaller bound first");
    }
    (min, max)
}
