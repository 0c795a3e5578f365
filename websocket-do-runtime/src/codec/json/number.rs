//! The JSON number rules, as JavaScript has them.
//!
//! * Written: a float as `Number.prototype.toString` has it (`1e+21`, `0.1`); `javascript.rs` writes floats without a fraction as
//!   integers and fails for integers outside ±2⁵³.
//! * Read: `3`, `3.0` and `3e0` are all the integer 3. An integer outside ±2⁵³ is an error for an integer type, and the nearest
//!   float for any other. A number that is infinite as a float is an error. −0 is a float.

mod float;

use std::io;

use serde::{Deserializer, de::Visitor};
use serde_json::ser::Formatter;

use super::{
    super::number::{MAX_EXACT_INTEGER, exact_integer},
    error::ScanError,
    reader::Reader,
    scanner::Scanner,
};
use crate::protocol::ReadError;

/// Writes floats as `Number.prototype.toString` does.
pub(super) struct JavaScriptFormatter;

impl Formatter for JavaScriptFormatter {
    fn write_f64<W: io::Write + ?Sized>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        if (1e-6..1e21).contains(&value.abs()) {
            return write!(writer, "{value}");
        }
        let text = format!("{value:e}");
        match text.split_once('e') {
            Some((digits, exponent)) if !exponent.starts_with('-') => write!(writer, "{digits}e+{exponent}"),
            _ => writer.write_all(text.as_bytes()),
        }
    }
}

/// A number, by the form of its text.
pub(super) enum Number {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    /// The float nearest to an integer beyond 2⁵³.
    Large(f64),
}

impl Scanner<'_> {
    /// Takes a number. Fails for one that is infinite as a float.
    pub(super) fn number(&mut self) -> Result<Number, ScanError> {
        let start = self.at;
        let is_negative = self.eat(b'-');
        let digits = self.at;
        let is_whole = self.skip_number()?;
        if let (true, Ok(value @ ..=MAX_EXACT_INTEGER)) = (is_whole, self.slice_from(digits).parse::<u64>()) {
            return Ok(match (is_negative, 0_i64.checked_sub_unsigned(value)) {
                (false, _) => Number::Unsigned(value),
                (true, Some(value @ ..0)) => Number::Signed(value),
                (true, _) => Number::Float(-0.0),
            });
        }
        match float::nearest(self.slice_from(start)) {
            value if !value.is_finite() => Err(ScanError::Infinite),
            value if is_whole => Ok(Number::Large(value)),
            value => Ok(Number::Float(value)),
        }
    }

    /// Skips a number without its sign. Returns whether it has neither a fraction nor an exponent.
    pub(super) fn skip_number(&mut self) -> Result<bool, ScanError> {
        self.skip_integer()?;
        let has_fraction = self.eat(b'.');
        if has_fraction {
            self.skip_digits()?;
        }
        let has_exponent = self.eat(b'e') || self.eat(b'E');
        if has_exponent {
            let _ = self.eat(b'+') || self.eat(b'-');
            self.skip_digits()?;
        }
        Ok(!has_fraction && !has_exponent)
    }

    fn skip_integer(&mut self) -> Result<(), ScanError> {
        let has_leading_zero = self.peek() == Some(b'0');
        let start = self.at;
        self.skip_digits()?;
        if has_leading_zero && self.at > start + 1 { Err(ScanError::Syntax) } else { Ok(()) }
    }

    fn skip_digits(&mut self) -> Result<(), ScanError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(ScanError::Syntax) }
    }
}

impl<'t> Reader<'t> {
    /// Whether a number is next.
    pub(super) fn is_number(&mut self) -> bool {
        matches!(self.scan.token(), Some(b'-' | b'0'..=b'9'))
    }

    /// Reads a number for a visitor that takes any.
    pub(super) fn number<V: Visitor<'t>>(&mut self, visitor: V) -> Result<V::Value, ReadError> {
        self.budget.charge_value::<V::Value>()?;
        match self.scan.number()? {
            Number::Unsigned(value) => visitor.visit_u64(value),
            Number::Signed(value) => visitor.visit_i64(value),
            Number::Float(value) | Number::Large(value) => visitor.visit_f64(value),
        }
    }

    /// Reads a number for an integer type, which accepts `3.0` and `3e0`. `is_wide` is whether the type can hold integers beyond
    /// 2⁵³, for which the error then is about JavaScript.
    pub(super) fn integer<V: Visitor<'t>>(&mut self, is_wide: bool, visitor: V) -> Result<V::Value, ReadError> {
        if !self.is_number() {
            return self.deserialize_any(visitor);
        }
        self.budget.charge_value::<V::Value>()?;
        let start = self.scan.position();
        match self.scan.number()? {
            Number::Unsigned(value) => visitor.visit_u64(value),
            Number::Signed(value) => visitor.visit_i64(value),
            Number::Float(value) => match exact_integer(value) {
                Ok(Some(value)) => visitor.visit_i64(value),
                Err(()) if is_wide => Err(ReadError::inexact(self.scan.slice_from(start))),
                Ok(None) | Err(()) => visitor.visit_f64(value),
            },
            Number::Large(_) if is_wide => Err(ReadError::inexact(self.scan.slice_from(start))),
            Number::Large(value) => visitor.visit_f64(value),
        }
    }
}
