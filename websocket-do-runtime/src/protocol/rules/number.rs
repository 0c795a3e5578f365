//! The rule `range`, for numbers.

use std::{fmt, num::NonZero, rc::Rc, sync::Arc};

use super::super::{ValidationError, schema::Rule};

/// A number type.
pub trait Number: Copy + PartialOrd + fmt::Display {
    /// Converts to the number type of the schema.
    fn lossy(self) -> f64;
}

/// A type with a number to compare, or none, as an `Option`.
#[diagnostic::on_unimplemented(
    message = "the rule `range` does not fit `{Self}`",
    label = "`{Self}` is not a number",
    note = "`range` is for integers and floats; strings and collections take `len`, each number of a collection \
            `each(range = …)`"
)]
pub trait Ranged {
    /// The number type.
    type Number: Number;

    /// Returns the number.
    fn number(&self) -> Option<Self::Number>;
}

macro_rules! numbers {
    ($($ty:ty)*) => {$(
        impl Number for $ty {
            #[allow(clippy::cast_precision_loss, clippy::cast_lossless, reason = "as near as the schema can be")]
            fn lossy(self) -> f64 {
                self as f64
            }
        }
        impl Ranged for $ty {
            type Number = Self;

            fn number(&self) -> Option<Self> {
                Some(*self)
            }
        }
    )*};
}
numbers! { i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64 }

macro_rules! nonzero {
    ($($ty:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Ranged for NonZero<$ty> {
            type Number = $ty;

            fn number(&self) -> Option<$ty> {
                Some(self.get())
            }
        }
    )*};
}
nonzero! { i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize }

macro_rules! holders {
    ($($holder:ty, |$this:ident| $inner:expr;)*) => {$(
        impl<T: Ranged> Ranged for $holder {
            type Number = T::Number;

            fn number(&self) -> Option<T::Number> {
                let $this = self;
                $inner.and_then(T::number)
            }
        }
    )*};
}
holders! {
    Option<T>, |this| this.as_ref();
    Box<T>, |this| Some(this.as_ref());
    Rc<T>, |this| Some(this.as_ref());
    Arc<T>, |this| Some(this.as_ref());
}

/// Checks that a number is between bounds. NaN is in no range.
pub fn range<T: Ranged>(
    value: &T,
    min: Option<T::Number>,
    max: Option<T::Number>,
    below_max: bool,
) -> Result<(), ValidationError> {
    let Some(number) = value.number() else { return Ok(()) };
    let is_within = min.is_none_or(|min| min <= number)
        && max.is_none_or(|max| if below_max { number < max } else { number <= max });
    if is_within && number.partial_cmp(&number).is_some() {
        return Ok(());
    }
    let wanted = match (min, max, below_max) {
        (Some(min), Some(max), false) => format!("from {min} to {max}"),
        (Some(min), Some(max), true) => format!("from {min} to below {max}"),
        (Some(min), None, _) => format!("at least {min}"),
        (None, Some(max), false) => format!("at most {max}"),
        (None, Some(max), true) => format!("below {max}"),
        (None, None, _) => return Ok(()),
    };
    let rule = Rule::Range { min: min.map(T::Number::lossy), max: max.map(T::Number::lossy), below_max };
    Err(ValidationError::of_rule(rule, format!("must be {wanted}, is {number}")))
}
