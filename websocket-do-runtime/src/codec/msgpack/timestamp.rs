//! The timestamp extension in serde's form.

use serde::{
    Deserializer,
    de::{DeserializeSeed, IntoDeserializer, SeqAccess, Visitor, value::BorrowedBytesDeserializer},
    forward_to_deserialize_any,
};

use crate::protocol::ReadError;

/// A pair of the extension's type and its bytes, as `rmp_serde` has extensions.
pub(super) struct TimestampPair<'b> {
    data: &'b [u8],
    part: u8,
}

impl<'b> TimestampPair<'b> {
    pub(super) fn new(data: &'b [u8]) -> Self {
        Self { data, part: 0 }
    }
}

impl<'de> Deserializer<'de> for TimestampPair<'de> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_seq(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> SeqAccess<'de> for TimestampPair<'de> {
    type Error = ReadError;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, ReadError> {
        self.part += 1;
        match self.part {
            1 => seed.deserialize((-1_i8).into_deserializer()).map(Some),
            2 => seed.deserialize(BorrowedBytesDeserializer::new(self.data)).map(Some),
            _ => Ok(None),
        }
    }
}
