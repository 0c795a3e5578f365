//! serde's access to the items of lists and the entries of objects.

use std::mem::size_of;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess};

use super::{
    super::budget::{CollectionCost, MemoryBudget},
    error::ScanError,
    key::Key,
    reader::Reader,
    scanner::Text,
    tag_position::TagPosition,
};
use crate::protocol::{ReadError, read_error::shorten};

/// Where the values of a list or object are in memory.
pub(super) enum Allocation {
    /// In the value itself, as the fields of a struct.
    Inline,
    /// In an allocation that grows, as the items of a `Vec`.
    Heap(CollectionCost),
}

/// Reads the items of a list or the entries of an object.
pub(super) struct ContainerAccess<'r, 't> {
    reader: &'r mut Reader<'t>,
    allocation: Allocation,
    tag: TagPosition,
    /// How many items or entries were begun.
    pub(super) index: usize,
    /// The position of the current key.
    key: usize,
    /// The size of the current key in memory.
    key_size: usize,
}

impl<'r, 't> ContainerAccess<'r, 't> {
    pub(super) fn new(reader: &'r mut Reader<'t>, allocation: Allocation, tag: TagPosition) -> Self {
        Self { reader, allocation, tag, index: 0, key: 0, key_size: 0 }
    }

    /// Whether there is another item or entry. Does not take the closing bracket.
    #[inline]
    fn has_next(&mut self, close: u8) -> Result<bool, ScanError> {
        let scan = &mut self.reader.scan;
        if scan.token() == Some(close) {
            return Ok(false);
        }
        if self.index > 0 {
            scan.expect(b',')?;
        }
        self.index += 1;
        Ok(true)
    }

    /// Whether there is another entry, besides a tag that was read before.
    #[inline]
    fn has_entry(&mut self) -> Result<bool, ScanError> {
        match self.tag {
            TagPosition::Read(_) => self.has_entry_after_tag(),
            _ => self.has_next(b'}'),
        }
    }

    fn has_entry_after_tag(&mut self) -> Result<bool, ScanError> {
        while self.has_next(b'}')? {
            let scan = &mut self.reader.scan;
            scan.token();
            if !self.tag.is_at(scan.position()) {
                return Ok(true);
            }
            scan.expect(b'"')?;
            scan.skip_string()?;
            scan.expect(b':')?;
            scan.skip_value(self.reader.depth)?;
        }
        Ok(false)
    }

    fn current_key(&self) -> String {
        let mut scan = self.reader.scan.fork_at(self.key);
        match scan.string() {
            Ok(Text::Borrowed(key) | Text::Unescaped(key)) => shorten(key),
            Err(_) => "?".to_owned(),
        }
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

    /// Charges the next value, a `T` of `size` bytes with its key.
    #[inline]
    fn charge_next<T>(
        &mut self,
        size: usize,
        add: fn(&mut CollectionCost, usize, &mut MemoryBudget) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        let budget = &mut self.reader.budget;
        if let Allocation::Heap(cost) = &mut self.allocation {
            add(cost, size, budget)?;
        }
        budget.next_is_inline::<T>();
        Ok(())
    }
}

impl<'de> SeqAccess<'de> for ContainerAccess<'_, 'de> {
    type Error = ReadError;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, ReadError> {
        if !self.has_next(b']')? {
            return Ok(None);
        }
        let index = self.index - 1;
        let value = match self.charge_next::<S::Value>(size_of::<S::Value>(), CollectionCost::add_item) {
            Ok(()) => seed.deserialize(&mut *self.reader),
            Err(error) => Err(error),
        };
        value.map(Some).map_err(|error| error.at(index))
    }
}

impl<'de> MapAccess<'de> for ContainerAccess<'_, 'de> {
    type Error = ReadError;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, ReadError> {
        if !self.tag.begin(&mut self.reader.scan) && !self.has_entry()? {
            return Ok(None);
        }
        self.reader.scan.expect(b'"')?;
        self.key = self.reader.scan.position();
        self.key_size = size_of::<S::Value>();
        self.reader.budget.next_is_inline::<S::Value>();
        seed.deserialize(Key(self.reader)).map(Some).map_err(|error| self.at_key(error))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, ReadError> {
        self.reader.scan.expect(b':')?;
        let size = self.key_size + size_of::<S::Value>();
        let value = match self.charge_next::<S::Value>(size, CollectionCost::add_entry) {
            Ok(()) => seed.deserialize(&mut *self.reader),
            Err(error) => Err(error),
        };
        self.tag.end(&mut self.reader.scan);
        value.map_err(|error| self.within_key(error))
    }
}
