//! What lists and objects hold, for serde.

use std::mem::size_of;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess};

use super::{
    super::budget::{Budget, Growth},
    fault::Fault,
    key::Key,
    read::Reader,
    scan::Text,
    tag::Tag,
};
use crate::protocol::{ReadError, read_error::shorten};

/// Where the values of a list or object are kept.
pub(super) enum Place {
    /// In their container.
    Inside,
    /// In an allocation that grows.
    Heap(Growth),
}

/// What stands between brackets.
pub(super) struct Within<'r, 't> {
    reader: &'r mut Reader<'t>,
    place: Place,
    tag: Tag,
    /// How many items were begun.
    pub(super) index: usize,
    /// Where the current key begins.
    key: usize,
    /// What the current key takes in memory.
    key_size: usize,
}

impl<'r, 't> Within<'r, 't> {
    pub(super) fn new(reader: &'r mut Reader<'t>, place: Place, tag: Tag) -> Self {
        Self { reader, place, tag, index: 0, key: 0, key_size: 0 }
    }

    /// Whether there is another item or entry. What ends it stays there.
    #[inline]
    fn has_next(&mut self, close: u8) -> Result<bool, Fault> {
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

    /// The same for entries, without the tag that was taken before.
    #[inline]
    fn has_entry(&mut self) -> Result<bool, Fault> {
        match self.tag {
            Tag::Taken(_) => self.has_other_entry(),
            _ => self.has_next(b'}'),
        }
    }

    fn has_other_entry(&mut self) -> Result<bool, Fault> {
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
        let mut scan = self.reader.scan.at(self.key);
        match scan.string() {
            Ok(Text::There(key) | Text::Unescaped(key)) => shorten(key),
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

    #[inline]
    fn allot<T>(
        &mut self,
        size: usize,
        grow: fn(&mut Growth, usize, &mut Budget) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        let budget = &mut self.reader.budget;
        if let Place::Heap(growth) = &mut self.place {
            grow(growth, size, budget)?;
        }
        budget.within::<T>();
        Ok(())
    }
}

impl<'de> SeqAccess<'de> for Within<'_, 'de> {
    type Error = ReadError;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, ReadError> {
        if !self.has_next(b']')? {
            return Ok(None);
        }
        let index = self.index - 1;
        let value = match self.allot::<S::Value>(size_of::<S::Value>(), Growth::item) {
            Ok(()) => seed.deserialize(&mut *self.reader),
            Err(error) => Err(error),
        };
        value.map(Some).map_err(|error| error.at(index))
    }
}

impl<'de> MapAccess<'de> for Within<'_, 'de> {
    type Error = ReadError;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, ReadError> {
        if !self.tag.begin(&mut self.reader.scan) && !self.has_entry()? {
            return Ok(None);
        }
        self.reader.scan.expect(b'"')?;
        self.key = self.reader.scan.position();
        self.key_size = size_of::<S::Value>();
        self.reader.budget.within::<S::Value>();
        seed.deserialize(Key(self.reader)).map(Some).map_err(|error| self.at_key(error))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, ReadError> {
        self.reader.scan.expect(b':')?;
        let size = self.key_size + size_of::<S::Value>();
        let value = match self.allot::<S::Value>(size, Growth::entry) {
            Ok(()) => seed.deserialize(&mut *self.reader),
            Err(error) => Err(error),
        };
        self.tag.end(&mut self.reader.scan);
        value.map_err(|error| self.within_key(error))
    }
}
