//! The errors of the environment. They name the binding and where to write it, and never contain a value.

use std::{error::Error, fmt};

/// An error of [`Env`](super::Env).
///
/// ```
/// # use websocket_do_runtime::EnvError;
/// let error = EnvError::MissingSecret("CHAT_KEY".to_owned());
/// assert_eq!(
///     error.to_string(),
///     "missing secret `CHAT_KEY`; run `npx wrangler secret put CHAT_KEY`, and on this machine write `CHAT_KEY=…` in `.dev.vars`"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EnvError {
    /// The environment has no variable with this name.
    MissingVar(String),
    /// The environment has no secret with this name.
    MissingSecret(String),
    /// The binding with this name is not text.
    NotText(String),
    /// The variable is not JSON of the expected type.
    Json {
        /// The name of the variable.
        name: String,
        /// The expected type, and where the value differs. Never a part of the value.
        reason: String,
    },
}

impl EnvError {
    pub(super) fn json(name: &str, expected: &str, error: &serde_json::Error) -> Self {
        // Most messages of serde quote the value; this one has a name from the code.
        let text = error.to_string();
        let detail = if text.starts_with("missing field") {
            text
        } else {
            format!("line {} column {}", error.line(), error.column())
        };
        Self::Json { name: name.to_owned(), reason: format!("expected JSON of type `{expected}`, at {detail}") }
    }
}

impl fmt::Display for EnvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingVar(name) => write!(
                f,
                "missing variable `{name}`; write `{name} = \"…\"` in `[vars]` of `wrangler.toml`, and for the local host \
                 `{name}=…` in `.dev.vars`"
            ),
            Self::MissingSecret(name) => write!(
                f,
                "missing secret `{name}`; run `npx wrangler secret put {name}`, and on this machine write `{name}=…` in \
                 `.dev.vars`"
            ),
            Self::NotText(name) => write!(
                f,
                "the binding `{name}` is not text; read JSON with `json`, and a binding of the platform with its own method"
            ),
            Self::Json { name, reason } => write!(f, "the variable `{name}` is not valid: {reason}"),
        }
    }
}

impl Error for EnvError {}
