//! Why a frame could not be decoded, with the exact place: the slow way, taken only when the fast one failed.

use std::fmt;

use serde::de::{DeserializeOwned, Error, Expected, Unexpected};

use super::{
    Message, Rejection, RejectionCode,
    buffered::Buffered,
    checks,
    replay::{Reader, Trace},
};

/// The longest piece of a peer's text that is told back to it.
const QUOTED: usize = 40;

/// Decodes a message from a buffered frame, telling what is wrong and where.
///
/// Takes a little more than a codec does: `3.0` for an integer, whatever the format says of it. A codec that falls
/// back to this when it failed thus gives the same answer wherever the tag stands.
///
/// # Errors
/// A [`Rejection`] with the path of the first thing that is wrong.
pub fn reread<M: Message>(buffered: Buffered) -> Result<M, Rejection> {
    // The tag first, so that no field is buffered a second time, which would lose its path.
    let buffered = buffered.with_first(M::SCHEMA.tag);
    decoded(buffered).map_err(|DecodeError { mut rejection, unknown_name }| {
        if unknown_name && rejection.path() == M::SCHEMA.tag {
            rejection.code = RejectionCode::UnknownType;
        }
        *rejection
    })
}

/// Why that frame is not a message.
pub fn explain<M: Message>(buffered: Buffered) -> Rejection {
    match reread::<M>(buffered) {
        Err(rejection) => rejection,
        Ok(_) => Rejection::new(RejectionCode::Malformed, "is not written as its format demands"),
    }
}

/// Decodes any value, telling what is wrong and where.
#[cfg(feature = "server")]
pub(crate) fn traced<T: DeserializeOwned>(buffered: Buffered) -> Result<T, Rejection> {
    decoded(buffered).map_err(|DecodeError { rejection, .. }| *rejection)
}

fn decoded<T: DeserializeOwned>(buffered: Buffered) -> Result<T, DecodeError> {
    T::deserialize(Reader::<DecodeError, Traced>::new(buffered))
}

/// serde's error, as a rejection.
#[derive(Debug)]
struct DecodeError {
    rejection: Box<Rejection>,
    unknown_name: bool,
}

/// Errors learn their path on the way out.
struct Traced;

impl Trace<DecodeError> for Traced {
    fn within(error: DecodeError, key: &str) -> DecodeError {
        DecodeError { rejection: Box::new(error.rejection.within(key)), ..error }
    }

    fn at(error: DecodeError, index: usize) -> DecodeError {
        DecodeError { rejection: Box::new(error.rejection.at(index)), ..error }
    }

    fn remember(key: &Buffered) -> String {
        match key {
            Buffered::Bool(key) => key.to_string(),
            Buffered::I64(key) => key.to_string(),
            Buffered::U64(key) => key.to_string(),
            Buffered::F64(key) => key.to_string(),
            Buffered::Str(key) => shorten(key),
            _ => "?".to_owned(),
        }
    }
}

pub(super) fn shorten(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

impl DecodeError {
    fn new(code: RejectionCode, message: String) -> Self {
        Self { rejection: Box::new(Rejection::new(code, message)), unknown_name: false }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rejection.fmt(f)
    }
}

impl std::error::Error for DecodeError {}

impl Error for DecodeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        match checks::broken(&message) {
            Some(rejection) => Self { rejection: Box::new(rejection), unknown_name: false },
            None => Self::new(RejectionCode::Invalid, format!("is not valid: {message}")),
        }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(RejectionCode::Invalid, format!("must be {}, is {}", Wanted(expected), Found(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::new(RejectionCode::Invalid, format!("must be {}, has {length}", Wanted(expected)))
    }

    fn unknown_variant(name: &str, names: &'static [&'static str]) -> Self {
        let name = shorten(name);
        let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        let message = match names.len() {
            0 => format!("must not be there, is `{name}`"),
            1..=12 => format!("must be {}, is `{name}`", names.join(" or ")),
            _ => format!("must be a name of the protocol, is `{name}`"),
        };
        Self { unknown_name: true, ..Self::new(RejectionCode::Invalid, message) }
    }

    fn unknown_field(name: &str, _: &'static [&'static str]) -> Self {
        Self::new(RejectionCode::Invalid, format!("must not have a field `{}`", shorten(name)))
    }

    fn missing_field(name: &'static str) -> Self {
        let mut error = Self::new(RejectionCode::Missing, "is missing".to_owned());
        name.clone_into(&mut error.rejection.path);
        error
    }

    fn duplicate_field(name: &'static str) -> Self {
        let mut error = Self::new(RejectionCode::Duplicate, "stands there twice".to_owned());
        name.clone_into(&mut error.rejection.path);
        error
    }
}

/// What serde expected, in words for people who don't know Rust.
struct Wanted<'a>(&'a dyn Expected);

impl fmt::Display for Wanted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expected = self.0.to_string();
        match expected.as_str() {
            "i8" | "u8" | "i16" | "u16" | "i32" | "u32" | "i64" | "u64" | "i128" | "u128" | "isize" | "usize" => {
                f.write_str("a whole number")?;
                match expected.as_str() {
                    "i8" => f.write_str(" from -128 to 127"),
                    "u8" => f.write_str(" from 0 to 255"),
                    "i16" => f.write_str(" from -32768 to 32767"),
                    "u16" => f.write_str(" from 0 to 65535"),
                    "i32" => f.write_str(" from -2147483648 to 2147483647"),
                    "u32" => f.write_str(" from 0 to 4294967295"),
                    "u64" | "u128" | "usize" => f.write_str(" from 0"),
                    _ => Ok(()),
                }
            }
            "f32" | "f64" => f.write_str("a number"),
            "a boolean" => f.write_str("`true` or `false`"),
            "a sequence" => f.write_str("a list"),
            "a map" => f.write_str("an object"),
            "unit" => f.write_str("null"),
            _ => f.write_str(&expected),
        }
    }
}

/// What was found. Texts are not repeated: they may be long, and the sender knows them.
struct Found<'a>(Unexpected<'a>);

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Unexpected::Bool(value) => write!(f, "{value}"),
            Unexpected::Unsigned(value) => write!(f, "{value}"),
            Unexpected::Signed(value) => write!(f, "{value}"),
            Unexpected::Float(value) => write!(f, "{value}"),
            Unexpected::Char(_) | Unexpected::Str(_) => f.write_str("a string"),
            Unexpected::Bytes(_) => f.write_str("bytes"),
            Unexpected::Unit | Unexpected::Option => f.write_str("null"),
            Unexpected::Seq => f.write_str("a list"),
            Unexpected::Map => f.write_str("an object"),
            Unexpected::NewtypeStruct => f.write_str("a time"),
            other => write!(f, "{other}"),
        }
    }
}
