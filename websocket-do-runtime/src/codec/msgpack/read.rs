//! MessagePack for serde: what `rmp_serde` reads is read here, and what JavaScript writes in its own way, with the path to what is
//! wrong.

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, Visitor, value::BorrowedStrDeserializer},
    forward_to_deserialize_any,
};

use super::{
    super::budget::{Budget, Growth},
    scan::{DEPTH, Fault, Item, Scan},
    time::Time,
    within::{Bytes, Within},
};
use crate::protocol::{Extension, ReadError, ValidationCode};

/// Reads bytes that are one value. In the outermost map, the entry with the key `tag` comes first, wherever it is.
pub(super) fn read<'b, T: Deserialize<'b>>(bytes: &'b [u8], tag: Option<&'static str>) -> Result<T, ReadError> {
    let budget = Budget::new::<T>(bytes.len());
    let mut reader = Reader { scan: Scan::new(bytes), depth: DEPTH, tag, budget };
    let value = T::deserialize(&mut reader)?;
    reader.scan.end()?;
    Ok(value)
}

impl From<Fault> for ReadError {
    #[cold]
    fn from(fault: Fault) -> Self {
        Self::new(ValidationCode::Malformed, format!("not MessagePack: {fault}"))
    }
}

/// A deserializer of bytes.
pub(super) struct Reader<'b> {
    pub(super) scan: Scan<'b>,
    /// How many lists and maps may still nest.
    pub(super) depth: u8,
    /// The key that comes first in the outermost map, which has not begun.
    tag: Option<&'static str>,
    pub(super) budget: Budget,
}

/// Where the values of a list or map are kept.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// In their container.
    Inside,
    /// In an allocation that grows.
    Heap,
}

impl<'b> Reader<'b> {
    #[inline]
    pub(super) fn item(&mut self) -> Result<Item<'b>, ReadError> {
        Ok(self.scan.item()?)
    }

    #[inline]
    pub(super) fn visit<V: Visitor<'b>>(&mut self, item: Item<'b>, visitor: V) -> Result<V::Value, ReadError> {
        match item {
            Item::Array(len) => self.list(len, Place::Heap, visitor),
            Item::Map(len) => {
                let place = if self.tag.is_some() { Place::Inside } else { Place::Heap };
                self.map(len, place, visitor)
            }
            item => self.plain(item, visitor),
        }
    }

    /// What is neither a list nor a map.
    #[inline]
    fn plain<V: Visitor<'b>>(&mut self, item: Item<'b>, visitor: V) -> Result<V::Value, ReadError> {
        self.budget.begin::<V::Value>()?;
        match item {
            Item::Nil => visitor.visit_unit(),
            Item::Bool(value) => visitor.visit_bool(value),
            Item::Unsigned(value) => visitor.visit_u64(value),
            Item::Signed(value) => visitor.visit_i64(value),
            Item::Float(value) | Item::Large(value) => visitor.visit_f64(value),
            Item::Text(text) => visitor.visit_borrowed_str(text),
            Item::Bytes(bytes) => visitor.visit_borrowed_bytes(bytes),
            Item::Time(data) => visitor.visit_newtype_struct(Time::new(data)),
            Item::Array(_) | Item::Map(_) => Err(ReadError::custom("is a list or an object")),
        }
    }

    /// An item for an integer.
    pub(super) fn number<V: Visitor<'b>>(&mut self, item: Item<'b>, visitor: V) -> Result<V::Value, ReadError> {
        match item {
            Item::Large(value) => Err(ReadError::inexact(value)),
            item => self.visit(item, visitor),
        }
    }

    /// Reads what a list or a map holds, all of it.
    fn within<V>(
        &mut self,
        len: usize,
        place: Place,
        read: impl FnOnce(&mut Within<'_, 'b>) -> Result<V, ReadError>,
    ) -> Result<V, ReadError> {
        self.depth = self.depth.checked_sub(1).ok_or(Fault::TooDeep)?;
        let growth = matches!(place, Place::Heap).then(|| Growth::new(len.min(Within::HINT)));
        let mut within = Within::new(self, len, growth);
        let value = read(&mut within)?;
        within.end()?;
        self.depth += 1;
        Ok(value)
    }

    fn list<V: Visitor<'b>>(&mut self, len: usize, place: Place, visitor: V) -> Result<V::Value, ReadError> {
        self.budget.begin::<V::Value>()?;
        self.within(len, place, |within| visitor.visit_seq(within))
    }

    /// Reads a map, at whose end there may be entries that are none.
    fn map<V: Visitor<'b>>(&mut self, len: usize, place: Place, visitor: V) -> Result<V::Value, ReadError> {
        self.budget.begin::<V::Value>()?;
        let tag = self.tag.take();
        self.within(len, place, |within| {
            if let Some(tag) = tag {
                within.find(tag);
            }
            let value = visitor.visit_map(&mut *within)?;
            within.has_entry()?;
            Ok(value)
        })
    }

    /// A list, a map or anything else, whose values have their places in it.
    fn inside<V: Visitor<'b>>(&mut self, visitor: V) -> Result<V::Value, ReadError> {
        match self.item()? {
            Item::Bytes(bytes) => self.octets(bytes, Place::Inside, visitor),
            Item::Array(len) => self.list(len, Place::Inside, visitor),
            Item::Map(len) => self.map(len, Place::Inside, visitor),
            item => self.plain(item, visitor),
        }
    }

    /// To what asks for a list, bytes are one of numbers.
    fn octets<V: Visitor<'b>>(&mut self, bytes: &'b [u8], place: Place, visitor: V) -> Result<V::Value, ReadError> {
        self.budget.begin::<V::Value>()?;
        let growth = matches!(place, Place::Heap).then(|| Growth::new(0));
        visitor.visit_seq(Bytes::new(self, bytes, growth))
    }
}

