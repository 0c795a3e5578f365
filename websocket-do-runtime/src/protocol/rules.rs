//! The rules of fields: one function each, called by derived `validate`s, and what each rule fits.
//!
//! The traits say which types a rule is for, so that the compiler refuses the others at the rule itself.

mod each;
mod number;
mod text;

use std::fmt;

use super::{ValidationError, schema::Rule};

pub use each::{Each, each};
pub use number::{Number, Ranged, range};
pub use text::{Bytes, Len, Matched, OneOf, Pattern, bytes, len, one_of, pattern};

/// A function of the user's, already called.
pub fn custom<E: fmt::Display>(result: Result<(), E>, path: &'static str) -> Result<(), ValidationError> {
    result.map_err(|error| ValidationError::of_rule(Rule::Custom(path), error.to_string()))
}

/// The largest number below an excluded bound. At least one is below, or the program does not compile.
pub const fn below(bound: usize) -> usize {
    assert!(bound > 0, "the rule allows nothing: write a range with at least one value in it");
    bound - 1
}

/// A `len` or `bytes` rule's bounds, in order, or the program does not compile.
pub const fn bounds(min: Option<usize>, max: Option<usize>) -> (Option<usize>, Option<usize>) {
    if let (Some(min), Some(max)) = (min, max) {
        assert!(min <= max, "the rule allows nothing: write the smaller bound first");
    }
    (min, max)
}
