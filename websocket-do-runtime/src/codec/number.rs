//! The numbers of both formats: which integers and floats JavaScript can hold. `json/number.rs` has the rules of JSON,
//! `msgpack/scanner.rs` those of MessagePack, `javascript.rs` writes both.

use crate::protocol::{ReadError, ValidationCode};

/// JavaScript holds every integer exactly up to here.
pub(super) const MAX_EXACT_INTEGER: u64 = 1 << 53;

/// Converts a float without a fraction to an integer. Returns `None` for a float with a fraction, and an error for an integer
/// that JavaScript does not hold exactly.
pub(super) fn exact_integer(value: f64) -> Result<Option<i64>, ()> {
    if value.fract() != 0.0 {
        return Ok(None);
    }
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "exact up to 2^53")]
    if value.abs() <= MAX_EXACT_INTEGER as f64 { Ok(Some(value as i64)) } else { Err(()) }
}

/// Fails if the number is infinite as an `f32`.
pub(super) fn check_fits_f32(value: f64) -> Result<(), ReadError> {
    #[expect(clippy::cast_possible_truncation, reason = "this is what is checked")]
    if (value as f32).is_finite() {
        return Ok(());
    }
    Err(ReadError::new(ValidationCode::Invalid, "must be a finite number that 32 bits can hold".to_owned()))
}

/// Returns the float with the shortest decimal of an `f32`: 0.1 for `0.1_f32`, whose exact value is 0.10000000149011612. A peer
/// without an `f32` would see the latter.
pub(super) fn shortest_decimal(value: f32) -> f64 {
    let exact = f64::from(value);
    if exact.fract() == 0.0 || !exact.is_finite() {
        return exact;
    }
    #[allow(clippy::cast_possible_truncation, clippy::float_cmp)] // checks that it converts back to the same `f32`
    value.to_string().parse().ok().filter(|near| *near as f32 == value).unwrap_or(exact)
}
