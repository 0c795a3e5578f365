//! Calls: client messages with an id, and the frames that answer them. The derived impls name the types of their answers.
//!
//! `head.rs` reads the id of a frame; `server.rs` and `client.rs` write and read the frames of each side.

#[cfg(feature = "client")]
mod client;
#[cfg(any(feature = "server", feature = "client"))]
mod head;
#[cfg(feature = "server")]
mod server;

use std::convert::Infallible;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned, ser::SerializeStruct};

#[cfg(feature = "client")]
pub(crate) use self::client::{Answer, answer, call};
#[cfg(feature = "client")]
pub(crate) use self::head::{AnswerKind, answer_head};
#[cfg(feature = "server")]
pub(crate) use self::head::{call_head, call_id};
#[cfg(feature = "server")]
pub(crate) use self::server::{ErrorFrame, reply};
use super::{decode::is_same, schema::MessageSchema};

/// The name of the message that answers a call. The server's enum cannot have a message with this name.
pub const REPLY: &str = "reply";

/// The id of a call, which its answer repeats.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CallId {
    /// An integer from 0 to 2^53.
    Integer(u64),
    /// A string of at most 64 bytes.
    Text(Box<str>),
}

impl Serialize for CallId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Integer(id) => serializer.serialize_u64(*id),
            Self::Text(id) => serializer.serialize_str(id),
        }
    }
}

/// Writes the id of a call into its message, if it has one.
pub fn write_id<S: SerializeStruct>(out: &mut S, name: &'static str, id: Option<&CallId>) -> Result<(), S::Error> {
    id.map_or(Ok(()), |id| out.serialize_field(name, id))
}

/// A variant of a client enum that is a call. `HASH` is that of the variant's name (FNV-1a), by which the macro of a room names it.
pub trait CallVariant<const HASH: u64> {
    /// The value that answers the call.
    type Reply: CallValue + 'static;
    /// The typed error that answers it, or [`AnyError`].
    type Error: CallValue;

    /// Whether a value is omitted from the answer.
    const IS_ABSENT: fn(&Self::Reply) -> bool;
}

/// A value in the answer of a call: any that serde can serialize and deserialize.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the answer of a call",
    label = "does not implement `Serialize` and `Deserialize`",
    note = "derive `WsProtocol` on it, or serde's `Serialize` and `Deserialize`"
)]
// Without supertraits, as rustc would report each missing one too.
pub trait CallValue: Sized {
    /// Writes the value.
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;

    /// Reads a value.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> CallValue for T {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.serialize(serializer)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

/// Any error of a handler: the call has no typed error, and its caller learns only that it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnyError(Infallible);

/// The typed error of a call without one: there is no such value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoError(Infallible);

macro_rules! uninhabited {
    ($($ty:ident)*) => {$(
        impl Serialize for $ty {
            fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
                match self.0 {}
            }
        }

        impl<'de> Deserialize<'de> for $ty {
            fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
                Err(serde::de::Error::custom("the call has no typed error"))
            }
        }
    )*};
}
uninhabited! { AnyError NoError }

/// Whether a protocol has a message with this name.
pub const fn has_message(schema: &MessageSchema, name: &str) -> bool {
    let mut rest = schema.variants;
    while let [variant, after @ ..] = rest {
        if is_same(variant.name.as_bytes(), name.as_bytes()) {
            return true;
        }
        rest = after;
    }
    false
}

/// Whether a name is that of a field of the reply of a call: the id's, `value` or `error`.
pub const fn is_answer_field(name: &str, id: &str) -> bool {
    is_same(name.as_bytes(), id.as_bytes()) || is_same(name.as_bytes(), b"value") || is_same(name.as_bytes(), b"error")
}
