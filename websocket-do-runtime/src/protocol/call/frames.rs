//! The frames of calls: the call itself, its reply, and the error frame that answers it.

#[cfg(feature = "server")]
use std::any::TypeId;
#[cfg(feature = "client")]
use std::{fmt, marker::PhantomData};

#[cfg(feature = "client")]
use serde::{
    Deserialize, Deserializer,
    de::{self, IgnoredAny, MapAccess, Visitor},
    forward_to_deserialize_any,
};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::{CallId, CallValue, REPLY};
#[cfg(feature = "client")]
use crate::protocol::{ValidationCode, checks};
use crate::{
    codec::{self, Format, Frame},
    protocol::{ClientMessage, Message, ValidationError},
};

/// The error frame: the answer to a message that is not valid or whose handler failed.
#[cfg(feature = "server")]
pub(crate) struct ErrorFrame<'a> {
    pub(crate) error: &'a str,
    pub(crate) code: &'a str,
    pub(crate) path: Option<&'a str>,
    /// The name of the id's field, and the id of the call that the frame answers.
    pub(crate) call: Option<(&'static str, &'a CallId)>,
}

#[cfg(feature = "server")]
impl Serialize for ErrorFrame<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = 2 + usize::from(self.path.is_some()) + usize::from(self.call.is_some());
        let mut out = serializer.serialize_struct("Error", fields)?;
        out.serialize_field("error", self.error)?;
        out.serialize_field("code", self.code)?;
        if let Some(path) = self.path {
            out.serialize_field("path", path)?;
        }
        if let Some((name, id)) = self.call {
            out.serialize_field(name, id)?;
        }
        out.end()
    }
}

/// Writes the reply of a call: its value, unless `is_absent` or `()`, or its typed error.
///
/// # Errors
/// Returns the first broken rule, or the first number that JavaScript cannot hold, with its path from the frame.
#[cfg(feature = "server")]
pub(crate) fn reply<M: ClientMessage, T: CallValue + 'static, E: CallValue>(
    id: &CallId,
    result: &Result<T, E>,
    is_absent: fn(&T) -> bool,
    format: Format,
) -> Result<Frame, ValidationError> {
    let omits = |value: &T| is_absent(value) || TypeId::of::<T>() == TypeId::of::<()>();
    let result = result.as_ref().map(|value| (!omits(value)).then_some(value));
    let frame = ReplyFrame { tag: M::Server::SCHEMA.tag, id: (M::SCHEMA.call_id.unwrap_or_default(), id), result };
    codec::encode_as::<M::Server, _>(&frame, format)
}

#[cfg(feature = "server")]
struct ReplyFrame<'a, T, E> {
    tag: &'static str,
    id: (&'static str, &'a CallId),
    result: Result<Option<&'a T>, &'a E>,
}

#[cfg(feature = "server")]
impl<T: CallValue, E: CallValue> Serialize for ReplyFrame<'_, T, E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = 2 + usize::from(!matches!(self.result, Ok(None)));
        let mut out = serializer.serialize_struct("Reply", fields)?;
        out.serialize_field(self.tag, REPLY)?;
        out.serialize_field(self.id.0, self.id.1)?;
        match self.result {
            Ok(Some(value)) => out.serialize_field("value", &Written(value))?,
            Ok(None) => {}
            Err(error) => out.serialize_field("error", &Written(error))?,
        }
        out.end()
    }
}

#[cfg(feature = "server")]
struct Written<'a, T>(&'a T);

#[cfg(feature = "server")]
impl<T: CallValue> Serialize for Written<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer)
    }
}

/// Checks the rules of a call and writes it with its id.
///
/// # Errors
/// As [`codec::encode`].
#[cfg(feature = "client")]
pub(crate) fn call<M: ClientMessage>(message: &M, id: &CallId, format: Format) -> Result<Frame, ValidationError> {
    message.validate()?;
    checks::deferred(|| codec::encode_as::<M, _>(&WithId { message, id }, format))
}

#[cfg(feature = "client")]
struct WithId<'a, M> {
    message: &'a M,
    id: &'a CallId,
}

#[cfg(feature = "client")]
impl<M: ClientMessage> Serialize for WithId<'_, M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.message.write_call(Some(self.id), serializer)
    }
}

/// The content of a reply: a value, or a typed error.
#[cfg(feature = "client")]
pub(crate) enum Answer<T, E> {
    Value(T),
    Error(E),
}

/// Reads a reply.
///
/// # Errors
/// Returns the first value that does not fit the types or breaks a rule, with its path from the frame.
#[cfg(feature = "client")]
pub(crate) fn answer<M: ClientMessage, T: CallValue, E: CallValue>(
    frame: &Frame,
) -> Result<Answer<T, E>, ValidationError> {
    codec::decode_as::<M::Server, ReplyContent<T, E>>(frame)?
        .0
        .ok_or_else(|| ValidationError::new(ValidationCode::Duplicate, "has a value and an error"))
}

/// The content of a reply; [`None`] if it has both a value and an error.
#[cfg(feature = "client")]
struct ReplyContent<T, E>(Option<Answer<T, E>>);

#[cfg(feature = "client")]
impl<'de, T: CallValue, E: CallValue> Deserialize<'de> for ReplyContent<T, E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ReplyVisitor(PhantomData))
    }
}

#[cfg(feature = "client")]
struct ReplyVisitor<T, E>(PhantomData<(T, E)>);

#[cfg(feature = "client")]
impl<'de, T: CallValue, E: CallValue> Visitor<'de> for ReplyVisitor<T, E> {
    type Value = ReplyContent<T, E>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<ReplyContent<T, E>, A::Error> {
        let (mut value, mut error) = (None, None);
        while let Some(key) = entries.next_key::<String>()? {
            match key.as_str() {
                "value" => value = Some(entries.next_value::<Read<T>>()?.0),
                "error" => error = Some(entries.next_value::<Read<E>>()?.0),
                _ => drop(entries.next_value::<IgnoredAny>()?),
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

#[cfg(feature = "client")]
struct Read<T>(T);

#[cfg(feature = "client")]
impl<'de, T: CallValue> Deserialize<'de> for Read<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Self)
    }
}

/// The deserializer of an omitted value, which `None` and `()` are.
#[cfg(feature = "client")]
struct Omitted<E>(PhantomData<E>);

#[cfg(feature = "client")]
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
