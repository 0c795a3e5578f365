#![doc = include_str!("codec/wire.md")]

mod budget;
mod format;
mod javascript;
mod json;
mod msgpack;
mod number;
#[cfg(test)]
mod tests;

use std::io;

use serde::Serialize;
#[cfg(any(feature = "client", feature = "server"))]
use serde::de::DeserializeOwned;

#[cfg(feature = "server")]
use crate::protocol::ReadError;
#[cfg(doc)]
use crate::protocol::ValidationCode;
use crate::protocol::{Message, TextCodec, ValidationError, checks::deferred};

pub use format::{Format, Frame, UnknownFormat};
pub use json::Json;

/// Checks the rules of a message and encodes it as one frame.
///
/// # Errors
/// Returns the first broken rule ([`ValidationCode::Rule`]), or the first number that JavaScript cannot hold
/// ([`ValidationCode::Number`]), with its path. A value whose own `Serialize` fails is [`ValidationCode::Invalid`].
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// # use websocket_do_runtime::codec::{self, Format, Frame, Json};
/// # use websocket_do_runtime::protocol::{Message, MessageSchema, ValidationError, ValidationCode, Type, Validate, Value};
/// # #[derive(Debug, PartialEq, Serialize, Deserialize)]
/// # #[serde(tag = "type", rename_all = "camelCase")]
/// # enum ClientMessage { Place { seat: u8 } }
/// # impl Value for ClientMessage { const TYPE: Type = Type::Opaque; }
/// # impl Validate for ClientMessage {
/// #     fn validate(&self) -> Result<(), ValidationError> {
/// #         let Self::Place { seat } = self;
/// #         if *seat <= 9 { return Ok(()) }
/// #         Err(ValidationError::new(ValidationCode::Rule, format!("must be at most 9, is {seat}")).within("seat"))
/// #     }
/// # }
/// # impl Message for ClientMessage {
/// #     type Text = Json;
/// #     const SCHEMA: MessageSchema = MessageSchema { name: "ClientMessage", tag: "type", docs: "", call_id: None, variants: &[] };
/// # }
/// let place = ClientMessage::Place { seat: 7 };
/// let frame = codec::encode(&place, Format::Json)?;
/// assert_eq!(frame, Frame::Text(r#"{"type":"place","seat":7}"#.into()));
/// assert_eq!(codec::decode::<ClientMessage>(&frame)?, place);
///
/// // A message that breaks a rule is not encoded:
/// let too_high = codec::encode(&ClientMessage::Place { seat: 10 }, Format::MessagePack).unwrap_err();
/// assert_eq!(too_high.to_string(), "`seat` must be at most 9, is 10");
/// # Ok::<(), ValidationError>(())
/// ```
pub fn encode<M: Message>(message: &M, format: Format) -> Result<Frame, ValidationError> {
    message.validate()?;
    deferred(|| encode_as::<M, M>(message, format))
}

/// Checks a value as [`encode`] does, without encoding it: the rules of all derived values in it, and that JavaScript can hold
/// its numbers.
///
/// # Errors
/// See [`encode`].
///
/// ```
/// # use websocket_do_runtime::{codec, protocol::ValidationCode};
/// assert_eq!(codec::validate(&[1, 2]), Ok(()));
/// let error = codec::validate(&[1, u64::MAX]).unwrap_err();
/// assert_eq!((error.path(), error.code()), ("[1]", ValidationCode::Number));
/// ```
pub fn validate<T: Serialize + ?Sized>(value: &T) -> Result<(), ValidationError> {
    javascript::write_with(value, Format::MessagePack, |value| msgpack::write(value, io::sink()))
}

/// Writes a value for a peer that reads `M`: a message whose rules are already checked, or an error frame, which has none.
pub(crate) fn encode_as<M: Message, T: Serialize>(value: &T, format: Format) -> Result<Frame, ValidationError> {
    match format {
        Format::Json => javascript::write_with(value, format, |value| M::Text::encode(value)).map(Frame::Text),
        Format::MessagePack => javascript::write_with(value, format, |value| msgpack::encode(value)).map(Frame::Binary),
    }
}

/// Decodes a frame as a message and checks its rules: text frames as JSON, binary frames as MessagePack.
///
/// # Errors
/// See [`decode_text`] and [`decode_binary`].
///
/// ```
/// # use websocket_do_runtime::{codec::{self, Frame}, protocol::Message};
/// fn answer<M: Message>(frame: &Frame) -> String {
///     match codec::decode::<M>(frame) {
///         Ok(_) => "understood".to_owned(),
///         Err(error) => format!("{}: {error}", error.code().as_str()),
///     }
/// }
/// ```
pub fn decode<M: Message>(frame: &Frame) -> Result<M, ValidationError> {
    match frame {
        Frame::Text(text) => decode_text(text),
        Frame::Binary(bytes) => decode_binary(bytes),
    }
}

