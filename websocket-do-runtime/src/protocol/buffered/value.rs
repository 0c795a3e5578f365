//! [`Buffered`], a value of JSON or MessagePack in memory, and the limit on how many parts it may have.

use std::{cell::Cell, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor},
};

use super::super::{Extension, Timestamp};

/// Any value of JSON or MessagePack, in memory.
///
/// Deserializing one fails after 2²⁰ (about a million) parts: a part takes many times the two bytes it may have on the wire,
/// and no frame may exhaust the memory of a Worker.
///
/// ```
/// # use websocket_do_runtime::protocol::buffered::Buffered;
/// let any: Buffered = serde_json::from_str(r#"{"seats":[1,-1,0.5]}"#)?;
/// let seats = Buffered::Seq(vec![Buffered::U64(1), Buffered::I64(-1), Buffered::F64(0.5)]);
/// assert_eq!(any, Buffered::Map(vec![(Buffered::Str("seats".into()), seats)]));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Buffered {
    /// `null`, nil or an absent value.
    Null,
    /// A boolean.
    Bool(bool),
    /// A negative integer, or one that MessagePack has as signed.
    I64(i64),
    /// An unsigned integer.
    U64(u64),
    /// A float.
    F64(f64),
    /// A string.
    Str(String),
    /// MessagePack's `bin`.
    Bytes(Vec<u8>),
    /// MessagePack's timestamp extension.
    Timestamp(Timestamp),
    /// A list.
    Seq(Vec<Buffered>),
    /// An object: its entries in the order of the wire, duplicates included.
    Map(Vec<(Buffered, Buffered)>),
}

impl Buffered {
    /// Moves the entry with this key to the front of an object. Returns any other value unchanged.
    pub(super) fn with_first(self, key: &str) -> Self {
        match self {
            Self::Map(mut entries) => {
                let found = entries.iter().position(|(name, _)| matches!(name, Self::Str(name) if name == key));
                if let Some(front) = found.and_then(|found| entries.get_mut(..=found)) {
                    front.rotate_right(1);
                }
                Self::Map(entries)
            }
            other => other,
        }
    }
}

/// How many parts one buffered value may have.
const MAX_PARTS: usize = 1 << 20;

/// The largest capacity that is allocated from a size hint.
const MAX_INITIAL_CAPACITY: usize = 16;

/// How many more parts may be buffered; shared by all parts of a frame.
#[derive(Debug)]
pub(in super::super) struct PartLimit(Cell<usize>);

impl Default for PartLimit {
    fn default() -> Self {
        Self(Cell::new(MAX_PARTS))
    }
}

impl PartLimit {
    fn take_one<E: Error>(&self) -> Result<(), E> {
        let left = self.0.get().checked_sub(1);
        self.0.set(left.ok_or_else(|| E::custom("too many parts to be held in memory"))?);
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Buffered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        PartLimit::default().deserialize(deserializer)
    }
}

impl<'de> DeserializeSeed<'de> for &PartLimit {
    type Value = Buffered;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Buffered, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &PartLimit {
    type Value = Buffered;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of JSON or MessagePack")
    }

    fn visit_unit<E: Error>(self) -> Result<Buffered, E> {
        self.take_one()?;
        Ok(Buffered::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Buffered, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Buffered, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Buffered, E> {
        self.take_one()?;
        Ok(Buffered::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Buffered, E> {
        self.take_one()?;
        Ok(Buffered::I64(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Buffered, E> {
        self.take_one()?;
        Ok(Buffered::U64(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Buffered, E> {
        self.take_one()?;
        Ok(Buffered::F64(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Buffered, E> {
        self.visit_string(value.to_owned())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Buffered, E> {
        self.take_one()?;
        Ok(Buffered::Str(value))
    }

    fn visit_bytes<E: Error>(self, value: &[u8]) -> Result<Buffered, E> {
        self.visit_byte_buf(value.to_vec())
    }

    fn visit_byte_buf<E: Error>(self, value: Vec<u8>) -> Result<Buffered, E> {
        self.take_one()?;
        Ok(Buffered::Bytes(value))
    }

    /// A newtype is a MessagePack extension, and the timestamp is the only extension that reaches a visitor.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Buffered, D::Error> {
        self.take_one()?;
        Extension::deserialize(deserializer).map(|Extension(time)| Buffered::Timestamp(time))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Buffered, A::Error> {
        self.take_one()?;
        let mut items = Vec::with_capacity(seq.size_hint().unwrap_or(0).min(MAX_INITIAL_CAPACITY));
        while let Some(item) = seq.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Buffered::Seq(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Buffered, A::Error> {
        self.take_one()?;
        let mut entries = Vec::with_capacity(map.size_hint().unwrap_or(0).min(MAX_INITIAL_CAPACITY));
        while let Some(entry) = map.next_entry_seed(self, self)? {
            entries.push(entry);
        }
        Ok(Buffered::Map(entries))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Buffered, A::Error> {
        self.take_one()?;
        let (name, content) = data.variant_seed(self)?;
        Ok(Buffered::Map(vec![(name, content.newtype_variant_seed(self)?)]))
    }
}
