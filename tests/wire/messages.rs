//! The exact messages of validation errors, with their codes and paths.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use websocket_do::{ValidationCode, WsProtocol, codec};

#[derive(Debug, WsProtocol)]
#[ws(server)]
enum Event {
    Said {
        text: String,
        seats: Option<BTreeMap<u8, bool>>,
        item: Option<Item>,
        shape: Option<Shape>,
        list: Option<Vec<u32>>,
    },
    Done,
}

#[derive(Debug, WsProtocol)]
struct Item {
    at: u64,
    pair: Option<(u8, u8)>,
}

#[derive(Debug, serde::Serialize, serde::Deserialize)]
enum Shape {
    Dot,
    Circle(f64),
}

/// Checks the error of a text and, unless it is malformed, of the same value in MessagePack.
fn expect_error(text: &str, code: ValidationCode, message: &str) {
    let error = codec::decode_text::<Event>(text).expect_err(text);
    assert_eq!((error.code(), error.to_string().as_str()), (code, message), "{text}");
    if code == ValidationCode::Malformed {
        return;
    }
    let value: Value = serde_json::from_str(text).expect(text);
    let error = codec::decode_binary::<Event>(&rmp_serde::to_vec_named(&value).unwrap()).expect_err(text);
    assert_eq!((error.code(), error.to_string().as_str()), (code, message), "{text} in MessagePack");
}

fn with_fields(fields: &str) -> String {
    format!(r#"{{"type":"said","text":"x",{fields}}}"#)
}

#[test]
fn each_error_has_a_message_and_a_path() {
    use ValidationCode::{Invalid, Missing, Number, UnknownType};
    for (text, code, message) in [
        (r#"{"type":"nope"}"#.to_owned(), UnknownType, "`type` must be `said` or `done`, is `nope`"),
        (r#"{"type":5}"#.to_owned(), Invalid, "`type` must be a string, is 5"),
        (r#"{"text":"x"}"#.to_owned(), Missing, "`type` is missing"),
        (r#"{"type":"said"}"#.to_owned(), Missing, "`text` is missing"),
        ("[]".to_owned(), Invalid, "must be an object, is a list"),
        ("5".to_owned(), Invalid, "must be an object, is 5"),
        (r#"{"type":"said","text":null}"#.to_owned(), Invalid, "`text` must be a string, is null"),
        // The error of an invalid key has the path of the key.
        (
            with_fields(r#""seats":{"x":true}"#),
            Invalid,
            "`seats.x` as a key must be a whole number from 0 to 255, is a string",
        ),
        (
            with_fields(r#""seats":{"256":true}"#),
            Invalid,
            "`seats.256` as a key must be a whole number from 0 to 255, is 256",
        ),
        (with_fields(r#""seats":{"7":1}"#), Invalid, "`seats.7` must be `true` or `false`, is 1"),
        (with_fields(r#""item":{}"#), Missing, "`item.at` is missing"),
        (with_fields(r#""item":{"at":1.5}"#), Invalid, "`item.at` must be a whole number from 0, is 1.5"),
        (
            with_fields(r#""item":{"at":9007199254740994}"#),
            Number,
            "`item.at` must be from -2^53 to 2^53, beyond which JavaScript holds no integer exactly, is 9007199254740994",
        ),
        (with_fields(r#""item":{"at":1,"pair":[1]}"#), Invalid, "`item.pair` must be a tuple of size 2, has 1"),
        (with_fields(r#""item":{"at":1,"pair":[1,2,3]}"#), Invalid, "`item.pair` must have fewer items, has 3"),
        (with_fields(r#""shape":5"#), Invalid, "`shape` must be a string or an object of one field, is 5"),
        (with_fields(r#""shape":{}"#), Invalid, "`shape` must be an object of one field, has none"),
        (with_fields(r#""shape":"Box""#), Invalid, "`shape` must be `Dot` or `Circle`, is `Box`"),
        (with_fields(r#""shape":{"Circle":"x"}"#), Invalid, "`shape.Circle` must be a number, is a string"),
        (
            with_fields(r#""shape":{"Circle":1,"Dot":null}"#),
            Invalid,
            "`shape` must be an object of one field, has more",
        ),
        (
            with_fields(r#""list":[1,2,"x"]"#),
            Invalid,
            "`list[2]` must be a whole number from 0 to 4294967295, is a string",
        ),
        (with_fields(r#""list":{"a":1}"#), Invalid, "`list` must be a list, is an object"),
    ] {
        expect_error(&text, code, message);
    }

    let duplicate = codec::decode_text::<Event>(&with_fields(r#""text":"y""#)).unwrap_err();
    assert_eq!((duplicate.code(), duplicate.to_string().as_str()), (ValidationCode::Duplicate, "`text` is duplicated"));
    for (text, message) in [
        (
            r#"{"type":"said","text":"\ud83d"}"#,
            "not JSON: a string has half of a surrogate pair, which is no character",
        ),
        (
            r#"{"type":"done","unknown":"\ude00"}"#,
            "not JSON: a string has half of a surrogate pair, which is no character",
        ),
        ("", "not JSON: EOF while parsing a value at line 1 column 0"),
        (r#"{"type":"done""#, "not JSON: EOF while parsing an object at line 1 column 14"),
        (r#"{"type":"done"} x"#, "not JSON: trailing characters at line 1 column 17"),
        // A syntax error is reported before any other.
        (r#"{"type":"nope","#, "not JSON: EOF while parsing an object at line 1 column 15"),
    ] {
        expect_error(text, ValidationCode::Malformed, message);
    }
}

#[test]
fn the_error_of_a_msgpackr_record_names_the_option_to_set() {
    // `new Packr().pack({ type: "done" })`: a record's definition with its one value.
    let record = b"\xd4\x72\x40\x91\xa4type\xa4done";
    let error = codec::decode_binary::<Event>(record).unwrap_err();
    assert_eq!(error.code(), ValidationCode::Malformed);
    assert_eq!(
        error.to_string(),
        "not MessagePack: extension type 114 is a record of msgpackr; create the encoder with `useRecords: false`"
    );
}

#[test]
fn an_error_in_a_long_list_has_its_index() {
    let long = |last: &str, tag_first: bool| {
        let list = format!("[{}{last}]", "123456,".repeat(1_500_000));
        if tag_first {
            format!(r#"{{"type":"said","text":"x","list":{list}}}"#)
        } else {
            format!(r#"{{"text":"x","list":{list},"type":"said"}}"#)
        }
    };
    for tag_first in [true, false] {
        assert!(codec::decode_text::<Event>(&long("7", tag_first)).is_ok());
        assert!(codec::decode_text::<Event>(&long("7.0", tag_first)).is_ok());
        let error = codec::decode_text::<Event>(&long("-1", tag_first)).unwrap_err();
        let message = "`list[1500000]` must be a whole number from 0 to 4294967295, is -1";
        assert_eq!((error.code(), error.to_string().as_str()), (ValidationCode::Invalid, message));
    }
    let nothing: Vec<Value> = vec![json!(""); 4_000_000];
    let packed = rmp_serde::to_vec_named(&json!({"type": "done", "unknown": nothing})).unwrap();
    assert!(codec::decode_binary::<Event>(&packed).is_ok(), "skipped values take no memory");
}