macro_rules! integers {
    ($($method:ident($is_wide:literal))*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
            let item = self.item()?;
            if $is_wide { self.number(item, visitor) } else { self.visit(item, visitor) }
        }
    )*};
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let item = self.item()?;
        self.visit(item, visitor)
    }

    integers! {
        deserialize_i8(false) deserialize_i16(false) deserialize_i32(false) deserialize_i64(true) deserialize_i128(true)
        deserialize_u8(false) deserialize_u16(false) deserialize_u32(false) deserialize_u64(true) deserialize_u128(true)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let item = self.item()?;
        if let Item::Float(value) | Item::Large(value) = item {
            super::super::fits_f32(value)?;
        }
        self.visit(item, visitor)
    }

    /// What asks for `str` and not for `String` may be one of the time types of other crates, which read RFC 3339.
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.item()? {
            Item::Time(data) => visitor.visit_string(Extension::deserialize(Time::new(data))?.0.to_string()),
            item => self.visit(item, visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        if self.scan.take_nil() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    /// An extension, or what it is a newtype of.
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        if name == rmp_serde::MSGPACK_EXT_STRUCT_NAME {
            return self.deserialize_any(visitor);
        }
        visitor.visit_newtype_struct(self)
    }

    /// `rmp_serde` writes an empty list for it.
    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, ReadError> {
        if self.scan.take_empty() { visitor.visit_unit() } else { self.deserialize_any(visitor) }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.item()? {
            Item::Bytes(bytes) => self.octets(bytes, Place::Heap, visitor),
            item => self.visit(item, visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, ReadError> {
        self.inside(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.inside(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.inside(visitor)
    }

    /// The name of a variant, or a map from the name to what it holds.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match self.item()? {
            Item::Text(name) => {
                self.budget.begin::<V::Value>()?;
                visitor.visit_enum(BorrowedStrDeserializer::new(name))
            }
            Item::Map(len) => {
                self.budget.begin::<V::Value>()?;
                self.within(len, Place::Inside, |within| {
                    let value = visitor.visit_enum(&mut *within)?;
                    if within.has_entry()? {
                        let message = "must be an object of one field, has more";
                        return Err(ReadError::new(ValidationCode::Invalid, message.to_owned()));
                    }
                    Ok(value)
                })
            }
            item => self.plain(item, visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.scan.skip(self.depth)?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool f64 char string bytes byte_buf unit map identifier
    }
}
