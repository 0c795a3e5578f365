//! JSON for serde: what `serde_json` reads is read here, in fewer steps, with exact floats, with JavaScript's integers, and with
//! the path to what is wrong.

use serde::{
    Deserialize, Deserializer,
    de::{IntoDeserializer, Visitor},
};

use super::{
    super::budget::{Budget, Growth},
    fault::Fault,
    key::Variant,
    scan::{DEPTH, Number, Scan, Text},
    tag::Tag,
    within::{Place, Within},
};
use crate::protocol::{ReadError, ValidationCode};

/// Reads a text that is one value. In the outermost object, the entry with the key `tag` comes first, wherever it is.
pub(super) fn read<'t, T: Deserialize<'t>>(text: &'t str, tag: Option<&'static str>) -> Result<T, ReadError> {
    let budget = Budget::new::<T>(text.len());
    let mut reader = Reader { scan: Scan::new(text), depth: DEPTH, tag, budget, scratch: 0 };
    let value = T::deserialize(&mut reader)?;
    if reader.scan.token().is_none() { Ok(value) } else { Err(Fault::Syntax.into()) }
}

/// A deserializer of a text.
pub(super) struct Reader<'t> {
    pub(super) scan: Scan<'t>,
    /// How many lists and objects may still nest.
    pub(super) depth: u8,
    /// The key that comes first in the outermost object, which has not begun.
    tag: Option<&'static str>,
    pub(super) budget: Budget,
    /// What of the budget is spent for strings with escapes.
    scratch: usize,
}

impl<'t> Reader<'t> {
    pub(super) fn string<V: Visitor<'t>>(&mut self, visitor: V) -> Result<V::Value, ReadError> {
        self.budget.begin::<V::Value>()?;
        match self.scan.string()? {
            Text::There(text) => return visitor.visit_borrowed_str(text),
            Text::Unescaped(_) => {}
        }
        // Twice, as it has grown by allocating a larger one beside it.
        let grown = self.scan.scratch() - self.scratch;
        self.budget.spend(grown * 2)?;
        self.scratch += grown;
        visitor.visit_str(self.scan.unescaped_text())
    }

    pub(super) fn bytes<V: Visitor<'t>>(&mut self, visitor: V) -> Result<V::Value, ReadError> {
        match self.scan.string()? {
            Text::There(text) => visitor.visit_borrowed_bytes(text.as_bytes()),
            Text::Unescaped(text) => visitor.visit_bytes(text.as_bytes()),
        }
    }

    /// An enum that is the name of its variant.
    pub(super) fn named<V: Visitor<'t>>(&mut self, visitor: V) -> Result<V::Value, ReadError> {
        self.budget.begin::<V::Value>()?;
        match self.scan.string()? {
            Text::There(name) | Text::Unescaped(name) => visitor.visit_enum(name.into_deserializer()),
        }
    }

    fn is_number(&mut self) -> bool {
        matches!(self.scan.token(), Some(b'-' | b'0'..=b'9'))
    }

    fn number<V: Visitor<'t>>(&mut self, visitor: V) -> Result<V::Value, ReadError> {
        self.budget.begin::<V::Value>()?;
        match self.scan.number()? {
            Number::Unsigned(value) => visitor.visit_u64(value),
            Number::Signed(value) => visitor.visit_i64(value),
            Number::Float(value) | Number::Large(value) => visitor.visit_f64(value),
        }
    }

    /// A number for an integer, which may be written as JavaScript might: `3.0`, `3e0`.
    fn integer<V: Visitor<'t>>(&mut self, is_wide: bool, visitor: V) -> Result<V::Value, ReadError> {
        if !self.is_number() {
            return self.deserialize_any(visitor);
        }
        self.budget.begin::<V::Value>()?;
        let start = self.scan.position();
        match self.scan.number()? {
            Number::Unsigned(value) => visitor.visit_u64(value),
            Number::Signed(value) => visitor.visit_i64(value),
            Number::Float(value) => match super::super::integral(value) {
                Ok(Some(value)) => visitor.visit_i64(value),
                Err(()) if is_wide => Err(ReadError::inexact(self.scan.since(start))),
                Ok(None) | Err(()) => visitor.visit_f64(value),
            },
            Number::Large(_) if is_wide => Err(ReadError::inexact(self.scan.since(start))),
            Number::Large(value) => visitor.visit_f64(value),
        }
    }

    fn open(&mut self, bracket: u8) -> Result<(), ReadError> {
        self.scan.expect(bracket)?;
        self.depth = self.depth.checked_sub(1).ok_or(Fault::TooDeep)?;
        Ok(())
    }

    fn close(&mut self, bracket: u8) -> Result<(), ReadError> {
        self.depth += 1;
        Ok(self.scan.expect(bracket)?)
    }

    /// Reads a list. Its items are allocated one after another, or have their places.
    fn list<V: Visitor<'t>>(&mut self, items: Place, visitor: V) -> Result<V::Value, ReadError> {
        self.budget.begin::<V::Value>()?;
        self.open(b'[')?;
        let mut within = Within::new(self, items, Tag::None);
        let value = visitor.visit_seq(&mut within)?;
        let read = within.index;
        if self.scan.token() == Some(b',') {
            return Err(self.too_many(read));
        }
        self.close(b']')?;
        Ok(value)
    }

    /// The list holds more than its visitor asks for.
    #[cold]
    fn too_many(&mut self, read: usize) -> ReadError {
        let mut items = read;
        while self.scan.take(b',') {
            if let Err(fault) = self.scan.skip_value(self.depth) {
                return fault.into();
            }
            items += 1;
        }
        ReadError::new(ValidationCode::Invalid, format!("must have fewer items, has {items}"))
    }

    fn object<V: Visitor<'t>>(&mut self, entries: Place, visitor: V) -> Result<V::Value, ReadError> {
        self.budget.begin::<V::Value>()?;
        self.open(b'{')?;
        let tag = self.tag.take().map_or(Tag::None, |tag| Tag::find(tag, &mut self.scan, self.depth));
        let value = visitor.visit_map(Within::new(self, entries, tag))?;
        self.close(b'}')?;
        Ok(value)
    }
}

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

/// What is of another type than the visitor asks for is shown to it all the same, so that it says what it expects.
impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.scan.token() {
            Some(b'"') => {
                self.scan.expect(b'"')?;
                self.string(visitor)
            }
            Some(b'{') => {
                let entries = if self.tag.is_some() { Place::Inside } else { Place::Heap(Growth::new(0)) };
                self.object(entries, visitor)
            }
            Some(b'[') => self.list(Place::Heap(Growth::new(0)), visitor),
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
                super::super::fits_f32(value)?;
            }
            self.scan.go_to(start);
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

    /// To what asks for bytes, a string is its bytes.
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
        if self.scan.token() == Some(b'[') { self.list(Place::Inside, visitor) } else { self.deserialize_any(visitor) }
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
            Some(b'{') => self.object(Place::Inside, visitor),
            Some(b'[') => self.list(Place::Inside, visitor),
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
                self.named(visitor)
            }
            Some(b'{') => {
                self.budget.begin::<V::Value>()?;
                self.open(b'{')?;
                if self.scan.token() == Some(b'}') {
                    let message = "must be an object of one field, has none";
                    return Err(ReadError::new(ValidationCode::Invalid, message.to_owned()));
                }
                let value = visitor.visit_enum(Variant(self))?;
                self.scan.token();
                // A second entry makes it no enum.
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
