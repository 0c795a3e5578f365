//! Why a message was refused: a code, the path to the place, the broken rule and a sentence.

use std::{borrow::Cow, fmt};

use super::schema::Rule;

/// Why a frame is not a valid message, or why a message may not leave.
///
/// ```
/// # use websocket_do_runtime::protocol::{ValidationError, ValidationCode};
/// // As a list of items would tell it that has an unnamed one:
/// let why = ValidationError::new(ValidationCode::Missing, "is missing").within("name").at(3).within("items");
/// assert_eq!(why.path(), "items[3].name");
/// assert_eq!(why.code(), ValidationCode::Missing);
/// assert_eq!(why.message(), "is missing");
/// assert_eq!(why.to_string(), "`items[3].name` is missing");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ValidationError {
    pub(super) code: ValidationCode,
    pub(super) path: String,
    rule: Option<Rule>,
    pub(super) message: Cow<'static, str>,
}

/// The kind of a [`ValidationError`].
///
/// ```
/// # use websocket_do_runtime::protocol::{ValidationError, ValidationCode};
/// fn is_the_clients_bug(why: &ValidationError) -> bool {
///     !matches!(why.code(), ValidationCode::Rule | ValidationCode::Number)
/// }
///
/// assert!(is_the_clients_bug(&ValidationError::new(ValidationCode::UnknownType, "no such message")));
/// assert_eq!(ValidationCode::UnknownType.as_str(), "unknown_type");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValidationCode {
    /// The frame is not JSON or not MessagePack at all.
    Malformed,
    /// The tag names no message of the protocol.
    UnknownType,
    /// A field that must be there is not.
    Missing,
    /// A field is duplicated.
    Duplicate,
    /// A value is of another type than its field.
    Invalid,
    /// A rule of the field is broken.
    Rule,
    /// An integer that JavaScript cannot hold exactly, or a number that JSON cannot write.
    Number,
}

impl ValidationCode {
    /// The code as it travels: `malformed`, `unknown_type`, `missing`, `duplicate`, `invalid`, `rule`, `number`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::UnknownType => "unknown_type",
            Self::Missing => "missing",
            Self::Duplicate => "duplicate",
            Self::Invalid => "invalid",
            Self::Rule => "rule",
            Self::Number => "number",
        }
    }
}

impl ValidationError {
    /// A rejection of the value itself; [`within`](Self::within) and [`at`](Self::at) lead to it from outside.
    pub fn new(code: ValidationCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, path: String::new(), rule: None, message: message.into() }
    }

    /// A broken rule, told as `message`, as in "must be 1 to 50 characters, is 0".
    ///
    /// ```
    /// # use websocket_do_runtime::protocol::{ValidationError, ValidationCode, schema::Rule};
    /// let rule = Rule::Len { min: Some(1), max: Some(50) };
    /// let why = ValidationError::of_rule(rule, "must be 1 to 50 characters, is 0").within("name");
    /// assert_eq!(why.code(), ValidationCode::Rule);
    /// assert_eq!(why.rule(), Some(&rule));
    /// ```
    pub fn of_rule(rule: Rule, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code: ValidationCode::Rule, path: String::new(), rule: Some(rule), message: message.into() }
    }

    /// The same rejection seen from the object that holds the value in `field`.
    #[must_use]
    pub fn within(mut self, field: &str) -> Self {
        self.prefix(field);
        self
    }

    /// The same rejection seen from the list that holds the value at `index`.
    #[must_use]
    pub fn at(mut self, index: usize) -> Self {
        self.prefix(&format!("[{index}]"));
        self
    }

    /// Puts a step before the path.
    pub(super) fn prefix(&mut self, step: &str) {
        if !self.path.is_empty() && !self.path.starts_with('[') {
            self.path.insert(0, '.');
        }
        self.path.insert_str(0, step);
    }

    /// The kind.
    pub fn code(&self) -> ValidationCode {
        self.code
    }

    /// Where, as `items[3].name`; empty for the message itself.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The rule that was broken, with its bounds; none where something else is wrong.
    pub fn rule(&self) -> Option<&Rule> {
        self.rule.as_ref()
    }

    /// The reason alone, without the path.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { f.write_str(&self.message) } else { write!(f, "`{}` {}", self.path, self.message) }
    }
}

impl std::error::Error for ValidationError {}
