//! What lists and maps hold, for serde.

use std::{mem::size_of, slice};

use serde::{
    Deserialize,
    de::{DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor},
};

use super::{
    super::budget::{Budget, Growth},
    key::{Key, name},
    read::Reader,
    scan::{Fault, Item, Scan},
};
use crate::protocol::{ReadError, ValidationCode, read_error::shorten};

/// What a list or a map holds.
pub(super) struct Within<'r, 'b> {
    pub(super) reader: &'r mut Reader<'b>,
    len: usize,
    /// How many items or entries are yet to come.
    left: usize,
    /// The allocation of the values, where they have no places.
    growth: Option<Growth>,
    /// What is left at the current key.
    key: Scan<'b>,
    /// What the current key takes in memory.
    key_size: usize,
    tag: Tag<'b>,
}

/// The entry that comes first, wherever it is.
#[derive(Clone, Copy)]
enum Tag<'b> {
    /// The entries come as they are.
    None,
    /// The entry with this number, which is left here, comes first.
    Found(usize, Scan<'b>),
    /// The entry with this number is being read; the rest is left here.
    Current(usize, Scan<'b>),
    /// The entry with this number was read.
    Taken(usize),
}

impl<'r, 'b> Within<'r, 'b> {
    /// The most items that are announced to serde, which allocates for them before the first is read.
    pub(super) const HINT: usize = 64;

    pub(super) fn new(reader: &'r mut Reader<'b>, len: usize, growth: Option<Growth>) -> Self {
        let key = reader.scan;
        Self { reader, len, left: len, growth, key, key_size: 0, tag: Tag::None }
    }

    /// Makes sure that all was read.
    pub(super) fn end(&self) -> Result<(), ReadError> {
        if self.left == 0 {
            return Ok(());
        }
        let message = format!("must have fewer items, has {}", self.len);
        Err(ReadError::new(ValidationCode::Invalid, message))
    }

    /// Has the entry with this key come first.
    #[inline]
    pub(super) fn find(&mut self, tag: &str) {
        if self.reader.scan.is_text(tag) {
            return;
        }
        self.search(tag);
    }

    #[inline(never)]
    fn search(&mut self, tag: &str) {
        let mut ahead = self.reader.scan;
        for entry in 0..self.len {
            let here = ahead;
            let Ok(key) = ahead.item() else { return };
            if matches!(key, Item::Text(key) if key == tag) && !ahead.is_undefined() {
                if entry > 0 {
                    self.tag = Tag::Found(entry, here);
                }
                return;
            }
            ahead = here;
            if ahead.skip(self.reader.depth).is_err() || ahead.skip(self.reader.depth).is_err() {
                return;
            }
        }
    }

    /// Whether there is another entry, which stays there. One that is `undefined` is none, and one that was read is none any
    /// more.
    pub(super) fn has_entry(&mut self) -> Result<bool, Fault> {
        while self.left > 0 {
            if matches!(self.tag, Tag::Taken(entry) if entry == self.len - self.left) {
                self.reader.scan.skip(self.reader.depth)?;
                self.reader.scan.skip(self.reader.depth)?;
            } else if !self.reader.scan.take_undefined(self.reader.depth)? {
                return Ok(true);
            }
            self.left -= 1;
        }
        Ok(false)
    }

    #[inline]
    fn allot<T>(
        &mut self,
        size: usize,
        grow: fn(&mut Growth, usize, &mut Budget) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        let budget = &mut self.reader.budget;
        if let Some(growth) = &mut self.growth {
            grow(growth, size, budget)?;
        }
        budget.within::<T>();
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn at_key(&self, error: ReadError) -> ReadError {
        error.at_key(&self.current_key())
    }

    #[cold]
    #[inline(never)]
    fn within_key(&self, error: ReadError) -> ReadError {
        error.within(&self.current_key())
    }

    fn current_key(&self) -> String {
        let mut key = self.key;
        key.item().map_or_else(|_| "?".to_owned(), |item| shorten(&name(item)))
    }

    /// Reads what is in the variant of an enum, as a part of it.
    fn content<T>(&mut self, read: impl FnOnce(&mut Reader<'b>) -> Result<T, ReadError>) -> Result<T, ReadError> {
        self.reader.budget.within::<T>();
        read(self.reader).map_err(|error| self.within_key(error))
    }
}

impl<'de> SeqAccess<'de> for &mut Within<'_, 'de> {
    type Error = ReadError;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, ReadError> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        let index = self.len - self.left;
        self.left = left;
        let value = self
            .allot::<S::Value>(size_of::<S::Value>(), Growth::item)
            .and_then(|()| seed.deserialize(&mut *self.reader));
        value.map(Some).map_err(|error| error.at(index))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.min(Within::HINT))
    }
}

impl<'de> MapAccess<'de> for &mut Within<'_, 'de> {
    type Error = ReadError;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, ReadError> {
        if let Tag::Found(entry, at) = self.tag {
            self.tag = Tag::Current(entry, self.reader.scan);
            self.reader.scan = at;
        } else if self.has_entry()? {
            self.left -= 1;
        } else {
            return Ok(None);
        }
        self.key = self.reader.scan;
        self.key_size = size_of::<S::Value>();
        self.reader.budget.within::<S::Value>();
        seed.deserialize(Key(self.reader)).map(Some).map_err(|error| self.at_key(error))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, ReadError> {
        let size = self.key_size + size_of::<S::Value>();
        let value = self.allot::<S::Value>(size, Growth::entry).and_then(|()| seed.deserialize(&mut *self.reader));
        if let Tag::Current(entry, rest) = self.tag {
            self.tag = Tag::Taken(entry);
            self.reader.scan = rest;
        }
        value.map_err(|error| self.within_key(error))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.min(Within::HINT))
    }
}

impl<'de> EnumAccess<'de> for &mut Within<'_, 'de> {
    type Error = ReadError;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), ReadError> {
        if !self.has_entry()? {
            let message = "must be an object of one field, has none";
            return Err(ReadError::new(ValidationCode::Invalid, message.to_owned()));
        }
        self.left -= 1;
        self.key = self.reader.scan;
        let name = seed.deserialize(Key(self.reader))?;
        Ok((name, self))
    }
}

