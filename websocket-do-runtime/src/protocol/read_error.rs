//! [`ReadError`], the error type of both readers: a [`ValidationError`] whose path grows as it leaves the message, and the
//! messages of serde's errors.

use std::fmt;

use serde::de::{Error, Expected, Unexpected};

use super::{Message, ValidationCode, ValidationError, checks};

/// How many characters of a peer's text an error message repeats.
const MAX_QUOTED: usize = 40;

/// Why a value could not be read. Boxed, so that the readers' results stay small.
#[derive(Debug)]
pub struct ReadError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    error: ValidationError,
    /// Whether it is about the name of a variant: in the tag of a message, the code is then `unknown_type`.
    is_unknown_variant: bool,
}

/// The message about an integer that JavaScript cannot hold.
pub(crate) fn inexact(value: impl fmt::Display) -> String {
    format!("must be from -2^53 to 2^53, beyond which JavaScript holds no integer exactly, is {value}")
}

/// Cuts a text that is longer than an error message may repeat.
pub(crate) fn shorten(text: &str) -> String {
    match text.char_indices().nth(MAX_QUOTED) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

impl ReadError {
    fn from_validation(error: ValidationError) -> Self {
        Self(Box::new(Inner { error, is_unknown_variant: false }))
    }

    #[cold]
    pub(crate) fn new(code: ValidationCode, message: String) -> Self {
        Self::from_validation(ValidationError::new(code, message))
    }

    /// The error about an integer that JavaScript cannot hold.
    #[cold]
    pub(crate) fn inexact(value: impl fmt::Display) -> Self {
        Self::new(ValidationCode::Number, inexact(value))
    }

    /// Adds the field in which the error occurred to the path.
    #[cold]
    pub(crate) fn within(mut self, key: &str) -> Self {
        self.0.error.prefix(key);
        self
    }

    /// Adds the index of the item in which the error occurred to the path.
    #[cold]
    pub(crate) fn at(mut self, index: usize) -> Self {
        self.0.error.prefix(&format!("[{index}]"));
        self
    }

    /// Adds the key that could not be read. An error that already has a path is unchanged: it is about the object, such as a
    /// duplicate field.
    #[cold]
    pub(crate) fn at_key(mut self, key: &str) -> Self {
        if !self.0.error.path.is_empty() {
            return self;
        }
        let message = format!("as a key {}", self.0.error.message());
        self.0.error.message = message.into();
        self.within(&shorten(key))
    }

    /// Returns the error of a value that is not a message.
    pub(crate) fn into_validation_error(self) -> ValidationError {
        self.0.error
    }

    /// Returns the error of a message of type `M`.
    #[cold]
    pub(crate) fn into_message_error<M: Message>(mut self) -> ValidationError {
        if self.0.is_unknown_variant && self.0.error.path() == M::SCHEMA.tag {
            self.0.error.code = ValidationCode::UnknownType;
        }
        self.0.error
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.error.fmt(f)
    }
}

impl std::error::Error for ReadError {}

impl Error for ReadError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        match checks::broken_rule(&message) {
            Some(error) => Self::from_validation(error),
            None => Self::new(ValidationCode::Invalid, format!("is not valid: {message}")),
        }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(ValidationCode::Invalid, format!("must be {}, is {}", ExpectedText(expected), FoundText(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::new(ValidationCode::Invalid, format!("must be {}, has {length}", ExpectedText(expected)))
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
        error.0.is_unknown_variant = true;
        error
    }

    fn unknown_field(name: &str, _: &'static [&'static str]) -> Self {
        Self::new(ValidationCode::Invalid, format!("must not have a field `{}`", shorten(name)))
    }

    fn missing_field(name: &'static str) -> Self {
        let mut error = Self::new(ValidationCode::Missing, "is missing".to_owned());
        name.clone_into(&mut error.0.error.path);
        error
    }

    fn duplicate_field(name: &'static str) -> Self {
        let mut error = Self::new(ValidationCode::Duplicate, "is duplicated".to_owned());
        name.clone_into(&mut error.0.error.path);
        error
    }
}

/// What serde expected, without Rust's type names.
struct ExpectedText<'a>(&'a dyn Expected);

impl fmt::Display for ExpectedText<'_> {
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

/// What serde found. Strings are not repeated: they may be long, and the sender has them.
struct FoundText<'a>(Unexpected<'a>);

impl fmt::Display for FoundText<'_> {
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
