//! JSON: values to text and back. The number rules are in `json/number.rs`.

mod access;
mod deserializer;
mod error;
mod key;
mod number;
mod reader;
mod scanner;
mod tag_position;
#[cfg(test)]
mod tests;

use serde::{
    Serialize,
    de::{DeserializeOwned, Error, IgnoredAny},
};
use serde_json::ser::Serializer;

use self::{error::ScanError, number::JavaScriptFormatter};

use crate::protocol::{Message, ReadError, TextCodec, ValidationCode, ValidationError};

/// JSON as JavaScript writes it: the default codec for text frames.
///
/// Numbers are written as by
/// [`Number.prototype.toString`](https://tc39.es/ecma262/#sec-number.prototype.tostring).
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
        value.serialize(&mut Serializer::with_formatter(&mut text, JavaScriptFormatter))?;
        String::from_utf8(text).map_err(serde::ser::Error::custom)
    }

    fn decode<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
        decode(text, None).map_err(|error| serde_json::Error::custom(error.into_validation_error()))
    }

    fn value<T: DeserializeOwned>(text: &str) -> Result<T, ValidationError> {
        decode(text, None).map_err(ReadError::into_validation_error)
    }

    fn message<M: Message>(text: &str) -> Result<M, ValidationError> {
        decode(text, Some(M::SCHEMA.tag)).map_err(ReadError::into_message_error::<M>)
    }
}

/// Reads a value, or a message with this tag.
pub(super) fn decode<T: DeserializeOwned>(text: &str, tag: Option<&'static str>) -> Result<T, ReadError> {
    reader::read(text, tag).map_err(|error| syntax_error_or(text, error))
}

/// Returns the syntax error of a text that could not be read, with its line and column, or `error` if the text is valid JSON.
#[cold]
fn syntax_error_or(text: &str, error: ReadError) -> ReadError {
    let Err(scan_error) = scanner::check(text) else { return error };
    if scan_error != ScanError::Syntax {
        return scan_error.into();
    }
    match serde_json::from_str::<IgnoredAny>(text) {
        Err(syntax) => ReadError::new(ValidationCode::Malformed, format!("not JSON: {syntax}")),
        Ok(IgnoredAny) => scan_error.into(),
    }
}