impl<'de> VariantAccess<'de> for &mut Within<'_, 'de> {
    type Error = ReadError;

    fn unit_variant(self) -> Result<(), ReadError> {
        self.content(|reader| Deserialize::deserialize(reader))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, ReadError> {
        self.content(|reader| seed.deserialize(reader))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, ReadError> {
        self.content(|reader| serde::Deserializer::deserialize_tuple(reader, len, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.content(|reader| serde::Deserializer::deserialize_struct(reader, "", fields, visitor))
    }
}

/// Bytes as a list of numbers.
pub(super) struct Bytes<'r, 'b> {
    reader: &'r mut Reader<'b>,
    bytes: slice::Iter<'b, u8>,
    index: usize,
    growth: Option<Growth>,
}

impl<'r, 'b> Bytes<'r, 'b> {
    pub(super) fn new(reader: &'r mut Reader<'b>, bytes: &'b [u8], growth: Option<Growth>) -> Self {
        Self { reader, bytes: bytes.iter(), index: 0, growth }
    }
}

impl<'de> SeqAccess<'de> for Bytes<'_, 'de> {
    type Error = ReadError;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, ReadError> {
        let Some(&byte) = self.bytes.next() else { return Ok(None) };
        let index = self.index;
        self.index += 1;
        if let Some(growth) = &mut self.growth {
            growth.item(size_of::<S::Value>(), &mut self.reader.budget)?;
        }
        seed.deserialize(byte.into_deserializer()).map(Some).map_err(|error: ReadError| error.at(index))
    }
}
