//! Why a frame could not be decoded, with the exact place: the slow way, taken only when the fast one failed.

use std::fmt;

use serde::de::{DeserializeOwned, Error, Expected, Unexpected};

use super::{
    Message, ValidationCode, ValidationError,
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
/// A [`ValidationError`] with the path of the first thing that is wrong.
pub fn reread<M: Message>(buffered: Buffered) -> Result<M, ValidationError> {
    // The tag first, so that no field is buffered a second time, which would lose its path.
    let buffered = buffered.with_first(M::SCHEMA.tag);
    decoded(buffered).map_err(ReadError::of_message::<M>)
}

fn decoded<T: DeserializeOwned>(buffered: Buffered) -> Result<T, ReadError> {
    T::deserialize(Reader::<ReadError, Traced>::new(buffered))
}

/// serde's error, as a rejection that learns its path on the way out.
#[derive(Debug)]
pub struct ReadError(Box<Reason>);

#[derive(Debug)]
struct Reason {
    rejection: ValidationError,
    unknown_name: bool,
}

/// Errors learn their path on the way out.
struct Traced;

impl Trace<ReadError> for Traced {
    fn within(error: ReadError, key: &str) -> ReadError {
        error.within(key)
    }

    fn at(error: ReadError, index: usize) -> ReadError {
        error.at(index)
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

/// What is said of an integer that JavaScript cannot hold, both ways.
pub(crate) fn inexact(value: impl fmt::Display) -> String {
    format!("must be from -2^53 to 2^53, beyond which JavaScript holds no integer exactly, is {value}")
}

pub(crate) fn shorten(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

impl ReadError {
    fn of(rejection: ValidationError) -> Self {
        Self(Box::new(Reason { rejection, unknown_name: false }))
    }

    #[cold]
    pub(crate) fn new(code: ValidationCode, message: String) -> Self {
        Self::of(ValidationError::new(code, message))
    }

    /// An integer that JavaScript cannot hold.
    #[cold]
    pub(crate) fn inexact(value: impl fmt::Display) -> Self {
        Self::new(ValidationCode::Number, inexact(value))
    }

    #[cold]
    pub(crate) fn within(mut self, key: &str) -> Self {
        self.0.rejection.prefix(key);
        self
    }

    #[cold]
    pub(crate) fn at(mut self, index: usize) -> Self {
        self.0.rejection.prefix(&format!("[{index}]"));
        self
    }

    /// The same error seen from the object in which `key` is the key that was read. An error that names a field is the
    /// object's own.
    #[cold]
    pub(crate) fn at_key(mut self, key: &str) -> Self {
        if !self.0.rejection.path.is_empty() {
            return self;
        }
        let message = format!("as a key {}", self.0.rejection.message());
        self.0.rejection.message = message.into();
        self.within(&shorten(key))
    }

    /// What it says of a value that is no message.
    pub(crate) fn into_rejection(self) -> ValidationError {
        self.0.rejection
    }

    /// What it says of a message.
    #[cold]
    pub(crate) fn of_message<M: Message>(mut self) -> ValidationError {
        if self.0.unknown_name && self.0.rejection.path() == M::SCHEMA.tag {
            self.0.rejection.code = ValidationCode::UnknownType;
        }
        self.0.rejection
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.rejection.fmt(f)
    }
}

impl std::error::Error for ReadError {}

impl Error for ReadError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        match checks::broken(&message) {
            Some(rejection) => Self::of(rejection),
            None => Self::new(ValidationCode::Invalid, format!("is not valid: {message}")),
        }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(ValidationCode::Invalid, format!("must be {}, is {}", Wanted(expected), Found(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::new(ValidationCode::Invalid, format!("must be {}, has {length}", Wanted(expected)))
    }

    fn unknown_variant(name: &str, names: &'static [&'static str]) -> Self {
        let name = shorten(name);
        let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        let message = match names.len() {
            0 => format!("must not be there, is `{name}`"),
            1..=12 => format!("must be {}, is `{name}`", names.join(" or ")),
            _ => format!("must be a name of the protocol, is `{name}`"),
        };
        let mut error = Self::new(ValidationCode::Invalid, message);
        error.0.unknown_name = true;
        error
    }

    fn unknown_field(name: &str, _: &'static [&'static str]) -> Self {
        Self::new(ValidationCode::Invalid, format!("must not have a field `{}`", shorten(name)))
    }

    fn missing_field(name: &'static str) -> Self {
        let mut error = Self::new(ValidationCode::Missing, "is missing".to_owned());
        name.clone_into(&mut error.0.rejection.path);
        error
    }

    fn duplicate_field(name: &'static str) -> Self {
        let mut error = Self::new(ValidationCode::Duplicate, "stands there twice".to_owned());
        name.clone_into(&mut error.0.rejection.path);
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
            "variant identifier" => f.write_str("the name of a variant"),
            _ if expected.starts_with("enum ") => f.write_str("a string or an object of one field"),
            _ if expected.starts_with("struct ") => f.write_str("an object"),
            _ if expected.starts_with("tuple struct ") => f.write_str("a list"),
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
            Unexpected::Float(value) if value.abs() >= 1e21 => write!(f, "{value:e}"),
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
