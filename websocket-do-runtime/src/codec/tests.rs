//! The codecs, byte by byte: encoding, decoding, errors.

mod encode;
mod malformed;
mod read;

use std::fmt::Debug;

use serde::{Deserialize, Serialize};

use super::{Format, Frame};
use crate::protocol::{
    Message, Validate, ValidationCode, ValidationError, Value,
    schema::{MessageSchema, Rule, Type},
};

/// A small random number generator with the same numbers in every run.
pub(super) struct Random(u64);

impl Default for Random {
    fn default() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }
}

impl Random {
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    pub(super) fn one_of<'a, T: ?Sized>(&mut self, choice: &[&'a T]) -> &'a T {
        choice[self.below(choice.len())]
    }

    pub(super) fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap()
    }
}

/// Checks that two readers read the same value or both failed. Returns whether they read one.
#[track_caller]
pub(super) fn same<T: Debug>(input: &str, ours: &Result<T, impl Debug>, theirs: &Result<T, impl Debug>) -> bool {
    let shown =
        (ours.as_ref().ok().map(|value| format!("{value:?}")), theirs.as_ref().ok().map(|value| format!("{value:?}")));
    assert_eq!(shown.0, shown.1, "{input}: {ours:?}, {theirs:?}");
    ours.is_ok()
}

/// A message with a field of each type that the formats treat differently.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Probe {
    Empty,
    Signed { value: i64 },
    Unsigned { value: u64 },
    Wide { value: i128 },
    Small { value: u8 },
    Float { value: f64 },
    Single { value: f32 },
    Text { value: String },
    Maybe { value: Option<u32> },
    Many { items: Vec<Item> },
    Keyed { table: std::collections::BTreeMap<String, Item> },
    Shaped { shape: Shape },
    Pair { pair: (u64, u64) },
    Numbered { table: std::collections::BTreeMap<i64, bool> },
    Listed { table: std::collections::BTreeMap<(u8, u8), bool> },
    Marked { marker: Marker },
    At { value: crate::protocol::Timestamp },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Marker;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    at: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Shape {
    Dot,
    Circle(u64),
    Line(u64, u64),
    Box { width: u64 },
}

impl Value for Probe {
    const TYPE: Type = Type::Opaque;
}

impl Validate for Probe {
    fn validate(&self) -> Result<(), ValidationError> {
        match self {
            Self::Text { value } if value == "forbidden" => {
                Err(ValidationError::of_rule(Rule::Custom("not_forbidden"), "is forbidden").within("value"))
            }
            _ => Ok(()),
        }
    }
}

/// A message that serde reads without buffering it, as the derive does.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Direct {
    value: u8,
}

impl Value for Direct {
    const TYPE: Type = Type::Opaque;
}

impl Validate for Direct {}

impl Message for Direct {
    type Text = super::Json;
    const SCHEMA: MessageSchema = MessageSchema { name: "Direct", tag: "type", docs: "", call_id: None, variants: &[] };
}

impl Message for Probe {
    type Text = super::Json;
    const SCHEMA: MessageSchema = MessageSchema { name: "Probe", tag: "type", docs: "", call_id: None, variants: &[] };
}

fn json(message: &Probe) -> String {
    match super::encode(message, Format::Json).unwrap() {
        Frame::Text(text) => text,
        Frame::Binary(_) => panic!("JSON in a binary frame"),
    }
}

fn msgpack(message: &Probe) -> Vec<u8> {
    match super::encode(message, Format::MessagePack).unwrap() {
        Frame::Binary(bytes) => bytes,
        Frame::Text(_) => panic!("MessagePack in a text frame"),
    }
}

/// Returns the bytes of `{"type": kind, "value": …}`, with the value in hexadecimal.
fn packed(kind: &str, value: &str) -> Vec<u8> {
    let mut bytes = vec![0x82, 0xa4];
    bytes.extend_from_slice(b"type");
    bytes.push(0xa0 | u8::try_from(kind.len()).unwrap());
    bytes.extend_from_slice(kind.as_bytes());
    bytes.push(0xa5);
    bytes.extend_from_slice(b"value");
    bytes.extend_from_slice(&hex(value));
    bytes
}

fn hex(digits: &str) -> Vec<u8> {
    digits
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn expect_error<T: std::fmt::Debug>(result: Result<T, ValidationError>, code: ValidationCode) -> ValidationError {
    let error = result.unwrap_err();
    assert_eq!(error.code(), code, "{error}");
    error
}

#[test]
fn formats_have_their_names() {
    for format in [Format::Json, Format::MessagePack] {
        assert_eq!(format.to_string().parse(), Ok(format));
        assert_eq!(Format::from_subprotocol(format.subprotocol()), Some(format));
    }
    assert_eq!("buffer".parse(), Ok(Format::MessagePack));
    assert_eq!("JSON".parse::<Format>(), Err(super::UnknownFormat));
    assert_eq!(Format::from_subprotocol("websocket-do.xml"), None);
}

#[test]
fn rules_are_checked_in_both_directions() {
    let message = Probe::Text { value: "forbidden".into() };
    for format in [Format::Json, Format::MessagePack] {
        assert_eq!(expect_error(super::encode(&message, format), ValidationCode::Rule).path(), "value");
    }
    expect_error(super::decode_text::<Probe>(r#"{"type":"text","value":"forbidden"}"#), ValidationCode::Rule);
    expect_error(super::decode_binary::<Probe>(&packed("text", "a9666f7262696464656e")), ValidationCode::Rule);
}
