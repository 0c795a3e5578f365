//! The limit on nested lists and objects.

use serde::{Deserialize, Serialize};
use websocket_do::{Format, ValidationCode, WsProtocol, codec};

use crate::properties::round_trip;

#[test]
fn lists_and_objects_nest_to_128_levels_reading_and_writing() {
    #[derive(Debug, Clone, PartialEq, WsProtocol)]
    #[ws(server)]
    enum Deep {
        List { value: List },
        Object { value: Object },
        Choice { value: Choice },
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct List(Vec<List>);

    #[derive(Debug, Clone, PartialEq, WsProtocol)]
    struct Object {
        a: Option<Box<Object>>,
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    enum Choice {
        End,
        More(Box<Choice>),
        Pair(u8, Box<Choice>),
    }

    let list = |depth| (1..depth).fold(List(Vec::new()), |inner, _| List(vec![inner]));
    let object = |depth| (1..depth).fold(Object { a: None }, |inner, _| Object { a: Some(Box::new(inner)) });
    let choice = |depth| (0..depth).fold(Choice::End, |inner, _| Choice::More(Box::new(inner)));
    let pair = |depth| (0..depth).fold(Choice::End, |inner, _| Choice::Pair(1, Box::new(inner)));
    for format in [Format::Json, Format::MessagePack] {
        // The message is a level too; a pair is two.
        for message in [
            Deep::List { value: list(127) },
            Deep::Object { value: object(127) },
            Deep::Choice { value: choice(127) },
            Deep::Choice { value: pair(63) },
        ] {
            assert_eq!(round_trip(&message, format), message);
        }
        for (message, path) in [
            (Deep::List { value: list(128) }, format!("value{}", "[0]".repeat(127))),
            (Deep::Object { value: object(128) }, format!("value{}", ".a".repeat(127))),
            (Deep::Choice { value: choice(128) }, format!("value{}", ".More".repeat(127))),
            (Deep::Choice { value: pair(64) }, format!("value{}.Pair", ".Pair[1]".repeat(63))),
        ] {
            let error = codec::encode(&message, format).unwrap_err();
            assert_eq!((error.code(), error.path()), (ValidationCode::Invalid, path.as_str()));
            assert_eq!(error.message(), "must not nest deeper than 128");
        }
    }
    let text = |depth: usize| format!(r#"{{"type":"list","value":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
    assert!(codec::decode_text::<Deep>(&text(127)).is_ok());
    let error = codec::decode_text::<Deep>(&text(128)).unwrap_err();
    assert_eq!(error.to_string(), "not JSON: it nests deeper than 128");
    let bytes = |depth: usize| [&b"\x82\xa4type\xa4list\xa5value"[..], &vec![0x91; depth - 1], &[0x90]].concat();
    assert!(codec::decode_binary::<Deep>(&bytes(127)).is_ok());
    let error = codec::decode_binary::<Deep>(&bytes(128)).unwrap_err();
    assert_eq!(error.to_string(), "not MessagePack: it nests deeper than 128");
}
