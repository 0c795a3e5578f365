//! Names of tags, variants and fields, and enums of unusual shape.

use serde_json::json;
use websocket_do::{Message, ValidationCode, WsProtocol, codec, codec::decode_text};

use crate::{
    protocol::{Ask, Reply},
    wire_form::text,
};

#[test]
fn tag_and_case_can_be_changed() {
    assert_eq!(text(&Reply::AllDone), r#"{"kind":"all_done"}"#);
    assert_eq!(text(&Reply::UserLeft { user_id: 7 }), r#"{"kind":"user_left","user_id":7}"#);
    assert_eq!(decode_text(r#"{"user_id":7,"kind":"user_left"}"#), Ok(Reply::UserLeft { user_id: 7 }));
}

mod cases {
    use super::*;

    macro_rules! cases {
        ($($case:literal $name:ident: $variant:literal $field:literal,)*) => {$(
            #[test]
            fn $name() {
                #[derive(Debug, PartialEq, WsProtocol)]
                #[ws(server, tag = "kind", rename_all = $case)]
                enum Cased {
                    BigNews { news_text: u8 },
                }
                assert_eq!(
                    serde_json::to_value(Cased::BigNews { news_text: 1 }).unwrap(),
                    json!({"kind": $variant, $field: 1})
                );
            }
        )*};
    }
    cases! {
        "camelCase" camel: "bigNews" "newsText",
        "PascalCase" pascal: "BigNews" "NewsText",
        "snake_case" snake: "big_news" "news_text",
        "SCREAMING_SNAKE_CASE" screaming_snake: "BIG_NEWS" "NEWS_TEXT",
        "kebab-case" kebab: "big-news" "news-text",
        "SCREAMING-KEBAB-CASE" screaming_kebab: "BIG-NEWS" "NEWS-TEXT",
        "lowercase" lower: "bignews" "news_text",
        "UPPERCASE" upper: "BIGNEWS" "NEWS_TEXT",
    }

    /// The case of a struct does not depend on that of the enum.
    #[test]
    fn a_struct_has_its_own_case() {
        #[derive(Debug, WsProtocol)]
        #[ws(rename_all = "snake_case")]
        struct Snake {
            long_name: u8,
            #[ws(rename = "other")]
            renamed_field: u8,
        }
        let value = serde_json::to_value(Snake { long_name: 1, renamed_field: 2 }).unwrap();
        assert_eq!(value, json!({"long_name": 1, "other": 2}));
    }
}

/// Variants whose methods on the typed client would be keywords or methods of the connection.
#[derive(Debug, WsProtocol)]
#[ws(client, server = crate::protocol::Answer)]
enum Words {
    Type,
    Match { r#fn: u8 },
    Crate,
    Close,
    Send { connection: String },
}

#[test]
fn variants_may_be_named_as_keywords() {
    assert_eq!(serde_json::to_value(Words::Type).unwrap(), json!({"type": "type"}));
    assert_eq!(serde_json::to_value(Words::Match { r#fn: 1 }).unwrap(), json!({"type": "match", "fn": 1}));
    let json = |word: &Words| serde_json::to_string(word).unwrap();
    assert_eq!(json(&Words::Crate), r#"{"type":"crate"}"#);
    assert_eq!(json(&Words::Close), r#"{"type":"close"}"#);
    assert_eq!(json(&Words::Send { connection: String::new() }), r#"{"type":"send","connection":""}"#);
}

/// No messages yet.
#[derive(Debug, WsProtocol)]
#[ws(server)]
enum Nothing {}

#[test]
fn a_protocol_may_be_empty() {
    assert!(Nothing::SCHEMA.variants.is_empty());
    let error = codec::decode_text::<Nothing>(r#"{"type":"a"}"#).unwrap_err();
    assert_eq!(error.code(), ValidationCode::UnknownType);
}

#[test]
fn a_message_may_contain_a_message() {
    #[derive(Debug, Clone, PartialEq, WsProtocol)]
    #[ws(server)]
    enum Outer {
        Log { ask: Ask },
    }
    let message = Outer::Log { ask: Ask::SetName { name: String::new() } };
    assert_eq!(codec::validate(&message).unwrap_err().path(), "ask.name");
    let text = r#"{"type":"log","ask":{"type":"nope"}}"#;
    let error = codec::decode_text::<Outer>(text).unwrap_err();
    assert_eq!((error.path(), error.code()), ("ask.type", ValidationCode::Invalid));
}
