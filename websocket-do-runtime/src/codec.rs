#![doc = include_str!("codec/wire.md")]

mod budget;
mod format;
mod javascript;
mod json;
mod msgpack;
#[cfg(test)]
mod tests;

use std::io;

use serde::{Serialize, de::DeserializeOwned};

use crate::protocol::{Message, ReadError, TextCodec, ValidationCode, ValidationError, checks::deferred};

pub use format::{Format, Frame, UnknownFormat};
pub use json::Json;

/// Checks the rules of a message and writes it as one frame.
///
/// # Errors
/// The first rule that the message breaks ([`ValidationCode::Rule`]), or the first
/// number that JavaScript cannot hold ([`Number`](ValidationCode::Number)), with the path to it. A value
/// whose own `Serialize` fails is [`Invalid`](ValidationCode::Invalid).
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
/// #     const SCHEMA: MessageSchema = MessageSchema { name: "ClientMessage", tag: "type", docs: "", variants: &[] };
/// # }
/// let place = ClientMessage::Place { seat: 7 };
/// let frame = codec::encode(&place, Format::Json)?;
/// assert_eq!(frame, Frame::Text(r#"{"type":"place","seat":7}"#.into()));
/// assert_eq!(codec::decode::<ClientMessage>(&frame)?, place);
///
/// // A message that breaks its rules has no frame in either format:
/// let too_high = codec::encode(&ClientMessage::Place { seat: 10 }, Format::MessagePack).unwrap_err();
/// assert_eq!(too_high.to_string(), "`seat` must be at most 9, is 10");
/// # Ok::<(), ValidationError>(())
/// ```
pub fn encode<M: Message>(message: &M, format: Format) -> Result<Frame, ValidationError> {
    message.validate()?;
    deferred(|| encode_as::<M, M>(message, format))
}

/// Checks a value as [`encode`] does, without writing it: the rules of all derived values in it, whatever stands around
/// them, and what JavaScript can hold.
///
/// # Errors
/// As for [`encode`].
///
/// ```
/// # use websocket_do_runtime::{codec, protocol::ValidationCode};
/// assert_eq!(codec::validate(&[1, 2]), Ok(()));
/// let error = codec::validate(&[1, u64::MAX]).unwrap_err();
/// assert_eq!((error.path(), error.code()), ("[1]", ValidationCode::Number));
/// ```
pub fn validate<T: Serialize + ?Sized>(value: &T) -> Result<(), ValidationError> {
    javascript::written(value, Format::MessagePack, |value| msgpack::write(value, io::sink()))
}

/// Writes a value for those who read `M`: a message whose rules are already checked, or an error that has none.
pub(crate) fn encode_as<M: Message, T: Serialize>(value: &T, format: Format) -> Result<Frame, ValidationError> {
    match format {
        Format::Json => javascript::written(value, format, |value| M::Text::encode(value)).map(Frame::Text),
        Format::MessagePack => javascript::written(value, format, |value| msgpack::encode(value)).map(Frame::Binary),
    }
}

/// Reads a frame as the message it holds and checks its rules: text as JSON, binary as MessagePack.
///
/// # Errors
/// As [`decode_text`] and [`decode_binary`].
///
/// ```
/// # use websocket_do_runtime::{codec::{self, Frame}, protocol::Message};
/// fn answer<M: Message>(frame: &Frame) -> String {
///     match codec::decode::<M>(frame) {
///         Ok(_) => "understood".to_owned(),
///         Err(why) => format!("{}: {why}", why.code().as_str()),
///     }
/// }
/// ```
pub fn decode<M: Message>(frame: &Frame) -> Result<M, ValidationError> {
    match frame {
        Frame::Text(text) => decode_text(text),
        Frame::Binary(bytes) => decode_binary(bytes),
    }
}

