//! Keys of maps, which JavaScript writes as strings and which may be numbers in Rust.

use serde::{Deserializer, de::Visitor, forward_to_deserialize_any};

use super::{
    super::number::{MAX_EXACT_INTEGER, check_fits_f32},
    reader::Reader,
    scanner::Item,
};
use crate::protocol::{ReadError, decimal::parse_canonical};

/// A deserializer of a key.
pub(super) struct Key<'r, 'b>(pub(super) &'r mut Reader<'b>);

impl<'b> Key<'_, 'b> {
    fn integer<V: Visitor<'b>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let item = self.0.item()?;
        let Item::Text(text) = item else { return self.0.wide_integer(item, visitor) };
        match (parse_canonical::<u64>(text), parse_canonical::<i64>(text)) {
            (Some(value), _) if value > MAX_EXACT_INTEGER => Err(ReadError::inexact(text)),
            (_, Some(value)) if value.unsigned_abs() > MAX_EXACT_INTEGER => Err(ReadError::inexact(text)),
            (Some(value), _) => visitor.visit_u64(value),
            (_, Some(value)) => visitor.visit_i64(value),
            (None, None) if parse_canonical::<i128>(text).is_some() => Err(ReadError::inexact(text)),
            (None, None) => visitor.visit_borrowed_str(text),
        }
    }

    fn float<V: Visitor<'b>>(self, check: fn(f64) -> Result<(), ReadError>, visitor: V) -> Result<V::Value, ReadError> {
        match self.0.item()? {
            Item::Text(text) => match text.parse::<f64>() {
                // `parse` accepts `inf` and `NaN`.
                Ok(value) if value.is_finite() => {
                    check(value)?;
                    visitor.visit_f64(value)
                }
                _ => visitor.visit_borrowed_str(text),
            },
            item => self.0.visit(item, visitor),
        }
    }
}

macro_rules! integers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
            self.integer(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Key<'_, 'de> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.0.deserialize_any(visitor)
    }

    integers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.float(check_fits_f32, visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.float(|_| Ok(()), visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.0.item()? {
            Item::Text("true") => visitor.visit_bool(true),
            Item::Text("false") => visitor.visit_bool(false),
            item => self.0.visit(item, visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        if self.0.scan.take_nil() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.0.deserialize_ignored_any(visitor)
    }

    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier
    }
}

/// Returns a key as paths have it.
#[cold]
pub(super) fn key_text(item: Item<'_>) -> String {
    match item {
        Item::Text(text) => text.to_owned(),
        Item::Bool(value) => value.to_string(),
        Item::Unsigned(value) => value.to_string(),
        Item::Signed(value) => value.to_string(),
        Item::Float(value) | Item::Large(value) => value.to_string(),
        _ => "?".to_owned(),
    }
}
