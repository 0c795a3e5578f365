//! Messages for the room to send that break their rules: the rules of `Ruled` would not let it be read in any container.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::rules::{Inner, Outer, Ruled};

/// `Ruled` without rules.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub(crate) enum Unruled {
    Text { value: String },
    List { value: Vec<u32> },
    Short { value: String },
    Bytes { value: String },
    Integer { value: i32 },
    Float { value: f64 },
    Pattern { value: String },
    OneOf { value: String },
    Each { value: Vec<String> },
    Table { value: BTreeMap<String, i32> },
    Custom { value: u32 },
    Nested { value: UnruledOuter },
    Maybe { value: Option<u8> },
    Number { value: i64 },
}

/// `Outer` without rules.
#[derive(Deserialize)]
pub(crate) struct UnruledOuter {
    inner: Vec<UnruledInner>,
}

#[derive(Deserialize)]
struct UnruledInner {
    name: String,
    level: Option<u8>,
}

impl From<Unruled> for Ruled {
    fn from(unruled: Unruled) -> Self {
        match unruled {
            Unruled::Text { value } => Self::Text { value },
            Unruled::List { value } => Self::List { value },
            Unruled::Short { value } => Self::Short { value },
            Unruled::Bytes { value } => Self::Bytes { value },
            Unruled::Integer { value } => Self::Integer { value },
            Unruled::Float { value } => Self::Float { value },
            Unruled::Pattern { value } => Self::Pattern { value },
            Unruled::OneOf { value } => Self::OneOf { value },
            Unruled::Each { value } => Self::Each { value },
            Unruled::Table { value } => Self::Table { value },
            Unruled::Custom { value } => Self::Custom { value },
            Unruled::Nested { value } => {
                let inner = value.inner.into_iter().map(|UnruledInner { name, level }| Inner { name, level });
                Self::Nested { value: Outer { inner: inner.collect() } }
            }
            Unruled::Maybe { value } => Self::Maybe { value },
            Unruled::Number { value } => Self::Number { value },
        }
    }
}