/// Reads JSON, or what the protocol has in its [place](TextCodec), as a message and checks its rules.
///
/// An integer may be written as JavaScript might (`3`, `3.0`, `3e0`).
///
/// # Errors
/// [`Malformed`](ValidationCode::Malformed) for what is not JSON; otherwise what does not fit the
/// protocol, or the first broken rule, with the path to it.
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
/// #     const SCHEMA: MessageSchema = MessageSchema { name: "ClientMessage", tag: "type", docs: "", variants: &[] };
/// # }
/// let place: ClientMessage = codec::decode_text(r#"{"seat":7,"type":"place"}"#)?;
/// assert_eq!(place, ClientMessage::Place { seat: 7 });
///
/// let cut_short = codec::decode_text::<ClientMessage>(r#"{"type":"place","#).unwrap_err();
/// assert_eq!(cut_short.code(), ValidationCode::Malformed);
/// # Ok::<(), ValidationError>(())
/// ```
pub fn decode_text<M: Message>(text: &str) -> Result<M, ValidationError> {
    let message: M = deferred(|| M::Text::message(text))?;
    message.validate()?;
    Ok(message)
}

/// Reads MessagePack as a message and checks its rules.
///
/// Numbers are JavaScript's: an integral float is an integer, `undefined` (an extension of
/// [msgpackr](https://github.com/kriszyp/msgpackr)) is absent, and a number that is not finite is nil, as
/// `JSON.stringify` would have it. Nothing is allocated for what the bytes only claim to hold.
///
/// # Errors
/// [`Malformed`](ValidationCode::Malformed) for what is not MessagePack, is cut short, goes on after the
/// message or nests deeper than 128; otherwise what does not fit the protocol, or the first broken rule, with the path to it.
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
/// #     const SCHEMA: MessageSchema = MessageSchema { name: "ClientMessage", tag: "type", docs: "", variants: &[] };
/// # }
/// // A map of two entries: "type" is "place", "seat" is 7.
/// let place: ClientMessage = codec::decode_binary(b"\x82\xa4type\xa5place\xa4seat\x07")?;
/// assert_eq!(place, ClientMessage::Place { seat: 7 });
///
/// let goes_on = codec::decode_binary::<ClientMessage>(b"\x82\xa4type\xa5place\xa4seat\x07\xc0").unwrap_err();
/// assert_eq!(goes_on.code(), ValidationCode::Malformed);
/// # Ok::<(), ValidationError>(())
/// ```
pub fn decode_binary<M: Message>(bytes: &[u8]) -> Result<M, ValidationError> {
    let message: M = deferred(|| msgpack::decode(bytes))?;
    message.validate()?;
    Ok(message)
}

/// Reads any value of JSON, with the path to what is wrong.
#[cfg(feature = "server")]
pub(crate) fn decode_json<T: DeserializeOwned>(text: &str) -> Result<T, ValidationError> {
    json::decode(text, None).map_err(ReadError::into_validation_error)
}

/// Reads what is no message of the protocol, with no more than a syntax error to say.
#[cfg(feature = "client")]
pub(crate) fn decode_as<M: Message, T: DeserializeOwned>(frame: &Frame) -> Result<T, ValidationError> {
    match frame {
        Frame::Text(text) => text_value::<M, T>(text),
        Frame::Binary(bytes) => msgpack::decode_value(bytes),
    }
}

#[cfg(feature = "client")]
fn text_value<M: Message, T: DeserializeOwned>(text: &str) -> Result<T, ValidationError> {
    let malformed = |error| ValidationError::new(ValidationCode::Malformed, format!("not {}: {error}", M::Text::NAME));
    M::Text::decode(text).map_err(malformed)
}

/// How deep lists and objects may nest in a message, written or read, in both formats.
pub(crate) const DEPTH: u8 = 128;

/// Up to here every integer is a JavaScript number.
const EXACT: u64 = 1 << 53;

/// The integer that a float is; `None` where it is none, and an error where it is one that JavaScript does not hold exactly.
fn integral(value: f64) -> Result<Option<i64>, ()> {
    if value.fract() != 0.0 {
        return Ok(None);
    }
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "exact up to 2^53")]
    if value.abs() <= EXACT as f64 { Ok(Some(value as i64)) } else { Err(()) }
}

/// Refuses a number of which 32 bits make an infinity.
fn fits_f32(value: f64) -> Result<(), ReadError> {
    #[expect(clippy::cast_possible_truncation, reason = "that is the question")]
    if (value as f32).is_finite() {
        return Ok(());
    }
    Err(ReadError::new(ValidationCode::Invalid, "must be a finite number that 32 bits can hold".to_owned()))
}
