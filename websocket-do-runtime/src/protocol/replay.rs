//! serde's way from a [`Buffered`] value into a type, for any error type. May know nothing of messages.

use std::{marker::PhantomData, str::FromStr, vec};

use serde::{
    Deserializer,
    de::{
        DeserializeSeed, EnumAccess, Error, IntoDeserializer, MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
        value::{I64Deserializer, SeqDeserializer, StrDeserializer},
    },
    forward_to_deserialize_any,
};

use super::buffered::Buffered;

/// What happens to an error on its way out of a list or an object.
pub(super) trait Trace<E> {
    /// The error came from this field.
    fn within(error: E, key: &str) -> E;
    /// The error came from this item.
    fn at(error: E, index: usize) -> E;
    /// The key as `within` will need it.
    fn remember(key: &Buffered) -> String;
}

/// Errors stay as they are, and no key is copied.
pub struct Quiet;

impl<E> Trace<E> for Quiet {
    fn within(error: E, _: &str) -> E {
        error
    }
    fn at(error: E, _: usize) -> E {
        error
    }
    fn remember(_: &Buffered) -> String {
        String::new()
    }
}

/// Deserializes from a buffered value.
pub struct Reader<E, T> {
    value: Buffered,
    is_key: bool,
    kind: PhantomData<fn() -> (E, T)>,
}

impl<E, T> Reader<E, T> {
    pub(super) fn new(value: Buffered) -> Self {
        Self { value, is_key: false, kind: PhantomData }
    }

    pub(super) fn key(value: Buffered) -> Self {
        Self { value, is_key: true, kind: PhantomData }
    }
}

impl<E: Error> IntoDeserializer<'_, E> for Buffered {
    #[allow(private_interfaces, reason = "how errors are traced is nobody else's business")]
    type Deserializer = Reader<E, Quiet>;

    fn into_deserializer(self) -> Self::Deserializer {
        Reader::new(self)
    }
}

/// The number as an integer, when it is one: JavaScript has only one kind of number.
pub(super) fn integral(value: f64) -> Option<Buffered> {
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

/// The integer that is written so and not otherwise, as `+3` or `03`: two keys must not become one.
fn written<N: FromStr + ToString>(text: &str) -> Option<N> {
    text.parse().ok().filter(|integer: &N| integer.to_string() == text)
}

macro_rules! integers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
            self.integer().deserialize_any(visitor)
        }
    )*};
}

impl<E, T> Reader<E, T> {
    /// Turns `3.0` into `3` and, among keys, `"3"` into `3`, for a target that is an integer.
    fn integer(mut self) -> Self {
        let integer = match &self.value {
            Buffered::F64(value) => integral(*value),
            Buffered::Str(text) if self.is_key => {
                written(text).map(Buffered::I64).or_else(|| written(text).map(Buffered::U64))
            }
            _ => None,
        };
        if let Some(integer) = integer {
            self.value = integer;
        }
        self
    }
}

impl<'de, E: Error, T: Trace<E>> Deserializer<'de> for Reader<E, T> {
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
                let mut items = Items::<E, T> { items: items.into_iter(), index: 0, kind: PhantomData };
                let value = visitor.visit_seq(&mut items)?;
                let left = items.items.len();
                if left == 0 { Ok(value) } else { Err(E::invalid_length(items.index + left, &"fewer items")) }
            }
            Buffered::Map(entries) => visitor.visit_map(Entries::<E, T>::new(entries)),
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
                visitor.visit_enum(Choice::<E, T> { name, content: Some(content), kind: PhantomData })
            }
            name => visitor.visit_enum(Choice::<E, T> { name, content: None, kind: PhantomData }),
        }
    }

    /// What asks for `str` and not for `String` may be one of the time types of other crates, which read RFC 3339.
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        match self.value {
            Buffered::Timestamp(time) => visitor.visit_string(time.to_string()),
            _ => self.deserialize_any(visitor),
        }
    }

    /// Bytes are a list of numbers to a list.
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

/// The items of a buffered list.
struct Items<E, T> {
    items: vec::IntoIter<Buffered>,
    index: usize,
    kind: PhantomData<fn() -> (E, T)>,
}

impl<'de, E: Error, T: Trace<E>> SeqAccess<'de> for Items<E, T> {
    type Error = E;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, E> {
        let Some(item) = self.items.next() else { return Ok(None) };
        let index = self.index;
        self.index += 1;
        seed.deserialize(Reader::<E, T>::new(item)).map(Some).map_err(|error| T::at(error, index))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

/// The entries of a buffered object.
pub(super) struct Entries<E, T> {
    entries: vec::IntoIter<(Buffered, Buffered)>,
    value: Option<(String, Buffered)>,
    kind: PhantomData<fn() -> (E, T)>,
}

impl<E, T> Entries<E, T> {
    pub(super) fn new(entries: Vec<(Buffered, Buffered)>) -> Self {
        Self { entries: entries.into_iter(), value: None, kind: PhantomData }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.len() == 0
    }

    /// Whether a key was read whose value was not.
    pub(super) fn has_value(&self) -> bool {
        self.value.is_some()
    }
}

impl<'de, E: Error, T: Trace<E>> MapAccess<'de> for Entries<E, T> {
    type Error = E;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, E> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        self.value = Some((T::remember(&key), value));
        seed.deserialize(Reader::<E, T>::key(key)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, E> {
        let (key, value) = self.value.take().unwrap_or_else(|| (String::new(), Buffered::Null));
        seed.deserialize(Reader::<E, T>::new(value)).map_err(|error| T::within(error, &key))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

/// A buffered value read as one of serde's own enums.
struct Choice<E, T> {
    name: Buffered,
    content: Option<Buffered>,
    kind: PhantomData<fn() -> (E, T)>,
}

impl<'de, E: Error, T: Trace<E>> EnumAccess<'de> for Choice<E, T> {
    type Error = E;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), E> {
        let value = match &self.name {
            Buffered::Str(name) => seed.deserialize(StrDeserializer::<E>::new(name))?,
            other => seed.deserialize(Reader::<E, T>::key(other.clone()))?,
        };
        Ok((value, self))
    }
}

impl<'de, E: Error, T: Trace<E>> VariantAccess<'de> for Choice<E, T> {
    type Error = E;

    fn unit_variant(self) -> Result<(), E> {
        match self.content {
            None | Some(Buffered::Null) => Ok(()),
            Some(_) => Err(E::invalid_type(Unexpected::Map, &"a string")),
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, E> {
        self.content(|content| seed.deserialize(content))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, E> {
        self.content(|content| content.deserialize_any(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, E> {
        self.content(|content| content.deserialize_any(visitor))
    }
}

impl<E: Error, T: Trace<E>> Choice<E, T> {
    /// Reads what stands under the variant's name, if anything does.
    fn content<V>(self, read: impl FnOnce(Reader<E, T>) -> Result<V, E>) -> Result<V, E> {
        match self.content {
            Some(content) => read(Reader::new(content)).map_err(|error| T::within(error, &T::remember(&self.name))),
            None => read(Reader::new(Buffered::Null)),
        }
    }
}
