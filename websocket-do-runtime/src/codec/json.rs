//! JSON: values to text and back.

mod fault;
mod float;
mod key;
mod read;
mod scan;
mod tag;
#[cfg(test)]
mod tests;
mod within;

use std::io;

use serde::{
    Serialize,
    de::{DeserializeOwned, Error, IgnoredAny},
};
use serde_json::ser::{Formatter, Serializer};

use crate::protocol::{Message, ReadError, TextCodec, ValidationCode, ValidationError};

/// JSON as JavaScript writes it: what text frames hold unless a protocol says otherwise.
///
/// Numbers are written as
/// [`Number.prototype.toString`](https://tc39.es/ecma262/#sec-number.prototype.tostring) has them.
///
/// ```
/// # use websocket_do_runtime::{codec::Json, protocol::TextCodec};
/// assert_eq!(Json::encode(&(1e21, 0.1, "Ada"))?, r#"[1e+21,0.1,"Ada"]"#);
/// assert_eq!(Json::decode::<Vec<u8>>("[1, 2]")?, [1, 2]);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Json;

#[diagnostic::do_not_recommend]
impl TextCodec for Json {
    const NAME: &'static str = "JSON";
    type Error = serde_json::Error;

    fn encode<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<String> {
        let mut text = Vec::with_capacity(256);
        value.serialize(&mut Serializer::with_formatter(&mut text, JavaScript))?;
        String::from_utf8(text).map_err(serde::ser::Error::custom)
    }

    fn decode<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
        decode(text, None).map_err(|error| serde_json::Error::custom(error.into_validation_error()))
    }

    fn message<M: Message>(text: &str) -> Result<M, ValidationError> {
        decode(text, Some(M::SCHEMA.tag)).map_err(ReadError::into_message_error::<M>)
    }
}

/// Reads a value, or a message with this tag.
pub(super) fn decode<T: DeserializeOwned>(text: &str, tag: Option<&'static str>) -> Result<T, ReadError> {
    read::read(text, tag).map_err(|error| why(text, error))
}

/// What is wrong with a text that was not read: its syntax, with the place, or else what its reader says.
#[cold]
fn why(text: &str, error: ReadError) -> ReadError {
    let Err(fault) = scan::check(text) else { return error };
    if fault != fault::Fault::Syntax {
        return fault.into();
    }
    match serde_json::from_str::<IgnoredAny>(text) {
        Err(syntax) => ReadError::new(ValidationCode::Malformed, format!("not JSON: {syntax}")),
        Ok(IgnoredAny) => fault.into(),
    }
}

/// Numbers with a fraction or an exponent, as `Number.prototype.toString` writes them.
struct JavaScript;

impl Formatter for JavaScript {
    fn write_f64<W: io::Write + ?Sized>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        if (1e-6..1e21).contains(&value.abs()) {
            return write!(writer, "{value}");
        }
        let text = format!("{value:e}");
        match text.split_once('e') {
            Some((digits, exponent)) if !exponent.starts_with('-') => write!(writer, "{digits}e+{exponent}"),
            _ => writer.write_all(text.as_bytes()),
        }
    }
}
