//! The frames of a client's call: the call itself, and its reply.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, Visitor},
    forward_to_deserialize_any,
};

use super::{CallId, CallValue};
use crate::{
    codec::{self, Format, Frame},
    protocol::{ClientMessage, ValidationCode, ValidationError, checks, decode},
};

/// Checks the rules of a call and writes it with its id.
///
/// # Errors
/// As [`codec::encode`].
pub(crate) fn call<M: ClientMessage>(message: &M, id: &CallId, format: Format) -> Result<Frame, ValidationError> {
    message.validate()?;
    checks::deferred(|| codec::encode_as::<M, _>(&WithId { message, id }, format))
}

struct WithId<'a, M> {
    message: &'a M,
    id: &'a CallId,
}

impl<M: ClientMessage> Serialize for WithId<'_, M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.message.write_call(Some(self.id), serializer)
    }
}

/// The content of a reply: a value, or a typed error.
pub(crate) enum Answer<T, E> {
    Value(T),
    Error(E),
}

/// Reads a reply.
///
/// # Errors
/// Returns the first value that does not fit the types or breaks a rule, with its path from the frame.
pub(crate) fn answer<M: ClientMessage, T: CallValue, E: CallValue>(
    frame: &Frame,
) -> Result<Answer<T, E>, ValidationError> {
    codec::decode_as::<M::Server, ReplyContent<T, E>>(frame)?
        .0
        .ok_or_else(|| ValidationError::new(ValidationCode::Duplicate, "has a value and an error"))
}

/// The content of a reply; [`None`] if it has both a value and an error.
struct ReplyContent<T, E>(Option<Answer<T, E>>);

impl<'de, T: CallValue, E: CallValue> Deserialize<'de> for ReplyContent<T, E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ReplyVisitor(PhantomData))
    }
}

struct ReplyVisitor<T, E>(PhantomData<(T, E)>);

impl<'de, T: CallValue, E: CallValue> Visitor<'de> for ReplyVisitor<T, E> {
    type Value = ReplyContent<T, E>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<ReplyContent<T, E>, A::Error> {
        let (mut value, mut error) = (None, None);
        let field = |name: &str| match name {
            "value" => 0,
            "error" => 1,
            _ => usize::MAX,
        };
        while let Some(key) = decode::key(&mut entries, None, field)? {
            match key {
                0 => value = Some(entries.next_value::<Read<T>>()?.0),
                1 => error = Some(entries.next_value::<Read<E>>()?.0),
                _ => decode::skip(&mut entries)?,
            }
        }
        Ok(ReplyContent(match (value, error) {
            (Some(_), Some(_)) => None,
            (Some(value), None) => Some(Answer::Value(value)),
            (None, Some(error)) => Some(Answer::Error(error)),
            // An omitted value, such as `None`.
            (None, None) => Some(Answer::Value(T::read(Omitted(PhantomData))?)),
        }))
    }
}

struct Read<T>(T);

impl<'de, T: CallValue> Deserialize<'de> for Read<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Self)
    }
}

/// The deserializer of an omitted value, which `None` and `()` are.
struct Omitted<E>(PhantomData<E>);

impl<'de, E: de::Error> Deserializer<'de> for Omitted<E> {
    type Error = E;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, E> {
        Err(E::missing_field("value"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_none()
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, E> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit_struct seq
        tuple tuple_struct map struct enum identifier ignored_any
    }
}
