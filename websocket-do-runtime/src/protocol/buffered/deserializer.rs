//! A serde deserializer over a [`Buffered`] value, for any error type.

use std::marker::PhantomData;

use serde::{
    Deserializer,
    de::{
        Error, IntoDeserializer, Unexpected, Visitor,
        value::{I64Deserializer, SeqDeserializer},
    },
    forward_to_deserialize_any,
};

use super::{
    super::decimal::parse_canonical,
    Buffered,
    access::{BufferedEnum, ListItems, MapEntries},
};

/// Adds the place of an error to it as it leaves a list or an object.
pub(super) trait ErrorPath<E> {
    /// Adds the field that the error came from.
    fn in_field(error: E, key: &str) -> E;
    /// Adds the index of the item that the error came from.
    fn in_item(error: E, index: usize) -> E;
    /// Returns the key as [`in_field`](Self::in_field) takes it.
    fn key_text(key: &Buffered) -> String;
}

/// Leaves errors unchanged and copies no keys.
pub struct IgnorePath;

impl<E> ErrorPath<E> for IgnorePath {
    fn in_field(error: E, _: &str) -> E {
        error
    }
    fn in_item(error: E, _: usize) -> E {
        error
    }
    fn key_text(_: &Buffered) -> String {
        String::new()
    }
}

/// A deserializer over a buffered value. `P` decides whether errors record their path.
pub struct BufferedDeserializer<E, P> {
    value: Buffered,
    is_key: bool,
    types: PhantomData<fn() -> (E, P)>,
}

impl<E, P> BufferedDeserializer<E, P> {
    pub(super) fn new(value: Buffered) -> Self {
        Self { value, is_key: false, types: PhantomData }
    }

    pub(super) fn key(value: Buffered) -> Self {
        Self { value, is_key: true, types: PhantomData }
    }
}

impl<E: Error> IntoDeserializer<'_, E> for Buffered {
    #[allow(private_interfaces, reason = "error paths are internal")]
    type Deserializer = BufferedDeserializer<E, IgnorePath>;

    fn into_deserializer(self) -> Self::Deserializer {
        BufferedDeserializer::new(self)
    }
}

/// Converts a float without a fraction to an integer: JavaScript has one number type.
fn integral(value: f64) -> Option<Buffered> {
    const TWO_63: f64 = 9_223_372_036_854_775_808.0;
    if value.fract() != 0.0 {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "both are exact in the checked range")]
    if (-TWO_63..TWO_63).contains(&value) {
        Some(Buffered::I64(value as i64))
    } else if (TWO_63..2.0 * TWO_63).contains(&value) {
        Some(Buffered::U64(value as u64))
    } else {
        None
    }
}

macro_rules! integers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
            self.integer().deserialize_any(visitor)
        }
    )*};
}

impl<E, P> BufferedDeserializer<E, P> {
    /// Converts `3.0` and the key `"3"` to the integer 3, for a visitor that expects an integer.
    fn integer(mut self) -> Self {
        let integer = match &self.value {
            Buffered::F64(value) => integral(*value),
            Buffered::Str(text) if self.is_key => {
                parse_canonical(text).map(Buffered::I64).or_else(|| parse_canonical(text).map(Buffered::U64))
            }
            _ => None,
        };
        if let Some(integer) = integer {
            self.value = integer;
        }
        self
    }
}

impl<'de, E: Error, P: ErrorPath<E>> Deserializer<'de> for BufferedDeserializer<E, P> {
    type Error = E;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        match self.value {
            Buffered::Null => visitor.visit_unit(),
            Buffered::Bool(value) => visitor.visit_bool(value),
            Buffered::I64(value) => visitor.visit_i64(value),
            Buffered::U64(value) => visitor.visit_u64(value),
            Buffered::F64(value) => visitor.visit_f64(value),
            Buffered::Str(value) => visitor.visit_string(value),
            Buffered::Bytes(value) => visitor.visit_byte_buf(value),
            Buffered::Timestamp(time) => visitor.visit_newtype_struct(I64Deserializer::new(time.as_millis())),
            Buffered::Seq(items) => {
                let mut items = ListItems::<E, P>::new(items);
                let value = visitor.visit_seq(&mut items)?;
                let left = items.left();
                if left == 0 { Ok(value) } else { Err(E::invalid_length(items.index() + left, &"fewer items")) }
            }
            Buffered::Map(entries) => visitor.visit_map(MapEntries::<E, P>::new(entries)),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        match (&self.value, self.is_key) {
            (Buffered::Str(text), true) if text == "true" => visitor.visit_bool(true),
            (Buffered::Str(text), true) if text == "false" => visitor.visit_bool(false),
            _ => self.deserialize_any(visitor),
        }
    }

    integers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        if self.value == Buffered::Null { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, E> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, E> {
        match self.value {
            Buffered::Map(entries) => {
                let mut entries = entries.into_iter();
                let (Some((name, content)), None) = (entries.next(), entries.next()) else {
                    return Err(E::invalid_value(Unexpected::Map, &"an object with one field"));
                };
                visitor.visit_enum(BufferedEnum::<E, P>::new(name, Some(content)))
            }
            name => visitor.visit_enum(BufferedEnum::<E, P>::new(name, None)),
        }
    }

    /// The time types of other crates ask for `str`, not `String`, and parse RFC 3339.
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        match self.value {
            Buffered::Timestamp(time) => visitor.visit_string(time.to_string()),
            _ => self.deserialize_any(visitor),
        }
    }

    /// Bytes can be read as a list of numbers.
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        match self.value {
            Buffered::Bytes(bytes) => visitor.visit_seq(SeqDeserializer::new(bytes.into_iter())),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        f32 f64 char string bytes byte_buf unit unit_struct tuple tuple_struct map struct identifier
    }
}
