//! serde's access to the items of lists and the entries of maps, and to enums that are maps of one entry.

use std::{mem::size_of, slice};

use serde::{
    Deserialize,
    de::{DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor},
};

use super::{
    super::budget::{CollectionCost, MemoryBudget},
    error::ScanError,
    key::{Key, key_text},
    reader::Reader,
    scanner::{Item, Scanner},
};
use crate::protocol::{ReadError, ValidationCode, read_error::shorten};

/// Reads the items of a list or the entries of a map.
pub(super) struct ContainerAccess<'r, 'b> {
    pub(super) reader: &'r mut Reader<'b>,
    len: usize,
    /// How many items or entries were not read yet.
    left: usize,
    /// The allocation of the values, if they are not part of the container.
    cost: Option<CollectionCost>,
    /// The position of the current key.
    key: Scanner<'b>,
    /// The size of the current key in memory.
    key_size: usize,
    tag: TagPosition<'b>,
}

/// Where the tag is among the entries of a map, and whether it was read. It is read first, so that no other field is buffered.
#[derive(Clone, Copy)]
enum TagPosition<'b> {
    /// The entries are read in order: there is no tag, or it is the first entry.
    InOrder,
    /// The tag is the entry with this number, at this position, and is read next.
    Ahead(usize, Scanner<'b>),
    /// The tag is being read; reading continues at this position.
    Reading(usize, Scanner<'b>),
    /// The tag, the entry with this number, was read and is to be skipped.
    Read(usize),
}

impl<'r, 'b> ContainerAccess<'r, 'b> {
    /// The largest size hint: serde allocates for it before the first item is read.
    pub(super) const MAX_HINT: usize = 64;

    pub(super) fn new(reader: &'r mut Reader<'b>, len: usize, cost: Option<CollectionCost>) -> Self {
        let key = reader.scan;
        Self { reader, len, left: len, cost, key, key_size: 0, tag: TagPosition::InOrder }
    }

    /// Checks that all items were read.
    pub(super) fn end(&self) -> Result<(), ReadError> {
        if self.left == 0 {
            return Ok(());
        }
        let message = format!("must have fewer items, has {}", self.len);
        Err(ReadError::new(ValidationCode::Invalid, message))
    }

    /// Searches for the tag, which is then read first.
    #[inline]
    pub(super) fn find_tag(&mut self, tag: &str) {
        if self.reader.scan.is_text(tag) {
            return;
        }
        self.search_tag(tag);
    }

    #[inline(never)]
    fn search_tag(&mut self, tag: &str) {
        let mut ahead = self.reader.scan;
        for entry in 0..self.len {
            let here = ahead;
            let Ok(key) = ahead.item() else { return };
            if matches!(key, Item::Text(key) if key == tag) && !ahead.is_undefined() {
                if entry > 0 {
                    self.tag = TagPosition::Ahead(entry, here);
                }
                return;
            }
            ahead = here;
            if ahead.skip(self.reader.depth).is_err() || ahead.skip(self.reader.depth).is_err() {
                return;
            }
        }
    }

    /// Whether there is another entry. Skips entries that are `undefined`, and a tag that was read before.
    pub(super) fn has_entry(&mut self) -> Result<bool, ScanError> {
        while self.left > 0 {
            if matches!(self.tag, TagPosition::Read(entry) if entry == self.len - self.left) {
                self.reader.scan.skip(self.reader.depth)?;
                self.reader.scan.skip(self.reader.depth)?;
            } else if !self.reader.scan.take_undefined(self.reader.depth)? {
                return Ok(true);
            }
            self.left -= 1;
        }
        Ok(false)
    }

    /// Charges the next value, a `T` of `size` bytes with its key.
    #[inline]
    fn charge_next<T>(
        &mut self,
        size: usize,
        add: fn(&mut CollectionCost, usize, &mut MemoryBudget) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        let budget = &mut self.reader.budget;
        if let Some(cost) = &mut self.cost {
            add(cost, size, budget)?;
        }
        budget.next_is_inline::<T>();
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
        key.item().map_or_else(|_| "?".to_owned(), |item| shorten(&key_text(item)))
    }

    /// Reads the content of a variant, which is part of the enum.
    fn content<T>(&mut self, read: impl FnOnce(&mut Reader<'b>) -> Result<T, ReadError>) -> Result<T, ReadError> {
        self.reader.budget.next_is_inline::<T>();
        read(self.reader).map_err(|error| self.within_key(error))
    }
}

impl<'de> SeqAccess<'de> for &mut ContainerAccess<'_, 'de> {
    type Error = ReadError;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, ReadError> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        let index = self.len - self.left;
        self.left = left;
        let value = self
            .charge_next::<S::Value>(size_of::<S::Value>(), CollectionCost::add_item)
            .and_then(|()| seed.deserialize(&mut *self.reader));
        value.map(Some).map_err(|error| error.at(index))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.min(ContainerAccess::MAX_HINT))
    }
}

impl<'de> MapAccess<'de> for &mut ContainerAccess<'_, 'de> {
    type Error = ReadError;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, ReadError> {
        if let TagPosition::Ahead(entry, at) = self.tag {
            self.tag = TagPosition::Reading(entry, self.reader.scan);
            self.reader.scan = at;
        } else if self.has_entry()? {
            self.left -= 1;
        } else {
            return Ok(None);
        }
        self.key = self.reader.scan;
        self.key_size = size_of::<S::Value>();
        self.reader.budget.next_is_inline::<S::Value>();
        seed.deserialize(Key(self.reader)).map(Some).map_err(|error| self.at_key(error))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, ReadError> {
        let size = self.key_size + size_of::<S::Value>();
        let value = self
            .charge_next::<S::Value>(size, CollectionCost::add_entry)
            .and_then(|()| seed.deserialize(&mut *self.reader));
        if let TagPosition::Reading(entry, rest) = self.tag {
            self.tag = TagPosition::Read(entry);
            self.reader.scan = rest;
        }
        value.map_err(|error| self.within_key(error))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.min(ContainerAccess::MAX_HINT))
    }
}

impl<'de> EnumAccess<'de> for &mut ContainerAccess<'_, 'de> {
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

impl<'de> VariantAccess<'de> for &mut ContainerAccess<'_, 'de> {
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

/// Reads bytes as a list of numbers.
pub(super) struct ByteItems<'r, 'b> {
    reader: &'r mut Reader<'b>,
    bytes: slice::Iter<'b, u8>,
    index: usize,
    cost: Option<CollectionCost>,
}

impl<'r, 'b> ByteItems<'r, 'b> {
    pub(super) fn new(reader: &'r mut Reader<'b>, bytes: &'b [u8], cost: Option<CollectionCost>) -> Self {
        Self { reader, bytes: bytes.iter(), index: 0, cost }
    }
}

impl<'de> SeqAccess<'de> for ByteItems<'_, 'de> {
    type Error = ReadError;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, ReadError> {
        let Some(&byte) = self.bytes.next() else { return Ok(None) };
        let index = self.index;
        self.index += 1;
        if let Some(cost) = &mut self.cost {
            cost.add_item(size_of::<S::Value>(), &mut self.reader.budget)?;
        }
        seed.deserialize(byte.into_deserializer()).map(Some).map_err(|error: ReadError| error.at(index))
    }
}
