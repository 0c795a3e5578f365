//! The head of a frame: its tag, and the id of the call that it makes or answers.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::CallId;
#[cfg(feature = "client")]
use crate::protocol::Message;
use crate::{
    codec::{self, Frame},
    protocol::{ClientMessage, ValidationCode, ValidationError, decode},
};

/// The largest id that is an integer, 2^53: JavaScript holds no larger one exactly.
const MAX_ID: u64 = 1 << 53;

/// The most bytes of an id that is a string.
const MAX_ID_BYTES: usize = 64;

/// The names of the fields of a head.
trait Names {
    /// [`None`] if the tag is not read.
    const TAG: Option<&'static str>;
    const ID: &'static str;
}

/// A frame of a client that sends `M`.
#[cfg(feature = "server")]
struct OfClient<M>(PhantomData<M>);

/// A call of a client that sends `M`, whose tag is known.
#[cfg(feature = "server")]
struct OfCall<M>(PhantomData<M>);

/// A frame of the server of clients that send `M`.
#[cfg(feature = "client")]
struct OfServer<M>(PhantomData<M>);

const fn id_of<M: ClientMessage>() -> &'static str {
    match M::SCHEMA.call_id {
        Some(id) => id,
        None => "",
    }
}

#[cfg(feature = "server")]
impl<M: ClientMessage> Names for OfCall<M> {
    const TAG: Option<&'static str> = None;
    const ID: &'static str = id_of::<M>();
}

#[cfg(feature = "server")]
impl<M: ClientMessage> Names for OfClient<M> {
    const TAG: Option<&'static str> = Some(M::SCHEMA.tag);
    const ID: &'static str = id_of::<M>();
}

#[cfg(feature = "client")]
impl<M: ClientMessage> Names for OfServer<M> {
    const TAG: Option<&'static str> = Some(M::Server::SCHEMA.tag);
    const ID: &'static str = id_of::<M>();
}

/// Returns the id of a call, which the frame is; [`None`] if it has none.
///
/// # Errors
/// Returns an error if the id is not one.
#[cfg(feature = "server")]
pub(crate) fn call_id<M: ClientMessage>(frame: &Frame) -> Result<Option<CallId>, ValidationError> {
    let Ok(Head::<OfCall<M>> { id, .. }) = codec::decode_as::<M, _>(frame) else { return Ok(None) };
    id.map_err(|error| error.within(id_of::<M>()))
}

/// Returns the id of a client's frame if it is a call, or may be one: the message has an unknown name. The frame need not be a
/// valid message. [`None`] for a call without an id.
///
/// # Errors
/// Returns an error if a call has an id that is not one.
#[cfg(feature = "server")]
pub(crate) fn call_head<M: ClientMessage>(frame: &Frame) -> Result<Option<CallId>, ValidationError> {
    let Ok(Head::<OfClient<M>> { tag, id, .. }) = codec::decode_as::<M, _>(frame) else { return Ok(None) };
    let variant = tag.and_then(|tag| M::SCHEMA.variants.iter().find(|variant| variant.name == tag));
    match variant {
        Some(variant) if variant.call.is_none() => Ok(None),
        _ => id.map_err(|error| error.within(id_of::<M>())),
    }
}

/// What a server's frame is, for a client with calls.
#[cfg(feature = "client")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AnswerKind {
    /// The reply of a call: its value, or its typed error.
    Reply,
    /// An error frame.
    Error,
}

/// Returns the id of the call that a server's frame answers, and how. [`None`] for any other frame.
#[cfg(feature = "client")]
pub(crate) fn answer_head<M: ClientMessage>(frame: &Frame) -> Option<(CallId, AnswerKind)> {
    let Head::<OfServer<M>> { tag, id, has_error, .. } = codec::decode_as::<M::Server, _>(frame).ok()?;
    let kind = match tag.as_deref() {
        Some(super::REPLY) => AnswerKind::Reply,
        None if has_error => AnswerKind::Error,
        _ => return None,
    };
    Some((id.ok()??, kind))
}

/// The tag and the id of a frame.
struct Head<N> {
    tag: Option<String>,
    id: Result<Option<CallId>, ValidationError>,
    /// Whether it has a field `error`.
    has_error: bool,
    names: PhantomData<N>,
}

