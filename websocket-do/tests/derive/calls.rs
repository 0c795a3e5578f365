//! Calls: their description, and what they are on the wire.

use serde::{Deserialize, Serialize};
use websocket_do::{
    Format, Frame, Message, WsProtocol,
    codec::{decode_text, encode},
    protocol::{Type, schema::CallSchema},
};

#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Answered)]
enum Asking {
    Say {
        text: String,
    },
    #[ws(reply = Vec<Said>)]
    History {
        #[ws(range = 1..=100)]
        limit: u32,
    },
    #[ws(reply = u8, error = Taken, idempotent, rename = "take")]
    Sit(Place),
    #[ws(reply = ())]
    Save,
}

#[derive(Debug, Clone, PartialEq, WsProtocol)]
struct Place {
    at: u8,
}

#[derive(Debug, Clone, PartialEq, WsProtocol)]
struct Said {
    text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Taken {
    By(String),
}

#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
enum Answered {
    Said { text: String },
}

#[test]
fn the_schema_has_the_types_of_the_answer() {
    let calls: Vec<_> = Asking::SCHEMA.variants.iter().map(|variant| variant.call).collect();
    assert_eq!(Asking::SCHEMA.call_id, Some("id"));
    assert_eq!(calls[0], None);
    assert!(
        matches!(calls[1], Some(CallSchema { reply: Type::List(Type::Struct(said)), error: None, idempotent: false })
        if said().name == "Said")
    );
    let number = Type::Integer { bits: 8, signed: false };
    assert_eq!(calls[2], Some(CallSchema { reply: number, error: Some(Type::Opaque), idempotent: true }));
    assert_eq!(calls[3], Some(CallSchema { reply: Type::Unit, error: None, idempotent: false }));
    assert_eq!(Answered::SCHEMA.call_id, None);
}

#[test]
fn a_call_is_written_and_read_like_any_message() {
    for (message, text) in [
        (Asking::Say { text: "hi".into() }, r#"{"type":"say","text":"hi"}"#),
        (Asking::History { limit: 20 }, r#"{"type":"history","limit":20}"#),
        (Asking::Sit(Place { at: 3 }), r#"{"type":"take","at":3}"#),
        (Asking::Save, r#"{"type":"save"}"#),
    ] {
        assert_eq!(encode(&message, Format::Json).unwrap(), Frame::Text(text.into()));
        assert_eq!(decode_text::<Asking>(text).unwrap(), message);
        assert_eq!(decode_text::<Asking>(&text.replacen('{', r#"{"id":7,"#, 1)).unwrap(), message);
    }
    assert!(encode(&Asking::History { limit: 0 }, Format::Json).is_err());
}
