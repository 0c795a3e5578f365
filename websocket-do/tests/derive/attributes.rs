//! serde's attributes on fields.

use serde_json::json;
use websocket_do::{ValidationCode, WsProtocol, codec::decode_text};

use crate::{
    protocol::{Ask, code_and_path},
    wire_form::{both_ways, text},
};

#[test]
fn serde_attributes_of_fields_are_honoured() {
    let message = Ask::Typed { r#type: 1, count: 2, lucky: 3, note: "n".into(), maybe: Some("m".into()) };
    both_ways(&message, &json!({"type": "typed", "TYPE": 1, "count": 2, "lucky": 3, "note": "n", "maybe": "m"}));
    both_ways(&Ask::With { color: 255, other: 1 }, &json!({"type": "with", "color": "ff", "other": "1"}));
    let read = |text: &str| serde_json::from_str::<Ask>(text).unwrap();
    let least = Ask::Typed { r#type: 1, count: 0, lucky: 7, note: String::new(), maybe: None };
    assert_eq!(read(r#"{"type":"typed","TYPE":1}"#), least);
    assert_eq!(read(r#"{"type":"typed","TYPE":1,"count":null,"lucky":null,"note":null,"maybe":null}"#), least);
    assert_eq!(
        serde_json::to_value(&least).unwrap(),
        json!({"type": "typed", "TYPE": 1, "count": 0, "lucky": 7}),
        "an empty note and `None` are left out"
    );
    for text in [r#"{"type":"typed","TYPE":1,"luck":9}"#, r#"{"chance":9,"TYPE":1,"type":"typed"}"#] {
        assert!(matches!(read(text), Ask::Typed { lucky: 9, .. }));
    }
    assert_eq!(read(r#"{"type":"with","color":"ff","other":null}"#), Ask::With { color: 255, other: 0 });
}

mod text_number {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    pub(super) fn serialize<S: Serializer>(number: &u32, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

fn three() -> u32 {
    3
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_three(number: &u32) -> bool {
    *number == 3
}

#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
enum Serde {
    Fields {
        #[serde(default)]
        plain: u32,
        #[serde(default = "three", skip_serializing_if = "is_three")]
        three: u32,
        #[serde(with = "text_number")]
        text: u32,
        #[serde(default, with = "text_number", alias = "old", alias = "older")]
        both: u32,
        #[serde(rename = "other-name")]
        renamed: u32,
        #[serde(serialize_with = "text_number::serialize")]
        out: u32,
        #[serde(deserialize_with = "text_number::deserialize")]
        r#in: u32,
    },
}

#[test]
fn serde_attributes_are_honoured_together() {
    let message = |three, both| Serde::Fields { plain: 0, three, text: 1, both, renamed: 2, out: 5, r#in: 6 };
    let least = r#"{"type":"fields","text":"1","other-name":2,"out":5,"in":"6"}"#;
    assert_eq!(decode_text(least), Ok(message(3, 0)));
    let aliased = r#"{"type":"fields","three":null,"text":"1","older":"9","other-name":2,"out":5,"in":"6"}"#;
    assert_eq!(decode_text(aliased), Ok(message(3, 9)));
    let written = r#"{"type":"fields","plain":0,"text":"1","both":"0","other-name":2,"out":"5","in":6}"#;
    assert_eq!(text(&message(3, 0)), written);
    let twice = r#"{"type":"fields","old":"1","both":"1","text":"1","other-name":2,"out":5,"in":"6"}"#;
    assert_eq!(code_and_path::<Serde>(twice), (ValidationCode::Duplicate, "both".to_owned()));
    let missing = r#"{"type":"fields","other-name":2,"out":5,"in":"6"}"#;
    assert_eq!(code_and_path::<Serde>(missing), (ValidationCode::Missing, "text".to_owned()));
}