impl<'de, N: Names> Deserialize<'de> for Head<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeadVisitor(PhantomData))
    }
}

struct HeadVisitor<N>(PhantomData<N>);

impl<'de, N: Names> Visitor<'de> for HeadVisitor<N> {
    type Value = Head<N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Head<N>, A::Error> {
        let mut head = Head { tag: None, id: Ok(None), has_error: false, names: PhantomData };
        let mut has_id = false;
        while let Some(key) = decode::key(&mut entries, None, field::<N>)? {
            match key {
                ID if has_id => {
                    decode::skip(&mut entries)?;
                    head.id = Err(ValidationError::new(ValidationCode::Duplicate, "is duplicated"));
                }
                ID => {
                    has_id = true;
                    head.id = entries.next_value::<Id>()?.0;
                }
                TAG => head.tag = entries.next_value::<Text>()?.0,
                key => {
                    head.has_error |= key == ERROR;
                    decode::skip(&mut entries)?;
                }
            }
        }
        Ok(head)
    }
}

/// The numbers of the fields.
const ID: usize = 0;
const TAG: usize = 1;
const ERROR: usize = 2;

fn field<N: Names>(name: &str) -> usize {
    match name {
        name if name == N::ID => ID,
        name if Some(name) == N::TAG => TAG,
        "error" => ERROR,
        _ => usize::MAX,
    }
}

/// A string, or [`None`] for any other value.
struct Text(Option<String>);

/// An id, [`None`] for an absent one.
struct Id(Result<Option<CallId>, ValidationError>);

/// What [`AnyVisitor`] makes of a value.
enum Value<'a> {
    Absent,
    Integer(u64),
    Str(Cow<'a, str>),
    Other,
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match deserializer.deserialize_any(AnyVisitor)? {
            Value::Str(text) => Some(text.into_owned()),
            _ => None,
        }))
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong = || {
            let message = format!("must be a whole number from 0 to 2^53 or a string of at most {MAX_ID_BYTES} bytes");
            ValidationError::new(ValidationCode::Invalid, message)
        };
        Ok(Self(match deserializer.deserialize_any(AnyVisitor)? {
            Value::Absent => Ok(None),
            Value::Integer(id) if id <= MAX_ID => Ok(Some(CallId::Integer(id))),
            Value::Str(id) if id.len() <= MAX_ID_BYTES => Ok(Some(CallId::Text(id.into()))),
            Value::Integer(_) | Value::Str(_) | Value::Other => Err(wrong()),
        }))
    }
}

/// Takes any value, and fails only if it cannot be read.
struct AnyVisitor;

impl<'de> Visitor<'de> for AnyVisitor {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Value<'de>, E> {
        Ok(Value::Other)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value<'de>, E> {
        Ok(Value::Integer(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value<'de>, E> {
        Ok(u64::try_from(value).map_or(Value::Other, Value::Integer))
    }

    fn visit_u128<E: Error>(self, _: u128) -> Result<Value<'de>, E> {
        Ok(Value::Other)
    }

    fn visit_i128<E: Error>(self, _: i128) -> Result<Value<'de>, E> {
        Ok(Value::Other)
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "up to 2^53"
    )]
    fn visit_f64<E: Error>(self, value: f64) -> Result<Value<'de>, E> {
        let is_integer = value.fract() == 0.0 && (0.0..=MAX_ID as f64).contains(&value);
        Ok(if is_integer { Value::Integer(value as u64) } else { Value::Other })
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Str(Cow::Borrowed(value)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value<'de>, E> {
        Ok(Value::Str(Cow::Owned(value.to_owned())))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value<'de>, E> {
        Ok(Value::Str(Cow::Owned(value)))
    }

    fn visit_bytes<E: Error>(self, value: &[u8]) -> Result<Value<'de>, E> {
        std::str::from_utf8(value).map_or(Ok(Value::Other), |text| self.visit_str(text))
    }

    fn visit_none<E: Error>(self) -> Result<Value<'de>, E> {
        Ok(Value::Absent)
    }

    fn visit_unit<E: Error>(self) -> Result<Value<'de>, E> {
        Ok(Value::Absent)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value<'de>, D::Error> {
        // An extension of MessagePack, such as a timestamp.
        IgnoredAny::deserialize(deserializer)?;
        Ok(Value::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value<'de>, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value<'de>, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Other)
    }
}
