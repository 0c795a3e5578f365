//! serde's `Deserializer` over a [`Reader`]: which part of the text each type is read from.

use serde::{Deserializer, de::Visitor};

use super::{
    super::{budget::CollectionCost, number::check_fits_f32},
    access::Allocation,
    key::ObjectVariant,
    number::Number,
    reader::Reader,
};
use crate::protocol::{ReadError, ValidationCode};

macro_rules! integers {
    ($($method:ident($is_wide:literal))*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
            self.integer($is_wide, visitor)
        }
    )*};
}

macro_rules! others {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
            self.deserialize_any(visitor)
        }
    )*};
}

/// A value of another type than requested is still passed to the visitor, whose error names the type that it expects.
impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.scan.token() {
            Some(b'"') => {
                self.scan.expect(b'"')?;
                self.string(visitor)
            }
            Some(b'{') => {
                let entries =
                    if self.tag.is_some() { Allocation::Inline } else { Allocation::Heap(CollectionCost::new(0)) };
                self.object(entries, visitor)
            }
            Some(b'[') => self.list(Allocation::Heap(CollectionCost::new(0)), visitor),
            Some(b'n') => {
                self.scan.word("null")?;
                visitor.visit_unit()
            }
            Some(byte @ (b't' | b'f')) => {
                self.scan.word(if byte == b't' { "true" } else { "false" })?;
                visitor.visit_bool(byte == b't')
            }
            _ => self.number(visitor),
        }
    }

    integers! {
        deserialize_i8(false) deserialize_i16(false) deserialize_i32(false) deserialize_i64(true) deserialize_i128(true)
        deserialize_u8(false) deserialize_u16(false) deserialize_u32(false) deserialize_u64(true) deserialize_u128(true)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        if self.is_number() {
            let start = self.scan.position();
            if let Number::Float(value) | Number::Large(value) = self.scan.number()? {
                check_fits_f32(value)?;
            }
            self.scan.seek(start);
        }
        self.deserialize_any(visitor)
    }

    others! {
        deserialize_bool deserialize_f64 deserialize_char deserialize_identifier
        deserialize_unit deserialize_seq deserialize_map
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_str(visitor)
    }

    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        if self.scan.take(b'"') { self.string(visitor) } else { self.deserialize_any(visitor) }
    }

    /// A string can be read as bytes.
    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        if self.scan.take(b'"') { self.bytes(visitor) } else { self.deserialize_any(visitor) }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        if self.scan.token() != Some(b'n') {
            return visitor.visit_some(self);
        }
        self.scan.word("null")?;
        visitor.visit_none()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_any(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, ReadError> {
        if self.scan.token() == Some(b'[') {
            self.list(Allocation::Inline, visitor)
        } else {
            self.deserialize_any(visitor)
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match self.scan.token() {
            Some(b'{') => self.object(Allocation::Inline, visitor),
            Some(b'[') => self.list(Allocation::Inline, visitor),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match self.scan.token() {
            Some(b'"') => {
                self.scan.expect(b'"')?;
                self.unit_variant(visitor)
            }
            Some(b'{') => {
                self.budget.charge_value::<V::Value>()?;
                self.open(b'{')?;
                if self.scan.token() == Some(b'}') {
                    let message = "must be an object of one field, has none";
                    return Err(ReadError::new(ValidationCode::Invalid, message.to_owned()));
                }
                let value = visitor.visit_enum(ObjectVariant(self))?;
                self.scan.token();
                if self.scan.peek() == Some(b',') {
                    let message = "must be an object of one field, has more";
                    return Err(ReadError::new(ValidationCode::Invalid, message.to_owned()));
                }
                self.close(b'}')?;
                Ok(value)
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.scan.token();
        self.scan.skip_value(self.depth)?;
        visitor.visit_unit()
    }
}
