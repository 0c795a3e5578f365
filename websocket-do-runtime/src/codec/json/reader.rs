//! [`Reader`], the state of reading a JSON text: reads strings, lists and objects into serde visitors. It reads what `serde_json`
//! reads, in fewer steps and with JavaScript's numbers, and its errors have paths.

use serde::{
    Deserialize,
    de::{IntoDeserializer, Visitor},
};

use super::{
    super::{MAX_DEPTH, budget::MemoryBudget},
    access::{Allocation, ContainerAccess},
    error::ScanError,
    scanner::{Scanner, Text},
    tag_position::TagPosition,
};
use crate::protocol::{ReadError, ValidationCode};

/// Reads a text that is one value. In the outermost object, the entry with the key `tag` is read first, wherever it is.
pub(super) fn read<'t, T: Deserialize<'t>>(text: &'t str, tag: Option<&'static str>) -> Result<T, ReadError> {
    let budget = MemoryBudget::new::<T>(text.len());
    let mut reader = Reader { scan: Scanner::new(text), depth: MAX_DEPTH, tag, budget, unescaped: 0 };
    let value = T::deserialize(&mut reader)?;
    if reader.scan.token().is_none() { Ok(value) } else { Err(ScanError::Syntax.into()) }
}

/// Reads one text; `&mut Reader` is a serde deserializer.
pub(super) struct Reader<'t> {
    pub(super) scan: Scanner<'t>,
    /// How many lists and objects may still nest.
    pub(super) depth: u8,
    /// The key that is read first in the outermost object; taken when that object begins.
    pub(super) tag: Option<&'static str>,
    pub(super) budget: MemoryBudget,
    /// The bytes that were charged for strings with escapes.
    unescaped: usize,
}

impl<'t> Reader<'t> {
    /// Reads the rest of a string, after its opening quote.
    pub(super) fn string<V: Visitor<'t>>(&mut self, visitor: V) -> Result<V::Value, ReadError> {
        self.budget.charge_value::<V::Value>()?;
        match self.scan.string()? {
            Text::Borrowed(text) => return visitor.visit_borrowed_str(text),
            Text::Unescaped(_) => {}
        }
        // Twice: the old allocation is held while the larger one is filled.
        let grown = self.scan.unescaped_capacity() - self.unescaped;
        self.budget.charge(grown * 2)?;
        self.unescaped += grown;
        visitor.visit_str(self.scan.unescaped_text())
    }

    /// Reads the rest of a string as bytes.
    pub(super) fn bytes<V: Visitor<'t>>(&mut self, visitor: V) -> Result<V::Value, ReadError> {
        match self.scan.string()? {
            Text::Borrowed(text) => visitor.visit_borrowed_bytes(text.as_bytes()),
            Text::Unescaped(text) => visitor.visit_bytes(text.as_bytes()),
        }
    }

    /// Reads an enum that is the name of its variant.
    pub(super) fn unit_variant<V: Visitor<'t>>(&mut self, visitor: V) -> Result<V::Value, ReadError> {
        self.budget.charge_value::<V::Value>()?;
        match self.scan.string()? {
            Text::Borrowed(name) | Text::Unescaped(name) => visitor.visit_enum(name.into_deserializer()),
        }
    }

    /// Takes an opening bracket.
    pub(super) fn open(&mut self, bracket: u8) -> Result<(), ReadError> {
        self.scan.expect(bracket)?;
        self.depth = self.depth.checked_sub(1).ok_or(ScanError::TooDeep)?;
        Ok(())
    }

    /// Takes a closing bracket.
    pub(super) fn close(&mut self, bracket: u8) -> Result<(), ReadError> {
        self.depth += 1;
        Ok(self.scan.expect(bracket)?)
    }

    /// Reads a list.
    pub(super) fn list<V: Visitor<'t>>(&mut self, items: Allocation, visitor: V) -> Result<V::Value, ReadError> {
        self.budget.charge_value::<V::Value>()?;
        self.open(b'[')?;
        let mut access = ContainerAccess::new(self, items, TagPosition::InOrder);
        let value = visitor.visit_seq(&mut access)?;
        let read = access.index;
        if self.scan.token() == Some(b',') {
            return Err(self.too_many(read));
        }
        self.close(b']')?;
        Ok(value)
    }

    /// The error of a list with more items than its visitor reads.
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

    /// Reads an object.
    pub(super) fn object<V: Visitor<'t>>(&mut self, entries: Allocation, visitor: V) -> Result<V::Value, ReadError> {
        self.budget.charge_value::<V::Value>()?;
        self.open(b'{')?;
        let tag =
            self.tag.take().map_or(TagPosition::InOrder, |tag| TagPosition::find(tag, &mut self.scan, self.depth));
        let value = visitor.visit_map(ContainerAccess::new(self, entries, tag))?;
        self.close(b'}')?;
        Ok(value)
    }
}
