//! MessagePack for serde: what `rmp_serde` reads is read here, to the same values, and what JavaScript writes in its own way.

use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeSeed, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
        value::{BorrowedBytesDeserializer, BorrowedStrDeserializer, Error, SeqDeserializer},
    },
    forward_to_deserialize_any,
};

use super::scan::{DEPTH, Fault, Item, Scan};

/// Reads bytes that are one value.
pub(super) fn read<'b, T: Deserialize<'b>>(bytes: &'b [u8]) -> Result<T, Error> {
    let mut reader = Reader { scan: Scan::new(bytes), depth: DEPTH };
    let value = T::deserialize(&mut reader)?;
    reader.scan.end()?;
    Ok(value)
}

impl From<Fault> for Error {
    #[cold]
    fn from(fault: Fault) -> Self {
        Self::custom(fault)
    }
}

#[cold]
fn another_type() -> Error {
    Error::custom("it holds another type")
}

/// A deserializer of bytes.
struct Reader<'b> {
    scan: Scan<'b>,
    /// How many lists and maps may still nest.
    depth: u8,
}

impl<'b> Reader<'b> {
    #[inline]
    fn visit<V: Visitor<'b>>(&mut self, item: Item<'b>, visitor: V) -> Result<V::Value, Error> {
        match item {
            Item::Nil => visitor.visit_unit(),
            Item::Bool(value) => visitor.visit_bool(value),
            Item::Unsigned(value) => visitor.visit_u64(value),
            Item::Signed(value) => visitor.visit_i64(value),
            Item::Float(value) => visitor.visit_f64(value),
            Item::Text(text) => visitor.visit_borrowed_str(text),
            Item::Bytes(bytes) => visitor.visit_borrowed_bytes(bytes),
            Item::Time(data) => visitor.visit_newtype_struct(Time { data, part: 0 }),
            Item::Array(len) => self.within(len, |within| visitor.visit_seq(within)),
            Item::Map(len) => self.entries(len, |within| visitor.visit_map(within)),
        }
    }

    /// Reads what a list or a map holds, all of it.
    fn within<V>(
        &mut self,
        left: usize,
        read: impl FnOnce(&mut Within<'_, 'b>) -> Result<V, Error>,
    ) -> Result<V, Error> {
        self.depth = self.depth.checked_sub(1).ok_or(Fault::TooDeep)?;
        let mut within = Within { reader: self, left };
        let value = read(&mut within)?;
        if within.left > 0 {
            return Err(another_type());
        }
        self.depth += 1;
        Ok(value)
    }

    /// Reads a map, at whose end there may be entries that are none.
    fn entries<V>(
        &mut self,
        left: usize,
        read: impl FnOnce(&mut Within<'_, 'b>) -> Result<V, Error>,
    ) -> Result<V, Error> {
        self.within(left, |within| {
            let value = read(within)?;
            within.has_entry()?;
            Ok(value)
        })
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let item = self.scan.item()?;
        self.visit(item, visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.scan.take_nil() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    /// An extension, or what it is a newtype of.
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Error> {
        if name == rmp_serde::MSGPACK_EXT_STRUCT_NAME {
            return self.deserialize_any(visitor);
        }
        visitor.visit_newtype_struct(self)
    }

    /// `rmp_serde` writes an empty list for it.
    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        if self.scan.take_empty() { visitor.visit_unit() } else { self.deserialize_any(visitor) }
    }

    /// To what asks for a list, bytes are one of numbers.
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.scan.item()? {
            Item::Bytes(bytes) => visitor.visit_seq(SeqDeserializer::new(bytes.iter().copied())),
            item => self.visit(item, visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    /// The name of a variant, or a map from the name to what it holds.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.scan.item()? {
            Item::Text(name) => visitor.visit_enum(BorrowedStrDeserializer::new(name)),
            Item::Map(len) => self.entries(len, |within| visitor.visit_enum(within)),
            _ => Err(another_type()),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.scan.skip(self.depth)?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit map identifier
    }
}

/// What a list or a map holds.
struct Within<'r, 'b> {
    reader: &'r mut Reader<'b>,
    /// How many items or entries are yet to come.
    left: usize,
}

impl Within<'_, '_> {
    /// Whether there is another entry, which stays there. One that is `undefined` is none.
    fn has_entry(&mut self) -> Result<bool, Fault> {
        while self.left > 0 {
            if !self.reader.scan.take_undefined(self.reader.depth)? {
                return Ok(true);
            }
            self.left -= 1;
        }
        Ok(false)
    }
}

impl<'de> SeqAccess<'de> for &mut Within<'_, 'de> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        seed.deserialize(&mut *self.reader).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

impl<'de> MapAccess<'de> for &mut Within<'_, 'de> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        if !self.has_entry()? {
            return Ok(None);
        }
        self.left -= 1;
        seed.deserialize(&mut *self.reader).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(&mut *self.reader)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

impl<'de> EnumAccess<'de> for &mut Within<'_, 'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(mut self, seed: S) -> Result<(S::Value, Self), Error> {
        let name = self.next_key_seed(seed)?.ok_or_else(another_type)?;
        Ok((name, self))
    }
}

impl<'de> VariantAccess<'de> for &mut Within<'_, 'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Deserialize::deserialize(&mut *self.reader)
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(&mut *self.reader)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.reader.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        self.reader.deserialize_seq(visitor)
    }
}

/// A timestamp: for serde a pair of the extension's type and the bytes.
struct Time<'b> {
    data: &'b [u8],
    part: u8,
}

impl<'de> Deserializer<'de> for Time<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> SeqAccess<'de> for Time<'de> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        self.part += 1;
        match self.part {
            1 => seed.deserialize((-1_i8).into_deserializer()).map(Some),
            2 => seed.deserialize(BorrowedBytesDeserializer::new(self.data)).map(Some),
            _ => Ok(None),
        }
    }
}
