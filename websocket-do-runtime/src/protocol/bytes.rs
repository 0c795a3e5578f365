//! Fields with `#[ws(bytes_field)]`: `bin` in MessagePack, a list of numbers in JSON.

use std::{fmt, marker::PhantomData, rc::Rc, sync::Arc};

use serde::{
    Deserializer, Serialize, Serializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
    ser::SerializeStruct,
};

use super::{Type, decode, encode};

/// The largest capacity that is allocated from a size hint.
const MAX_INITIAL_CAPACITY: usize = 4096;

/// A type that is encoded as bytes. The provided functions are those of [`Field`](super::field::Field).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a byte field",
    label = "not a type of bytes",
    note = "`bytes_field` is for `Vec<u8>`, `[u8; N]`, `Box<[u8]>`, `Arc<[u8]>`, `bytes::Bytes`, and `Option`s of them"
)]
pub trait ByteField: Sized {
    /// The type in the schema.
    const TYPE: Type;

    /// Writes the bytes.
    fn put<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;

    /// Reads the bytes.
    fn take<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;

    /// Reads the value of a field into its slot.
    fn read<'de, A: MapAccess<'de>>(
        entries: &mut A,
        slot: &mut Option<Self>,
        name: &'static str,
    ) -> Result<(), A::Error> {
        if slot.is_some() {
            return Err(A::Error::duplicate_field(name));
        }
        *slot = Some(entries.next_value_seed(BytesSeed(PhantomData))?);
        Ok(())
    }

    /// Reads the value of a field with a default, where `null` counts as missing.
    fn read_or_null<'de, A: MapAccess<'de>>(
        entries: &mut A,
        slot: &mut Option<Option<Self>>,
        name: &'static str,
    ) -> Result<(), A::Error> {
        Option::<Self>::read(entries, slot, name)
    }

    /// Returns the value of a field without a default.
    fn required<E: Error>(slot: Option<Self>, name: &'static str) -> Result<Self, E> {
        slot.map_or_else(|| Self::take(decode::Missing::new(name)), Ok)
    }

    /// Writes the field, or omits it if `absent`.
    fn write<S: SerializeStruct>(&self, out: &mut S, name: &'static str, absent: bool) -> Result<(), S::Error> {
        encode::field(out, name, &AsBytes(self), absent)
    }
}

macro_rules! byte_fields {
    ($($ty:ty, [$($generics:tt)*], $from:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> ByteField for $ty {
            const TYPE: Type = Type::Bytes;

            fn put<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_bytes(self)
            }

            fn take<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                // Not `deserialize_byte_buf`: serde_json accepts a string for it.
                let bytes: Vec<u8> = deserializer.deserialize_any(BytesVisitor)?;
                ($from)(bytes).map_err(|length: usize| D::Error::invalid_length(length, &"as many bytes as its type says"))
            }
        }
    )*};
}
byte_fields! {
    Vec<u8>, [], Ok;
    Box<[u8]>, [], |bytes: Vec<u8>| Ok(bytes.into());
    Rc<[u8]>, [], |bytes: Vec<u8>| Ok(bytes.into());
    Arc<[u8]>, [], |bytes: Vec<u8>| Ok(bytes.into());
    bytes::Bytes, [], |bytes: Vec<u8>| Ok(bytes.into());
    [u8; N], [const N: usize], |bytes: Vec<u8>| bytes.try_into().map_err(|bytes: Vec<u8>| bytes.len());
}

#[diagnostic::do_not_recommend]
impl<T: ByteField> ByteField for Option<T> {
    const TYPE: Type = Type::Optional(&T::TYPE);

    fn put<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Some(bytes) => serializer.serialize_some(&AsBytes(bytes)),
            None => serializer.serialize_none(),
        }
    }

    fn take<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_option(OptionVisitor(PhantomData))
    }
}

struct AsBytes<'v, T>(&'v T);

impl<T: ByteField> Serialize for AsBytes<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.put(serializer)
    }
}

struct BytesSeed<T>(PhantomData<T>);

impl<'de, T: ByteField> DeserializeSeed<'de> for BytesSeed<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::take(deserializer)
    }
}

struct BytesVisitor;

impl<'de> Visitor<'de> for BytesVisitor {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
        Ok(bytes.to_vec())
    }

    fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
        Ok(bytes)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<u8>, A::Error> {
        let mut bytes = Vec::with_capacity(items.size_hint().unwrap_or(0).min(MAX_INITIAL_CAPACITY));
        while let Some(byte) = items.next_element()? {
            bytes.push(byte);
        }
        Ok(bytes)
    }
}

struct OptionVisitor<T>(PhantomData<T>);

impl<'de, T: ByteField> Visitor<'de> for OptionVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_none<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        T::take(deserializer).map(Some)
    }
}
