//! serde's access traits over buffered lists, objects and enums.

use std::{marker::PhantomData, vec};

use serde::{
    Deserializer,
    de::{
        DeserializeSeed, EnumAccess, Error, MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
        value::StrDeserializer,
    },
};

use super::{
    Buffered,
    deserializer::{BufferedDeserializer, ErrorPath},
};

/// The items of a buffered list.
pub(super) struct ListItems<E, P> {
    items: vec::IntoIter<Buffered>,
    index: usize,
    types: PhantomData<fn() -> (E, P)>,
}

impl<E, P> ListItems<E, P> {
    pub(super) fn new(items: Vec<Buffered>) -> Self {
        Self { items: items.into_iter(), index: 0, types: PhantomData }
    }

    /// How many items were not read.
    pub(super) fn left(&self) -> usize {
        self.items.len()
    }

    /// How many items were read.
    pub(super) fn index(&self) -> usize {
        self.index
    }
}

impl<'de, E: Error, P: ErrorPath<E>> SeqAccess<'de> for ListItems<E, P> {
    type Error = E;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, E> {
        let Some(item) = self.items.next() else { return Ok(None) };
        let index = self.index;
        self.index += 1;
        seed.deserialize(BufferedDeserializer::<E, P>::new(item)).map(Some).map_err(|error| P::in_item(error, index))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

/// The entries of a buffered object.
pub(in super::super) struct MapEntries<E, P> {
    entries: vec::IntoIter<(Buffered, Buffered)>,
    value: Option<(String, Buffered)>,
    types: PhantomData<fn() -> (E, P)>,
}

impl<E, P> MapEntries<E, P> {
    pub(in super::super) fn new(entries: Vec<(Buffered, Buffered)>) -> Self {
        Self { entries: entries.into_iter(), value: None, types: PhantomData }
    }

    pub(in super::super) fn is_empty(&self) -> bool {
        self.entries.len() == 0
    }

    /// Whether a key was read and its value was not.
    pub(in super::super) fn has_value(&self) -> bool {
        self.value.is_some()
    }
}

impl<'de, E: Error, P: ErrorPath<E>> MapAccess<'de> for MapEntries<E, P> {
    type Error = E;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, E> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        self.value = Some((P::key_text(&key), value));
        seed.deserialize(BufferedDeserializer::<E, P>::key(key)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, E> {
        let (key, value) = self.value.take().unwrap_or_else(|| (String::new(), Buffered::Null));
        seed.deserialize(BufferedDeserializer::<E, P>::new(value)).map_err(|error| P::in_field(error, &key))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

/// A buffered value read as one of serde's own enums.
pub(super) struct BufferedEnum<E, P> {
    name: Buffered,
    content: Option<Buffered>,
    types: PhantomData<fn() -> (E, P)>,
}

impl<E, P> BufferedEnum<E, P> {
    pub(super) fn new(name: Buffered, content: Option<Buffered>) -> Self {
        Self { name, content, types: PhantomData }
    }
}

impl<'de, E: Error, P: ErrorPath<E>> EnumAccess<'de> for BufferedEnum<E, P> {
    type Error = E;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), E> {
        let value = match &self.name {
            Buffered::Str(name) => seed.deserialize(StrDeserializer::<E>::new(name))?,
            other => seed.deserialize(BufferedDeserializer::<E, P>::key(other.clone()))?,
        };
        Ok((value, self))
    }
}

impl<'de, E: Error, P: ErrorPath<E>> VariantAccess<'de> for BufferedEnum<E, P> {
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

impl<E: Error, P: ErrorPath<E>> BufferedEnum<E, P> {
    /// Reads the content of the variant, or null for a variant without content.
    fn content<V>(self, read: impl FnOnce(BufferedDeserializer<E, P>) -> Result<V, E>) -> Result<V, E> {
        match self.content {
            Some(content) => {
                read(BufferedDeserializer::new(content)).map_err(|error| P::in_field(error, &P::key_text(&self.name)))
            }
            None => read(BufferedDeserializer::new(Buffered::Null)),
        }
    }
}
