//! Reading the fields of a struct or variant: keys to field numbers, values into slots, missing fields.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, Visitor},
    forward_to_deserialize_any,
};

/// Reads the next key and returns its field number from `find`, or `usize::MAX` for an unknown field.
pub fn key<'de, A: MapAccess<'de>>(
    entries: &mut A,
    tag: Option<&'static str>,
    find: fn(&str) -> usize,
) -> Result<Option<usize>, A::Error> {
    entries.next_key_seed(Key { tag, find })
}

struct Key {
    tag: Option<&'static str>,
    find: fn(&str) -> usize,
}

impl<'de> DeserializeSeed<'de> for Key {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for Key {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<usize, E> {
        match self.tag {
            Some(tag) if tag == key => Err(E::duplicate_field(tag)),
            _ => Ok((self.find)(key)),
        }
    }

    fn visit_bytes<E: Error>(self, key: &[u8]) -> Result<usize, E> {
        std::str::from_utf8(key).map_or(Ok(usize::MAX), |key| self.visit_str(key))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<usize, E> {
        Ok(usize::MAX)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<usize, E> {
        Ok(usize::MAX)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<usize, E> {
        Ok(usize::MAX)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<usize, E> {
        Ok(usize::MAX)
    }
}

/// Reads the value of a field into its slot.
pub fn field<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    entries: &mut A,
    slot: &mut Option<T>,
    name: &'static str,
) -> Result<(), A::Error> {
    if slot.is_some() {
        return Err(A::Error::duplicate_field(name));
    }
    *slot = Some(entries.next_value()?);
    Ok(())
}

/// Skips the value of an unknown field.
pub fn skip<'de, A: MapAccess<'de>>(entries: &mut A) -> Result<(), A::Error> {
    entries.next_value::<IgnoredAny>().map(|_| ())
}

/// Returns the value of a field without a default. A missing `Option`, even behind a type alias, is `None`.
pub fn required<'de, T: Deserialize<'de>, E: Error>(slot: Option<T>, name: &'static str) -> Result<T, E> {
    slot.map_or_else(|| T::deserialize(Missing::new(name)), Ok)
}

/// Returns the value of a field with a custom deserialize function, which cannot read a missing field.
pub fn present<T, E: Error>(slot: Option<T>, name: &'static str) -> Result<T, E> {
    slot.ok_or_else(|| E::missing_field(name))
}

/// Returns the value of a field with a default, which replaces a missing field and `null`.
pub fn or_default<T>(slot: Option<Option<T>>, default: impl FnOnce() -> T) -> T {
    slot.flatten().unwrap_or_else(default)
}

/// The error of an invalid variant number.
pub fn no_variant<T, E: Error>() -> Result<T, E> {
    Err(E::custom("no such variant"))
}

/// The deserializer of a missing field.
pub struct Missing<E>(&'static str, PhantomData<E>);

impl<E> Missing<E> {
    /// Creates the deserializer of a missing field with this name.
    pub fn new(name: &'static str) -> Self {
        Self(name, PhantomData)
    }
}

impl<'de, E: Error> Deserializer<'de> for Missing<E> {
    type Error = E;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, E> {
        Err(E::missing_field(self.0))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_none()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, E> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq
        tuple tuple_struct map struct enum identifier ignored_any
    }
}
