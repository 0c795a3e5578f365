//! JSON for serde: what `serde_json` reads is read here, to the same values, in fewer steps and with exact floats.

use std::{borrow::Cow, fmt};

use serde::{
    Deserializer,
    de::{DeserializeOwned, DeserializeSeed, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor},
};

use super::{
    key::{Key, Variant},
    scan::{Number, Scan, Text},
};

/// How deep lists and objects may nest, as in `serde_json`.
const DEPTH: u8 = 127;

/// Reads a text that is one value.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Unread> {
    let mut reader = Reader { scan: Scan::new(text), depth: DEPTH };
    let value = T::deserialize(&mut reader)?;
    if reader.scan.token().is_none() { Ok(value) } else { Err(Unread::SYNTAX) }
}

/// Why a text was not read. What is wrong with its syntax is not said here.
#[derive(Debug)]
pub(super) struct Unread(Cow<'static, str>);

impl Unread {
    pub(super) const SYNTAX: Self = Self(Cow::Borrowed("it is not JSON"));
    pub(super) const TYPE: Self = Self(Cow::Borrowed("it holds another type"));
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unread {}

impl Error for Unread {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(Cow::Owned(message.to_string()))
    }
}

/// A deserializer of a text.
pub(super) struct Reader<'t> {
    pub(super) scan: Scan<'t>,
    depth: u8,
}

impl<'t> Reader<'t> {
    pub(super) fn string<V: Visitor<'t>>(&mut self, visitor: V) -> Result<V::Value, Unread> {
        match self.scan.string()? {
            Text::There(text) => visitor.visit_borrowed_str(text),
            Text::Unescaped(text) => visitor.visit_str(text),
        }
    }

    pub(super) fn bytes<V: Visitor<'t>>(&mut self, visitor: V) -> Result<V::Value, Unread> {
        match self.scan.string()? {
            Text::There(text) => visitor.visit_borrowed_bytes(text.as_bytes()),
            Text::Unescaped(text) => visitor.visit_bytes(text.as_bytes()),
        }
    }

    /// An enum that is the name of its variant.
    pub(super) fn named<V: Visitor<'t>>(&mut self, visitor: V) -> Result<V::Value, Unread> {
        match self.scan.string()? {
            Text::There(name) | Text::Unescaped(name) => visitor.visit_enum(name.into_deserializer()),
        }
    }

    fn number<V: Visitor<'t>>(&mut self, visitor: V) -> Result<V::Value, Unread> {
        if !matches!(self.scan.token(), Some(b'-' | b'0'..=b'9')) {
            return Err(Unread::TYPE);
        }
        match self.scan.number()? {
            Number::Unsigned(value) => visitor.visit_u64(value),
            Number::Signed(value) => visitor.visit_i64(value),
            Number::Float(value) => visitor.visit_f64(value),
        }
    }

    fn open(&mut self, bracket: u8) -> Result<(), Unread> {
        if !self.scan.take(bracket) {
            return Err(Unread::TYPE);
        }
        self.depth = self.depth.checked_sub(1).ok_or(Unread::SYNTAX)?;
        Ok(())
    }

    fn close(&mut self, bracket: u8) -> Result<(), Unread> {
        self.depth += 1;
        self.scan.expect(bracket)
    }
}

macro_rules! numbers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
            self.number(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Unread;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        match self.scan.token() {
            Some(b'"') => self.deserialize_str(visitor),
            Some(b'{') => self.deserialize_map(visitor),
            Some(b'[') => self.deserialize_seq(visitor),
            Some(b'n') => self.deserialize_unit(visitor),
            Some(b't' | b'f') => self.deserialize_bool(visitor),
            _ => self.number(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        let value = self.scan.token() == Some(b't');
        self.scan.word(if value { "true" } else { "false" })?;
        visitor.visit_bool(value)
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_f32 deserialize_f64
    }

    fn deserialize_i128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        visitor.visit_i128(self.scan.integer()?)
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        visitor.visit_u128(self.scan.integer()?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        if self.scan.take(b'"') { self.string(visitor) } else { Err(Unread::TYPE) }
    }

    /// To what asks for bytes, a string is its bytes.
    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        if self.scan.take(b'"') { self.bytes(visitor) } else { self.deserialize_seq(visitor) }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        if self.scan.token() != Some(b'n') {
            return visitor.visit_some(self);
        }
        self.scan.word("null")?;
        visitor.visit_none()
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        self.scan.token();
        self.scan.word("null")?;
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Unread> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        self.open(b'[')?;
        let value = visitor.visit_seq(Within { reader: self, is_first: true })?;
        self.close(b']')?;
        Ok(value)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Unread> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        self.open(b'{')?;
        let value = visitor.visit_map(Within { reader: self, is_first: true })?;
        self.close(b'}')?;
        Ok(value)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Unread> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unread> {
        if self.scan.token() == Some(b'[') { self.deserialize_seq(visitor) } else { self.deserialize_map(visitor) }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unread> {
        if self.scan.take(b'"') {
            return self.named(visitor);
        }
        self.open(b'{')?;
        let value = visitor.visit_enum(Variant(self))?;
        self.close(b'}')?;
        Ok(value)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        self.scan.skip_value()?;
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Unread> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        self.deserialize_str(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        self.deserialize_str(visitor)
    }
}

/// What stands between brackets.
struct Within<'r, 't> {
    reader: &'r mut Reader<'t>,
    is_first: bool,
}

impl Within<'_, '_> {
    /// Whether there is another item or entry. What ends it stays there.
    fn has_next(&mut self, close: u8) -> Result<bool, Unread> {
        let scan = &mut self.reader.scan;
        if scan.token() == Some(close) {
            return Ok(false);
        }
        if !std::mem::take(&mut self.is_first) {
            scan.expect(b',')?;
        }
        Ok(true)
    }
}

impl<'de> SeqAccess<'de> for Within<'_, 'de> {
    type Error = Unread;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Unread> {
        if self.has_next(b']')? { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }
}

impl<'de> MapAccess<'de> for Within<'_, 'de> {
    type Error = Unread;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Unread> {
        if !self.has_next(b'}')? {
            return Ok(None);
        }
        self.reader.scan.expect(b'"')?;
        seed.deserialize(Key(self.reader)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Unread> {
        self.reader.scan.expect(b':')?;
        seed.deserialize(&mut *self.reader)
    }
}
