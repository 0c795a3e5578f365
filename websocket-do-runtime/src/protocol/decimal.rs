//! [`Decimal`], an integer that is a decimal string on the wire.

use std::{
    fmt::{self, Display},
    marker::PhantomData,
    num::NonZero,
    str::FromStr,
};

use serde::{
    Deserialize, Deserializer,
    de::{Error, Unexpected, Visitor},
};

use super::{ValidationCode, ValidationError, checks};

/// The largest integer that is no other one rounded to a JavaScript number: 2⁵³ may have been 2⁵³ + 1.
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// An integer type.
pub trait Integer: FromStr + Display {
    /// Writes what a string of this type must hold, for error messages.
    fn expecting(f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

macro_rules! integers {
    ($except:literal: $($ty:ty),*) => {$(
        impl Integer for $ty {
            fn expecting(f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a string with a whole number from {} to {}{}", <$ty>::MIN, <$ty>::MAX, $except)
            }
        }
    )*};
}
integers! { "": i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize }
integers! { "": NonZero<u8>, NonZero<u16>, NonZero<u32>, NonZero<u64>, NonZero<u128>, NonZero<usize> }
integers! { " except 0": NonZero<i8>, NonZero<i16>, NonZero<i32>, NonZero<i64>, NonZero<i128>, NonZero<isize> }

/// Parses an integer in its canonical form only, not `+3` or `03`: each integer has one text.
pub(crate) fn parse_canonical<T: FromStr + ToString>(text: &str) -> Option<T> {
    text.parse().ok().filter(|integer: &T| integer.to_string() == text)
}

/// An integer that is read from a canonical decimal string, or from a number that cannot have lost digits.
pub struct Decimal<T>(pub T);

impl<'de, T: Integer> Deserialize<'de> for Decimal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DecimalVisitor(PhantomData))
    }
}

struct DecimalVisitor<T>(PhantomData<T>);

impl<T: Integer> Visitor<'_> for DecimalVisitor<T> {
    type Value = Decimal<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::expecting(f)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Decimal<T>, E> {
        parse_canonical(text).map(Decimal).ok_or_else(|| E::invalid_value(Unexpected::Other("another string"), &self))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Decimal<T>, E> {
        if value > MAX_SAFE_INTEGER {
            return Err(inexact());
        }
        parse_canonical(&value.to_string())
            .map(Decimal)
            .ok_or_else(|| E::invalid_value(Unexpected::Unsigned(value), &self))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Decimal<T>, E> {
        if value.unsigned_abs() > MAX_SAFE_INTEGER {
            return Err(inexact());
        }
        parse_canonical(&value.to_string())
            .map(Decimal)
            .ok_or_else(|| E::invalid_value(Unexpected::Signed(value), &self))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Decimal<T>, E> {
        if value.fract() != 0.0 {
            return Err(E::invalid_type(Unexpected::Float(value), &self));
        }
        // A float that is too large for the type becomes its largest value, which is not safe either.
        #[expect(clippy::cast_possible_truncation, reason = "exact in the range that is accepted")]
        self.visit_i64(value as i64)
    }
}

/// The error of a number that may have lost digits.
#[cold]
fn inexact<E: Error>() -> E {
    let message = "must be a string, as a number beyond 2^53 - 1 may have lost digits";
    checks::as_serde_error(ValidationError::new(ValidationCode::Number, message))
}
