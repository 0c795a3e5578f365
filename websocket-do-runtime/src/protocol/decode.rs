//! The functions that derived `Deserialize` impls call: they find the tag of a message, then read its fields.

mod fields;

use std::{fmt, marker::PhantomData, rc::Rc, sync::Arc};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, MapAccess, Visitor},
    ser::SerializeStruct,
};

use super::{
    Validate,
    buffered::{Buffered, IgnorePath, MapEntries, PartLimit},
    checks,
};

#[doc(hidden)]
pub use fields::{Missing, field, key, no_variant, or_default, present, required, skip};

/// A struct whose fields can be read from their own object or from the object of a message, beside the tag.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the only value of a variant: its fields are placed beside the tag, and it has none",
    label = "not a struct with `#[derive(WsProtocol)]`",
    note = "derive `WsProtocol` on the struct, or name the field: `Variant {{ value: {Self} }}`"
)]
pub trait Record: Sized {
    /// The Rust name.
    const NAME: &'static str;
    /// The names and aliases of the fields.
    const FIELDS: &'static [&'static str];

    /// Reads the fields. `tag` is the field that was already read; another one is a duplicate.
    fn read<'de, A: MapAccess<'de>>(entries: A, tag: Option<&'static str>) -> Result<Self, A::Error>;

    /// Returns how many fields are written.
    fn present(&self) -> usize;

    /// Writes the fields.
    fn write<S: SerializeStruct>(&self, out: &mut S) -> Result<(), S::Error>;
}

macro_rules! pointers {
    ($($pointer:ident)*) => {$(
        impl<T: Record> Record for $pointer<T> {
            const NAME: &'static str = T::NAME;
            const FIELDS: &'static [&'static str] = T::FIELDS;

            fn read<'de, A: MapAccess<'de>>(entries: A, tag: Option<&'static str>) -> Result<Self, A::Error> {
                T::read(entries, tag).map(Self::new)
            }

            fn present(&self) -> usize {
                T::present(self)
            }

            fn write<S: SerializeStruct>(&self, out: &mut S) -> Result<(), S::Error> {
                T::write(self, out)
            }
        }
    )*};
}
pointers! { Box Rc Arc }

/// Whether a record has a field with this name, to find conflicts with the tag.
#[doc(hidden)]
pub const fn has_field<T: Record>(name: &str) -> bool {
    let mut rest = T::FIELDS;
    while let [field, after @ ..] = rest {
        if is_same(field.as_bytes(), name.as_bytes()) {
            return true;
        }
        rest = after;
    }
    false
}

pub(super) const fn is_same(mut one: &[u8], mut other: &[u8]) -> bool {
    while let ([a, rest_of_one @ ..], [b, rest_of_other @ ..]) = (one, other) {
        if *a != *b {
            return false;
        }
        (one, other) = (rest_of_one, rest_of_other);
    }
    one.is_empty() && other.is_empty()
}

/// The decoder's view of a message enum.
#[doc(hidden)]
pub trait Tagged: Sized {
    /// The field that holds the variant's name.
    const TAG: &'static str;
    /// The names of the variants.
    const NAMES: &'static [&'static str];

    /// Returns the number of the variant with this name.
    fn variant(name: &str) -> Option<usize>;

    /// Reads the fields of a variant, whose tag was already read.
    fn read<'de, A: MapAccess<'de>>(variant: usize, entries: A) -> Result<Self, A::Error>;
}

/// Reads a derived struct and checks its rules.
#[doc(hidden)]
pub fn record<'de, T: Record + Validate, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    checks::read(|| deserializer.deserialize_struct(T::NAME, T::FIELDS, RecordVisitor(PhantomData)))
}

/// Reads a message and checks its rules.
#[doc(hidden)]
pub fn message<'de, T: Tagged + Validate, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    checks::read(|| deserializer.deserialize_map(MessageVisitor(PhantomData)))
}

struct RecordVisitor<T>(PhantomData<T>);

impl<'de, T: Record> Visitor<'de> for RecordVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<T, A::Error> {
        T::read(entries, None)
    }
}

struct MessageVisitor<T>(PhantomData<T>);

impl<'de, T: Tagged> Visitor<'de> for MessageVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<T, A::Error> {
        let limit = PartLimit::default();
        match entries.next_key_seed(FirstKeys { tag: T::TAG, limit: &limit })? {
            None => Err(A::Error::missing_field(T::TAG)),
            Some(None) => T::read(entries.next_value_seed(TagValue::<T>(PhantomData))?, entries),
            Some(Some(first)) => tag_later(first, entries, &limit),
        }
    }
}

/// Reads a message whose tag is not its first field: buffers the fields before it.
fn tag_later<'de, T: Tagged, A: MapAccess<'de>>(
    first: Buffered,
    mut entries: A,
    limit: &PartLimit,
) -> Result<T, A::Error> {
    let mut before = vec![(first, entries.next_value_seed(limit)?)];
    loop {
        match entries.next_key_seed(FirstKeys { tag: T::TAG, limit })? {
            None => return Err(A::Error::missing_field(T::TAG)),
            Some(None) => break,
            Some(Some(key)) => before.push((key, entries.next_value_seed(limit)?)),
        }
    }
    let variant = entries.next_value_seed(TagValue::<T>(PhantomData))?;
    T::read(variant, ChainedFields { before: MapEntries::new(before), after: entries })
}

/// Reads a key: `None` if it is the tag, otherwise the buffered key.
struct FirstKeys<'a> {
    tag: &'static str,
    limit: &'a PartLimit,
}

impl<'de> DeserializeSeed<'de> for FirstKeys<'_> {
    type Value = Option<Buffered>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for FirstKeys<'_> {
    type Value = Option<Buffered>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        if key == self.tag { Ok(None) } else { self.limit.visit_str(key).map(Some) }
    }

    fn visit_bytes<E: Error>(self, key: &[u8]) -> Result<Self::Value, E> {
        if key == self.tag.as_bytes() { Ok(None) } else { self.limit.visit_bytes(key).map(Some) }
    }

    fn visit_bool<E: Error>(self, key: bool) -> Result<Self::Value, E> {
        self.limit.visit_bool(key).map(Some)
    }

    fn visit_i64<E: Error>(self, key: i64) -> Result<Self::Value, E> {
        self.limit.visit_i64(key).map(Some)
    }

    fn visit_u64<E: Error>(self, key: u64) -> Result<Self::Value, E> {
        self.limit.visit_u64(key).map(Some)
    }

    fn visit_f64<E: Error>(self, key: f64) -> Result<Self::Value, E> {
        self.limit.visit_f64(key).map(Some)
    }
}

/// Reads the value of the tag: the number of the variant.
struct TagValue<T>(PhantomData<T>);

impl<'de, T: Tagged> DeserializeSeed<'de> for TagValue<T> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<T: Tagged> Visitor<'_> for TagValue<T> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<usize, E> {
        T::variant(name).ok_or_else(|| E::unknown_variant(name, T::NAMES))
    }
}

/// The fields before the tag, then those after it.
struct ChainedFields<E, A> {
    before: MapEntries<E, IgnorePath>,
    after: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for ChainedFields<A::Error, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        if self.before.is_empty() { self.after.next_key_seed(seed) } else { self.before.next_key_seed(seed) }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        if self.before.has_value() { self.before.next_value_seed(seed) } else { self.after.next_value_seed(seed) }
    }
}
