//! [`Reader`], a serde deserializer of MessagePack: reads what `rmp_serde` reads and what JavaScript writes differently, and its
//! errors have paths.

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, Visitor, value::BorrowedStrDeserializer},
    forward_to_deserialize_any,
};

use super::{
    super::{
        MAX_DEPTH,
        budget::{CollectionCost, MemoryBudget},
        number::check_fits_f32,
    },
    access::{ByteItems, ContainerAccess},
    error::ScanError,
    scanner::{Item, Scanner},
    timestamp::TimestampPair,
};
use crate::protocol::{Extension, ReadError, ValidationCode};

/// Reads bytes that are one value. In the outermost map, the entry with the key `tag` is read first, wherever it is.
pub(super) fn read<'b, T: Deserialize<'b>>(bytes: &'b [u8], tag: Option<&'static str>) -> Result<T, ReadError> {
    let budget = MemoryBudget::new::<T>(bytes.len());
    let mut reader = Reader { scan: Scanner::new(bytes), depth: MAX_DEPTH, tag, budget };
    let value = T::deserialize(&mut reader)?;
    reader.scan.end()?;
    Ok(value)
}

/// Reads one frame; `&mut Reader` is a serde deserializer.
pub(super) struct Reader<'b> {
    pub(super) scan: Scanner<'b>,
    /// How many lists and maps may still nest.
    pub(super) depth: u8,
    /// The key that is read first in the outermost map; taken when that map begins.
    tag: Option<&'static str>,
    pub(super) budget: MemoryBudget,
}

/// Where the values of a list or map are in memory.
#[derive(Clone, Copy)]
pub(super) enum Allocation {
    /// In the value itself, as the fields of a struct.
    Inline,
    /// In an allocation that grows, as the items of a `Vec`.
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
            Item::Array(len) => self.list(len, Allocation::Heap, visitor),
            Item::Map(len) => {
                let allocation = if self.tag.is_some() { Allocation::Inline } else { Allocation::Heap };
                self.map(len, allocation, visitor)
            }
            item => self.scalar(item, visitor),
        }
    }

    /// Reads a value that is neither a list nor a map.
    #[inline]
    fn scalar<V: Visitor<'b>>(&mut self, item: Item<'b>, visitor: V) -> Result<V::Value, ReadError> {
        self.budget.charge_value::<V::Value>()?;
        match item {
            Item::Nil => visitor.visit_unit(),
            Item::Bool(value) => visitor.visit_bool(value),
            Item::Unsigned(value) => visitor.visit_u64(value),
            Item::Signed(value) => visitor.visit_i64(value),
            Item::Float(value) | Item::Large(value) => visitor.visit_f64(value),
            Item::Text(text) => visitor.visit_borrowed_str(text),
            Item::Bytes(bytes) => visitor.visit_borrowed_bytes(bytes),
            Item::Timestamp(data) => visitor.visit_newtype_struct(TimestampPair::new(data)),
            Item::Array(_) | Item::Map(_) => Err(ReadError::custom("is a list or an object")),
        }
    }

    /// Reads an item for an integer type that can hold integers beyond 2⁵³.
    pub(super) fn wide_integer<V: Visitor<'b>>(&mut self, item: Item<'b>, visitor: V) -> Result<V::Value, ReadError> {
        match item {
            Item::Large(value) => Err(ReadError::inexact(value)),
            item => self.visit(item, visitor),
        }
    }

    /// Reads the items of a list or the entries of a map, and checks that all were read.
    fn container<V>(
        &mut self,
        len: usize,
        allocation: Allocation,
        read: impl FnOnce(&mut ContainerAccess<'_, 'b>) -> Result<V, ReadError>,
    ) -> Result<V, ReadError> {
        self.depth = self.depth.checked_sub(1).ok_or(ScanError::TooDeep)?;
        let cost =
            matches!(allocation, Allocation::Heap).then(|| CollectionCost::new(len.min(ContainerAccess::MAX_HINT)));
        let mut access = ContainerAccess::new(self, len, cost);
        let value = read(&mut access)?;
        access.end()?;
        self.depth += 1;
        Ok(value)
    }

    fn list<V: Visitor<'b>>(&mut self, len: usize, allocation: Allocation, visitor: V) -> Result<V::Value, ReadError> {
        self.budget.charge_value::<V::Value>()?;
        self.container(len, allocation, |access| visitor.visit_seq(access))
    }

    /// Reads a map. Entries whose value is `undefined` may remain at its end.
    fn map<V: Visitor<'b>>(&mut self, len: usize, allocation: Allocation, visitor: V) -> Result<V::Value, ReadError> {
        self.budget.charge_value::<V::Value>()?;
        let tag = self.tag.take();
        self.container(len, allocation, |access| {
            if let Some(tag) = tag {
                access.find_tag(tag);
            }
            let value = visitor.visit_map(&mut *access)?;
            access.has_entry()?;
            Ok(value)
        })
    }

    /// Reads a value whose items or fields are part of it, as a tuple or a struct.
    fn inline<V: Visitor<'b>>(&mut self, visitor: V) -> Result<V::Value, ReadError> {
        match self.item()? {
            Item::Bytes(bytes) => self.byte_list(bytes, Allocation::Inline, visitor),
            Item::Array(len) => self.list(len, Allocation::Inline, visitor),
            Item::Map(len) => self.map(len, Allocation::Inline, visitor),
            item => self.scalar(item, visitor),
        }
    }

    /// Reads bytes as a list of numbers.
    fn byte_list<V: Visitor<'b>>(
        &mut self,
        bytes: &'b [u8],
        allocation: Allocation,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.budget.charge_value::<V::Value>()?;
        let cost = matches!(allocation, Allocation::Heap).then(|| CollectionCost::new(0));
        visitor.visit_seq(ByteItems::new(self, bytes, cost))
    }
}

macro_rules! integers {
    ($($method:ident($is_wide:literal))*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
            let item = self.item()?;
            if $is_wide { self.wide_integer(item, visitor) } else { self.visit(item, visitor) }
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
            check_fits_f32(value)?;
        }
        self.visit(item, visitor)
    }

    /// The time types of other crates ask for `str`, not `String`, and parse RFC 3339.
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.item()? {
            Item::Timestamp(data) => {
                visitor.visit_string(Extension::deserialize(TimestampPair::new(data))?.0.to_string())
            }
            item => self.visit(item, visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        if self.scan.take_nil() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    /// Reads an extension, or the value in the newtype.
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

    /// `rmp_serde` writes it as an empty list.
    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, ReadError> {
        if self.scan.take_empty() { visitor.visit_unit() } else { self.deserialize_any(visitor) }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.item()? {
            Item::Bytes(bytes) => self.byte_list(bytes, Allocation::Heap, visitor),
            item => self.visit(item, visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, ReadError> {
        self.inline(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.inline(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.inline(visitor)
    }

    /// Reads the name of a variant, or a map of one entry from the name to the content.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match self.item()? {
            Item::Text(name) => {
                self.budget.charge_value::<V::Value>()?;
                visitor.visit_enum(BorrowedStrDeserializer::new(name))
            }
            Item::Map(len) => {
                self.budget.charge_value::<V::Value>()?;
                self.container(len, Allocation::Inline, |access| {
                    let value = visitor.visit_enum(&mut *access)?;
                    if access.has_entry()? {
                        let message = "must be an object of one field, has more";
                        return Err(ReadError::new(ValidationCode::Invalid, message.to_owned()));
                    }
                    Ok(value)
                })
            }
            item => self.scalar(item, visitor),
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