/// Decodes a text frame as a message and checks its rules. The text is JSON, or that of the protocol's own [`TextCodec`].
///
/// An integer may be written as `3`, `3.0` or `3e0`: JavaScript has one number type.
///
/// # Errors
/// Returns [`ValidationCode::Malformed`] if the text is not JSON; otherwise the first value that does not fit the protocol, or
/// the first broken rule, with its path.
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// # use websocket_do_runtime::codec::{self, Json};
/// # use websocket_do_runtime::protocol::{Message, MessageSchema, ValidationError, ValidationCode, Type, Validate, Value};
/// # #[derive(Debug, PartialEq, Serialize, Deserialize)]
/// # #[serde(tag = "type", rename_all = "camelCase")]
/// # enum ClientMessage { Place { seat: u8 } }
/// # impl Value for ClientMessage { const TYPE: Type = Type::Opaque; }
/// # impl Validate for ClientMessage {}
/// # impl Message for ClientMessage {
/// #     type Text = Json;
/// #     const SCHEMA: MessageSchema = MessageSchema { name: "ClientMessage", tag: "type", docs: "", call_id: None, variants: &[] };
/// # }
/// let place: ClientMessage = codec::decode_text(r#"{"seat":7,"type":"place"}"#)?;
/// assert_eq!(place, ClientMessage::Place { seat: 7 });
///
/// let truncated = codec::decode_text::<ClientMessage>(r#"{"type":"place","#).unwrap_err();
/// assert_eq!(truncated.code(), ValidationCode::Malformed);
/// # Ok::<(), ValidationError>(())
/// ```
pub fn decode_text<M: Message>(text: &str) -> Result<M, ValidationError> {
    let message: M = deferred(|| M::Text::message(text))?;
    message.validate()?;
    Ok(message)
}

/// Decodes a binary frame (MessagePack) as a message and checks its rules.
///
/// Values are read as JavaScript has them: a float without a fraction is an integer, `undefined` (an extension of
/// [msgpackr](https://github.com/kriszyp/msgpackr)) is a missing value, and a number that is not finite is nil, as with
/// `JSON.stringify`. Claimed lengths allocate nothing.
///
/// # Errors
/// Returns [`ValidationCode::Malformed`] if the bytes are not MessagePack, are truncated, have trailing bytes or nest deeper
/// than 128 levels; otherwise the first value that does not fit the protocol, or the first broken rule, with its path.
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// # use websocket_do_runtime::codec::{self, Json};
/// # use websocket_do_runtime::protocol::{Message, MessageSchema, ValidationError, ValidationCode, Type, Validate, Value};
/// # #[derive(Debug, PartialEq, Serialize, Deserialize)]
/// # #[serde(tag = "type", rename_all = "camelCase")]
/// # enum ClientMessage { Place { seat: u8 } }
/// # impl Value for ClientMessage { const TYPE: Type = Type::Opaque; }
/// # impl Validate for ClientMessage {}
/// # impl Message for ClientMessage {
/// #     type Text = Json;
/// #     const SCHEMA: MessageSchema = MessageSchema { name: "ClientMessage", tag: "type", docs: "", call_id: None, variants: &[] };
/// # }
/// // A map of two entries: "type" is "place", "seat" is 7.
/// let place: ClientMessage = codec::decode_binary(b"\x82\xa4type\xa5place\xa4seat\x07")?;
/// assert_eq!(place, ClientMessage::Place { seat: 7 });
///
/// let trailing = codec::decode_binary::<ClientMessage>(b"\x82\xa4type\xa5place\xa4seat\x07\xc0").unwrap_err();
/// assert_eq!(trailing.code(), ValidationCode::Malformed);
/// # Ok::<(), ValidationError>(())
/// ```
pub fn decode_binary<M: Message>(bytes: &[u8]) -> Result<M, ValidationError> {
    let message: M = deferred(|| msgpack::decode(bytes))?;
    message.validate()?;
    Ok(message)
}

/// Decodes any value from JSON.
///
/// # Errors
/// Returns the first error, with its path.
#[cfg(feature = "server")]
pub(crate) fn decode_json<T: DeserializeOwned>(text: &str) -> Result<T, ValidationError> {
    json::decode(text, None).map_err(ReadError::into_validation_error)
}

/// Decodes a value that is not a message of the protocol, such as an error frame.
#[cfg(any(feature = "client", feature = "server"))]
pub(crate) fn decode_as<M: Message, T: DeserializeOwned>(frame: &Frame) -> Result<T, ValidationError> {
    match frame {
        Frame::Text(text) => M::Text::value(text),
        Frame::Binary(bytes) => msgpack::decode_value(bytes),
    }
}

/// How deep lists and objects may nest in a message, written or read, in both formats.
pub(crate) const MAX_DEPTH: u8 = 128;
