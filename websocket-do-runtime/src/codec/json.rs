//! JSON: text to messages and back.

use std::io;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::ser::{Formatter, Serializer};

use super::{Format, javascript};
use crate::protocol::{Message, Rejection, RejectionCode, decode::reread};

/// Writes a value as `JSON.stringify` would: no spaces, integral floats without a fraction.
pub(super) fn encode<T: Serialize>(value: &T) -> Result<String, Rejection> {
    let mut text = Vec::with_capacity(128);
    javascript::serialize(value, &mut Serializer::with_formatter(&mut text, JavaScript), Format::Json)?;
    String::from_utf8(text)
        .map_err(|error| Rejection::new(RejectionCode::Invalid, format!("cannot be written: {error}")))
}

/// Reads a message, without checking its rules.
pub(super) fn decode<M: Message>(text: &str) -> Result<M, Rejection> {
    serde_json::from_str(text).or_else(|_| second_look(text))
}

/// Reads any value, with no more than a syntax error to say.
pub(crate) fn decode_value<T: DeserializeOwned>(text: &str) -> Result<T, Rejection> {
    serde_json::from_str(text).map_err(|error| Rejection::new(RejectionCode::Malformed, format!("not JSON: {error}")))
}

/// The second look at what was not read at once: a number may be written as JavaScript might, anything else is explained.
#[cold]
fn second_look<M: Message>(text: &str) -> Result<M, Rejection> {
    reread(decode_value(text)?)
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
