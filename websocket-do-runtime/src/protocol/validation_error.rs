//! [`ValidationError`]: a code, a path, the broken rule and a message.

use std::{borrow::Cow, fmt};

use super::schema::Rule;

/// A frame is not a valid message, or a message to be sent breaks a rule.
///
/// ```
/// # use websocket_do_runtime::protocol::{ValidationError, ValidationCode};
/// // The fourth of `items` has no `name`:
/// let error = ValidationError::new(ValidationCode::Missing, "is missing").within("name").at(3).within("items");
/// assert_eq!(error.path(), "items[3].name");
/// assert_eq!(error.code(), ValidationCode::Missing);
/// assert_eq!(error.message(), "is missing");
/// assert_eq!(error.to_string(), "`items[3].name` is missing");
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
/// fn is_the_clients_bug(error: &ValidationError) -> bool {
///     !matches!(error.code(), ValidationCode::Rule | ValidationCode::Number)
/// }
///
/// assert!(is_the_clients_bug(&ValidationError::new(ValidationCode::UnknownType, "no such message")));
/// assert_eq!(ValidationCode::UnknownType.as_str(), "unknown_type");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValidationCode {
    /// The frame is not valid JSON or MessagePack.
    Malformed,
    /// The tag has a name that is not in the protocol.
    UnknownType,
    /// A required field is missing.
    Missing,
    /// A field is duplicated.
    Duplicate,
    /// A value does not have the type of its field.
    Invalid,
    /// A rule of the field is broken.
    Rule,
    /// An integer that JavaScript cannot hold exactly, or a number that JSON cannot write.
    Number,
}

impl ValidationCode {
    /// Returns the code as it is sent in an error frame: `malformed`, `unknown_type`, `missing`, `duplicate`, `invalid`, `rule`, `number`.
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

    /// Returns the code with this name in an error frame.
    #[cfg(feature = "client")]
    pub(crate) fn of(name: &str) -> Option<Self> {
        use ValidationCode::{Duplicate, Invalid, Malformed, Missing, Number, Rule, UnknownType};
        [Malformed, UnknownType, Missing, Duplicate, Invalid, Rule, Number]
            .into_iter()
            .find(|code| code.as_str() == name)
    }
}

impl ValidationError {
    /// Creates an error about a value, with an empty path. [`within`](Self::within) and [`at`](Self::at) add to the path.
    pub fn new(code: ValidationCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, path: String::new(), rule: None, message: message.into() }
    }

    /// Creates an error about a broken rule, with a message such as "must be 1 to 50 characters, is 0".
    ///
    /// ```
    /// # use websocket_do_runtime::protocol::{ValidationError, ValidationCode, schema::Rule};
    /// let rule = Rule::Len { min: Some(1), max: Some(50) };
    /// let error = ValidationError::of_rule(rule, "must be 1 to 50 characters, is 0").within("name");
    /// assert_eq!(error.code(), ValidationCode::Rule);
    /// assert_eq!(error.rule(), Some(&rule));
    /// ```
    pub fn of_rule(rule: Rule, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code: ValidationCode::Rule, path: String::new(), rule: Some(rule), message: message.into() }
    }

    /// Prepends the field that holds the value to the path.
    #[must_use]
    pub fn within(mut self, field: &str) -> Self {
        self.prefix(field);
        self
    }

    /// Prepends the index of the value in its list to the path.
    #[must_use]
    pub fn at(mut self, index: usize) -> Self {
        self.prefix(&format!("[{index}]"));
        self
    }

    /// Prepends a field or an index to the path.
    pub(super) fn prefix(&mut self, step: &str) {
        if !self.path.is_empty() && !self.path.starts_with('[') {
            self.path.insert(0, '.');
        }
        self.path.insert_str(0, step);
    }

    /// Returns the code.
    pub fn code(&self) -> ValidationCode {
        self.code
    }

    /// Returns the path to the value, as `items[3].name`. It is empty for the message itself.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the broken rule with its bounds, or `None` if the error is not about a rule.
    pub fn rule(&self) -> Option<&Rule> {
        self.rule.as_ref()
    }

    /// Returns the message without the path.
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
