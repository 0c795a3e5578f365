//! Keys of objects, which are strings in JSON and may be numbers in Rust, and enums that are objects of one entry.

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, EnumAccess, VariantAccess, Visitor},
    forward_to_deserialize_any,
};

use super::{super::number::check_fits_f32, number::Number, reader::Reader, scanner::Text};
use crate::protocol::ReadError;

/// A deserializer of a key whose opening quote is already read.
pub(super) struct Key<'r, 't>(pub(super) &'r mut Reader<'t>);

impl<'t> Key<'_, 't> {
    /// Reads a key that is a number. White space is not accepted, nor is an integer with a fraction or an exponent: two keys must
    /// not become one.
    fn number<V: Visitor<'t>>(self, is_integer: bool, visitor: V) -> Result<V::Value, ReadError> {
        let Self(reader) = self;
        let start = reader.scan.position();
        if matches!(reader.scan.peek(), Some(b'-' | b'0'..=b'9'))
            && let Ok(number) = reader.scan.number()
            && reader.scan.eat(b'"')
        {
            let text = reader.scan.slice_from(start).trim_end_matches('"');
            match number {
                Number::Unsigned(value) => return visitor.visit_u64(value),
                Number::Signed(value) => return visitor.visit_i64(value),
                Number::Large(_) if is_integer => return Err(ReadError::inexact(text)),
                Number::Large(value) => return visitor.visit_f64(value),
                Number::Float(value) if !is_integer => return visitor.visit_f64(value),
                Number::Float(_) => {}
            }
        }
        reader.scan.seek(start);
        reader.string(visitor)
    }
}

macro_rules! numbers {
    ($is_integer:literal: $($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
            self.number($is_integer, visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Key<'_, 'de> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.0.string(visitor)
    }

    numbers! {
        true:
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
    }

    numbers! { false: deserialize_f64 }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let start = self.0.scan.position();
        if let Ok(Number::Float(value) | Number::Large(value)) = self.0.scan.number() {
            check_fits_f32(value)?;
        }
        self.0.scan.seek(start);
        self.number(false, visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        for (word, value) in [("true\"", true), ("false\"", false)] {
            if self.0.scan.word(word).is_ok() {
                return visitor.visit_bool(value);
            }
        }
        self.0.string(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.0.unit_variant(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.0.bytes(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.0.bytes(visitor)
    }

    forward_to_deserialize_any! {
        char str string unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// An enum that is an object of one entry.
pub(super) struct ObjectVariant<'r, 't>(pub(super) &'r mut Reader<'t>);

impl<'de, 'r> EnumAccess<'de> for ObjectVariant<'r, 'de> {
    type Error = ReadError;
    type Variant = VariantContent<'r, 'de>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, VariantContent<'r, 'de>), ReadError> {
        self.0.scan.expect(b'"')?;
        let key = self.0.scan.position();
        let name = seed.deserialize(Key(&mut *self.0))?;
        self.0.scan.expect(b':')?;
        Ok((name, VariantContent { reader: self.0, key }))
    }
}

/// The content of a variant.
pub(super) struct VariantContent<'r, 't> {
    reader: &'r mut Reader<'t>,
    /// The position of the name.
    key: usize,
}

impl<'t> VariantContent<'_, 't> {
    /// Reads the content, which is part of the enum.
    fn read<V>(self, read: impl FnOnce(&mut Reader<'t>) -> Result<V, ReadError>) -> Result<V, ReadError> {
        self.reader.budget.next_is_inline::<V>();
        read(&mut *self.reader).map_err(|error| match self.reader.scan.fork_at(self.key).string() {
            Ok(Text::Borrowed(name) | Text::Unescaped(name)) => error.within(name),
            Err(_) => error,
        })
    }
}

impl<'de> VariantAccess<'de> for VariantContent<'_, 'de> {
    type Error = ReadError;

    fn unit_variant(self) -> Result<(), ReadError> {
        self.read(|reader| Deserialize::deserialize(reader))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, ReadError> {
        self.read(|reader| seed.deserialize(reader))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, ReadError> {
        self.read(|reader| reader.deserialize_tuple(len, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.read(|reader| reader.deserialize_struct("", fields, visitor))
    }
}
