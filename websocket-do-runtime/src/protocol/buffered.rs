//! A value read before it is known what it is for: the fields that stand before the tag, or a frame to be explained.

use std::{cell::Cell, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor},
};

use super::{Extension, Timestamp};

/// Any value of JSON or MessagePack, held in memory.
///
/// Reading one stops with an error after 2²⁰ parts, about a million: a part takes many times the two bytes it may have
/// on the wire, and a frame must not be able to exhaust a Worker's memory.
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
    /// An integer below zero, or any that fits.
    I64(i64),
    /// An integer from zero.
    U64(u64),
    /// A number with a fraction, or one that was written as such.
    F64(f64),
    /// Text.
    Str(String),
    /// MessagePack's `bin`.
    Bytes(Vec<u8>),
    /// MessagePack's timestamp extension.
    Timestamp(Timestamp),
    /// A list.
    Seq(Vec<Buffered>),
    /// An object, in the order of the wire and with its duplicates.
    Map(Vec<(Buffered, Buffered)>),
}

impl Buffered {
    /// An object with the entry of this key moved to the front; anything else as it is.
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
const PARTS: usize = 1 << 20;

/// The most that is allocated on the word of a frame.
const CAUTIOUS: usize = 16;

/// What may still be buffered; shared by all the parts of a frame.
#[derive(Debug)]
pub(super) struct Budget(Cell<usize>);

impl Default for Budget {
    fn default() -> Self {
        Self(Cell::new(PARTS))
    }
}

impl Budget {
    fn spend<E: Error>(&self) -> Result<(), E> {
        let rest = self.0.get().checked_sub(1);
        self.0.set(rest.ok_or_else(|| E::custom("too many parts to be held in memory"))?);
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Buffered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Budget::default().deserialize(deserializer)
    }
}

impl<'de> DeserializeSeed<'de> for &Budget {
    type Value = Buffered;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Buffered, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &Budget {
    type Value = Buffered;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of JSON or MessagePack")
    }

    fn visit_unit<E: Error>(self) -> Result<Buffered, E> {
        self.spend()?;
        Ok(Buffered::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Buffered, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Buffered, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Buffered, E> {
        self.spend()?;
        Ok(Buffered::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Buffered, E> {
        self.spend()?;
        Ok(Buffered::I64(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Buffered, E> {
        self.spend()?;
        Ok(Buffered::U64(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Buffered, E> {
        self.spend()?;
        Ok(Buffered::F64(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Buffered, E> {
        self.visit_string(value.to_owned())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Buffered, E> {
        self.spend()?;
        Ok(Buffered::Str(value))
    }

    fn visit_bytes<E: Error>(self, value: &[u8]) -> Result<Buffered, E> {
        self.visit_byte_buf(value.to_vec())
    }

    fn visit_byte_buf<E: Error>(self, value: Vec<u8>) -> Result<Buffered, E> {
        self.spend()?;
        Ok(Buffered::Bytes(value))
    }

    /// The only newtype that MessagePack knows is the extension, and the only extension left is the timestamp.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Buffered, D::Error> {
        self.spend()?;
        Extension::deserialize(deserializer).map(|Extension(time)| Buffered::Timestamp(time))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Buffered, A::Error> {
        self.spend()?;
        let mut items = Vec::with_capacity(seq.size_hint().unwrap_or(0).min(CAUTIOUS));
        while let Some(item) = seq.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Buffered::Seq(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Buffered, A::Error> {
        self.spend()?;
        let mut entries = Vec::with_capacity(map.size_hint().unwrap_or(0).min(CAUTIOUS));
        while let Some(entry) = map.next_entry_seed(self, self)? {
            entries.push(entry);
        }
        Ok(Buffered::Map(entries))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Buffered, A::Error> {
        self.spend()?;
        let (name, content) = data.variant_seed(self)?;
        Ok(Buffered::Map(vec![(name, content.newtype_variant_seed(self)?)]))
    }
}
