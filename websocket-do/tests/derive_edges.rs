//! What `derive(WsProtocol)` makes of enums and structs: wire forms, rules, paths of rejections, descriptions.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use websocket_do::{
    Format, Frame, Message, ValidationCode, Value, WsProtocol, codec,
    protocol::schema::{Content, FieldSchema, Rule, StructSchema, Type},
};

/// What a client of the tests may send.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Answer)]
enum Ask {
    /// Nothing to say.
    Ping,
    SetName {
        #[ws(len = 1..=5)]
        name: String,
    },
    #[ws(rename = "add!")]
    Add(Item),
    Boxed(Box<Item>),
    Fill {
        items: Vec<Item>,
        by_key: BTreeMap<String, Item>,
        owner: Option<Opaque>,
        pair: (u8, Item),
    },
    Typed {
        #[ws(rename = "TYPE")]
        r#type: u64,
        #[serde(default)]
        count: u32,
        #[serde(default = "seven", alias = "luck", alias = "chance")]
        lucky: i8,
        #[serde(skip_serializing_if = "String::is_empty", default)]
        note: String,
        maybe: Alias,
    },
    With {
        #[serde(with = "hex")]
        color: u32,
        #[serde(with = "hex", default)]
        other: u32,
    },
    Tree(Node),
}

type Alias = Option<String>;

fn seven() -> i8 {
    7
}

mod hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    pub(super) fn serialize<S: Serializer>(value: &u32, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{value:x}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
        u32::from_str_radix(&String::deserialize(deserializer)?, 16).map_err(D::Error::custom)
    }
}

#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
enum Answer {
    Pong,
}

/// A thing.
#[derive(Debug, Clone, PartialEq, Default, WsProtocol)]
struct Item {
    /// What it is called.
    #[ws(len = 1..)]
    item_name: String,
    amount: Option<u8>,
}

#[derive(Debug, Clone, PartialEq, Default, WsProtocol)]
struct Node {
    #[ws(range = 0..10)]
    depth: i32,
    children: Vec<Node>,
    next: Option<Box<Self>>,
}

/// A serde type that knows nothing of messages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Opaque(String);

fn item(name: &str) -> Item {
    Item { item_name: name.to_owned(), amount: None }
}

#[track_caller]
fn both_ways(message: &Ask, wire: &Json) {
    assert_eq!(serde_json::to_value(message).unwrap(), *wire);
    assert_eq!(serde_json::from_value::<Ask>(wire.clone()).unwrap(), *message);
    for format in [Format::Json, Format::MessagePack] {
        let frame = codec::encode(message, format).unwrap();
        assert_eq!(codec::decode::<Ask>(&frame).unwrap(), *message);
    }
    // The tag last: everything else is buffered.
    if let Json::Object(entries) = wire {
        let fields = entries.iter().filter(|(key, _)| *key != "type");
        let fields: Vec<_> = fields.map(|(key, value)| format!("{}:{value},", json!(key))).collect();
        let text = format!("{{{}\"type\":{}}}", fields.concat(), entries["type"]);
        assert_eq!(serde_json::from_str::<Ask>(&text).unwrap(), *message);
        assert_eq!(codec::decode_text::<Ask>(&text).unwrap(), *message);
    }
}

#[test]
fn every_kind_of_variant_has_its_wire_form() {
    both_ways(&Ask::Ping, &json!({"type": "ping"}));
    both_ways(&Ask::SetName { name: "Ada".into() }, &json!({"type": "setName", "name": "Ada"}));
    both_ways(&Ask::Add(item("a")), &json!({"type": "add!", "itemName": "a"}));
    both_ways(&Ask::Boxed(Box::new(item("a"))), &json!({"type": "boxed", "itemName": "a"}));
    both_ways(
        &Ask::Fill {
            items: vec![Item { amount: Some(2), ..item("b") }],
            by_key: BTreeMap::from([("x".into(), item("c"))]),
            owner: Some(Opaque("o".into())),
            pair: (1, item("d")),
        },
        &json!({
            "type": "fill", "items": [{"itemName": "b", "amount": 2}], "byKey": {"x": {"itemName": "c"}}, "owner": "o",
            "pair": [1, {"itemName": "d"}],
        }),
    );
    let tree = Node {
        depth: 0,
        children: vec![Node { depth: 1, ..Node::default() }],
        next: Some(Box::new(Node { depth: 2, ..Node::default() })),
    };
    both_ways(
        &Ask::Tree(tree),
        &json!({"type": "tree", "depth": 0, "children": [{"depth": 1, "children": []}], "next": {"depth": 2, "children": []}}),
    );
}

#[test]
fn the_tag_comes_first_and_fields_in_order() {
    let message = Ask::SetName { name: "Ada".into() };
    assert_eq!(serde_json::to_string(&message).unwrap(), r#"{"type":"setName","name":"Ada"}"#);
    let Frame::Binary(bytes) = codec::encode(&message, Format::MessagePack).unwrap() else { panic!() };
    assert_eq!(bytes, b"\x82\xa4type\xa7setName\xa4name\xa3Ada");
}

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

#[test]
fn none_is_left_out_also_where_the_inner_type_is_opaque() {
    let message = Ask::Fill { items: vec![], by_key: BTreeMap::new(), owner: None, pair: (1, item("d")) };
    both_ways(&message, &json!({"type": "fill", "items": [], "byKey": {}, "pair": [1, {"itemName": "d"}]}));
}

#[test]
fn unknown_fields_are_ignored_and_keys_may_be_escaped() {
    for text in [
        r#"{"type":"setName","name":"Ada","x":{"y":[1,null,true]}}"#,
        r#"{"x":{"y":[1,-2,0.5,null,true,"s"]},"name":"Ada","type":"setName"}"#,
        r#"{"x":{"y":[1]},"type":"setName","z":{},"name":"Ada"}"#,
        r#"{"\u0074ype":"set\u004eame","n\u0061me":"Ada"}"#,
    ] {
        assert_eq!(serde_json::from_str::<Ask>(text).unwrap(), Ask::SetName { name: "Ada".into() }, "{text}");
    }
    // Keys that are no strings, in MessagePack.
    for bytes in
        [&b"\x83\x01\x02\xa4type\xa7setName\xa4name\xa3Ada"[..], b"\x83\xa4type\xa7setName\x01\x02\xa4name\xa3Ada"]
    {
        assert_eq!(codec::decode_binary::<Ask>(bytes).unwrap(), Ask::SetName { name: "Ada".into() });
    }
}

#[track_caller]
fn refused(text: &str, code: ValidationCode, said: &str) {
    assert!(serde_json::from_str::<Ask>(text).is_err() || code == ValidationCode::Rule, "{text}");
    let rejection = codec::decode_text::<Ask>(text).unwrap_err();
    assert_eq!((rejection.code(), rejection.to_string().as_str()), (code, said), "{text}");
}

#[test]
fn a_refusal_names_the_place_and_the_reason() {
    use ValidationCode::{Duplicate, Invalid, Missing, Rule, UnknownType};
    for (text, code, said) in [
        ("{}", Missing, "`type` is missing"),
        (r#"{"name":"Ada"}"#, Missing, "`type` is missing"),
        (r#"{"type":"setName"}"#, Missing, "`name` is missing"),
        (r#"{"type":5}"#, Invalid, "`type` must be a string, is 5"),
        (r#"{"type":null}"#, Invalid, "`type` must be a string, is null"),
        ("[]", Invalid, "must be an object, is a list"),
        ("7", Invalid, "must be an object, is 7"),
        (r#"{"type":"ping","type":"ping"}"#, Duplicate, "`type` is duplicated"),
        (r#"{"x":1,"type":"ping","type":"ping"}"#, Duplicate, "`type` is duplicated"),
        (r#"{"type":"add!","itemName":"a","type":"ping"}"#, Duplicate, "`type` is duplicated"),
        (r#"{"type":"setName","name":"a","name":"b"}"#, Duplicate, "`name` is duplicated"),
        (r#"{"name":"a","type":"setName","name":"b"}"#, Duplicate, "`name` is duplicated"),
        (r#"{"type":"typed","TYPE":1,"lucky":null,"luck":1}"#, Duplicate, "`lucky` is duplicated"),
        (r#"{"type":"setName","name":null}"#, Invalid, "`name` must be a string, is null"),
        (r#"{"type":"setName","name":7}"#, Invalid, "`name` must be a string, is 7"),
        (r#"{"type":"typed","TYPE":-1}"#, Invalid, "`TYPE` must be a whole number from 0, is -1"),
        (r#"{"type":"typed","TYPE":1.5}"#, Invalid, "`TYPE` must be a whole number from 0, is 1.5"),
        (r#"{"type":"add!"}"#, Missing, "`itemName` is missing"),
        (
            r#"{"type":"add!","itemName":"a","amount":256}"#,
            Invalid,
            "`amount` must be a whole number from 0 to 255, is 256",
        ),
        (r#"{"type":"fill","items":{}}"#, Invalid, "`items` must be a list, is an object"),
        (
            r#"{"type":"fill","items":[{"itemName":"a"},{"itemName":[]}]}"#,
            Invalid,
            "`items[1].itemName` must be a string, is a list",
        ),
        (r#"{"type":"fill","items":[],"byKey":{"k":{}}}"#, Missing, "`byKey.k.itemName` is missing"),
        (
            r#"{"type":"fill","items":[{"itemName":""}],"byKey":{},"pair":[1,{"itemName":"d"}]}"#,
            Rule,
            "`items[0].itemName` must have at least 1 character, has 0",
        ),
        (
            r#"{"type":"fill","items":[],"byKey":{"k":{"itemName":""}},"pair":[1,{"itemName":"d"}]}"#,
            Rule,
            "`byKey.k.itemName` must have at least 1 character, has 0",
        ),
        (
            r#"{"type":"fill","items":[],"byKey":{},"pair":[1,{"itemName":""}]}"#,
            Rule,
            "`pair[1].itemName` must have at least 1 character, has 0",
        ),
        (
            r#"{"type":"tree","depth":0,"children":[{"depth":0,"children":[{"depth":10,"children":[]}]}]}"#,
            Rule,
            "`children[0].children[0].depth` must be from 0 to below 10, is 10",
        ),
        (r#"{"type":"setName","name":"Ada Lovelace"}"#, Rule, "`name` must have 1 to 5 characters, has 12"),
        (
            r#"{"type":"setNam"}"#,
            UnknownType,
            "`type` must be `ping` or `setName` or `add!` or `boxed` or `fill` or `typed` or `with` or `tree`, is `setNam`",
        ),
    ] {
        refused(text, code, said);
    }
}

#[test]
fn integers_may_be_written_as_floats_wherever_the_tag_stands() {
    for text in [r#"{"type":"typed","TYPE":3.0}"#, r#"{"TYPE":3.0,"type":"typed"}"#] {
        assert!(matches!(codec::decode_text::<Ask>(text).unwrap(), Ask::Typed { r#type: 3, .. }));
    }
    for (text, code) in [
        (r#"{"TYPE":3.5,"type":"typed"}"#, ValidationCode::Invalid),
        (r#"{"TYPE":1e30,"type":"typed"}"#, ValidationCode::Number),
        (r#"{"TYPE":-1.0,"type":"typed"}"#, ValidationCode::Invalid),
    ] {
        let rejection = codec::decode_text::<Ask>(text).unwrap_err();
        assert_eq!((rejection.code(), rejection.path()), (code, "TYPE"));
    }
}

const MOST: usize = 3;
const LOW: f64 = -0.5;

#[derive(Debug, Clone, PartialEq, Default, WsProtocol)]
struct Ruled {
    #[ws(len = ..=MOST)]
    a: Option<String>,
    #[ws(len = 2)]
    b: Option<Vec<u8>>,
    #[ws(len = ..3)]
    c: Option<HashMap<String, u8>>,
    #[ws(bytes = 1..=4)]
    d: Option<String>,
    #[ws(range = LOW..=1.5)]
    e: Option<f64>,
    #[ws(range = ..-1)]
    f: Option<i64>,
    #[ws(range = 5_000_000_000..)]
    g: Option<u64>,
    #[ws(pattern = "^[a-z]+$", len = ..=3)]
    h: Option<String>,
    #[ws(one_of("red", "green"))]
    i: Option<String>,
    #[ws(len = 1.., each(len = 1..=2, pattern = "^x", custom = no_z))]
    j: Option<Vec<String>>,
    #[ws(each(each(range = 0..=9)))]
    k: Option<Vec<Vec<u8>>>,
    #[ws(custom = even)]
    l: Option<u32>,
    #[ws(custom = no_z)]
    m: String,
    #[ws(each(one_of("a")))]
    n: Option<BTreeMap<u8, String>>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "what a rule is called with")]
fn even(value: &u32) -> Result<(), &'static str> {
    if value.is_multiple_of(2) { Ok(()) } else { Err("must be even") }
}

fn no_z(text: &str) -> Result<(), String> {
    if text.contains('z') { Err(format!("must not have a z, is {text}")) } else { Ok(()) }
}

#[test]
fn every_rule_holds_at_its_bound_and_breaks_one_past() {
    let good = json!({
        "a": "äöü", "b": [1, 2], "c": {"x": 1, "y": 2}, "d": "ää", "e": -0.5, "f": -2, "g": 5_000_000_000_u64, "h": "abc",
        "i": "red", "j": ["x", "xy"], "k": [[0, 9], []], "l": 2, "m": "y", "n": {"1": "a"},
    });
    assert!(serde_json::from_value::<Ruled>(good.clone()).is_ok());
    assert_eq!(codec::validate(&Ruled::default()), Ok(()), "rules wait for a value");
    for (field, value, said) in [
        ("a", json!("abcd"), "`a` must have at most 3 characters, has 4"),
        ("b", json!([1]), "`b` must have exactly 2 items, has 1"),
        ("b", json!([1, 2, 3]), "`b` must have exactly 2 items, has 3"),
        ("c", json!({"a": 1, "b": 1, "c": 1}), "`c` must have at most 2 items, has 3"),
        ("d", json!(""), "`d` must have 1 to 4 bytes, has 0"),
        ("d", json!("äää"), "`d` must have 1 to 4 bytes, has 6"),
        ("e", json!(-0.6), "`e` must be from -0.5 to 1.5, is -0.6"),
        ("e", json!(1.6), "`e` must be from -0.5 to 1.5, is 1.6"),
        ("f", json!(-1), "`f` must be below -1, is -1"),
        ("g", json!(4_999_999_999_u64), "`g` must be at least 5000000000, is 4999999999"),
        ("h", json!("Abc"), "`h` must match `^[a-z]+$`"),
        ("h", json!("ABCD"), "`h` must have at most 3 characters, has 4"),
        ("i", json!("blue"), "`i` must be `red` or `green`"),
        ("j", json!([]), "`j` must have at least 1 item, has 0"),
        ("j", json!(["x", ""]), "`j[1]` must have 1 to 2 characters, has 0"),
        ("j", json!(["x", "y"]), "`j[1]` must match `^x`"),
        ("j", json!(["xz"]), "`j[0]` must not have a z, is xz"),
        ("k", json!([[0], [1, 10]]), "`k[1][1]` must be from 0 to 9, is 10"),
        ("l", json!(3), "`l` must be even"),
        ("m", json!("z"), "`m` must not have a z, is z"),
        ("n", json!({"7": "b"}), "`n.7` must be `a`"),
    ] {
        let mut bad = good.clone();
        bad[field] = value;
        assert_eq!(serde_json::from_value::<Ruled>(bad).unwrap_err().to_string(), said);
    }
    let not_a_number = Ruled { e: Some(f64::NAN), ..Ruled::default() };
    let rejection = codec::validate(&not_a_number).unwrap_err();
    assert_eq!((rejection.code(), rejection.path()), (ValidationCode::Rule, "e"));
}

#[test]
fn rules_are_described_in_the_order_they_are_written() {
    let schema = schema_of::<Ruled>();
    let rules = |name: &str| field(schema.fields, name).rules;
    assert_eq!(rules("a"), [Rule::Len { min: None, max: Some(3) }]);
    assert_eq!(rules("b"), [Rule::Len { min: Some(2), max: Some(2) }]);
    assert_eq!(rules("c"), [Rule::Len { min: None, max: Some(2) }]);
    assert_eq!(rules("e"), [Rule::Range { min: Some(-0.5), max: Some(1.5), below_max: false }]);
    assert_eq!(rules("f"), [Rule::Range { min: None, max: Some(-1.0), below_max: true }]);
    assert_eq!(rules("g"), [Rule::Range { min: Some(5e9), max: None, below_max: false }]);
    assert_eq!(rules("h"), [Rule::Pattern("^[a-z]+$"), Rule::Len { min: None, max: Some(3) }]);
    assert_eq!(rules("i"), [Rule::OneOf(&["red", "green"])]);
    assert_eq!(
        rules("j"),
        [
            Rule::Len { min: Some(1), max: None },
            Rule::Each(&[Rule::Len { min: Some(1), max: Some(2) }, Rule::Pattern("^x"), Rule::Custom("no_z")])
        ]
    );
}

fn schema_of<T: Value>() -> &'static StructSchema {
    match T::TYPE {
        Type::Struct(schema) => schema(),
        other => panic!("{other:?} is no struct"),
    }
}

#[track_caller]
fn field(fields: &'static [FieldSchema], ident: &str) -> &'static FieldSchema {
    fields.iter().find(|field| field.ident == ident).unwrap()
}

#[test]
fn the_protocol_describes_itself() {
    const SCHEMA: websocket_do::protocol::MessageSchema = Ask::SCHEMA;
    assert_eq!((SCHEMA.name, SCHEMA.tag, SCHEMA.docs), ("Ask", "type", "What a client of the tests may send."));
    let names: Vec<_> = SCHEMA.variants.iter().map(|variant| (variant.ident, variant.name)).collect();
    assert_eq!(
        names,
        [
            ("Ping", "ping"),
            ("SetName", "setName"),
            ("Add", "add!"),
            ("Boxed", "boxed"),
            ("Fill", "fill"),
            ("Typed", "typed"),
            ("With", "with"),
            ("Tree", "tree"),
        ]
    );
    assert_eq!((SCHEMA.variants[0].docs, SCHEMA.variants[0].content), ("Nothing to say.", Content::Unit));
    assert_eq!(SCHEMA.variants[2].content, Content::Newtype(Item::TYPE));
    let Content::Fields(fields) = SCHEMA.variants[4].content else { panic!() };
    assert_eq!(field(fields, "items").ty, Type::List(&Item::TYPE));
    assert_eq!(field(fields, "by_key").ty, Type::Map(&Type::String, &Item::TYPE));
    assert_eq!(field(fields, "by_key").name, "byKey");
    assert_eq!((field(fields, "owner").ty, field(fields, "owner").optional), (Type::Opaque, true));
    let Content::Fields(fields) = SCHEMA.variants[5].content else { panic!() };
    let optional: Vec<_> = fields.iter().map(|field| (field.ident, field.optional)).collect();
    assert_eq!(optional, [("type", false), ("count", true), ("lucky", true), ("note", true), ("maybe", true)]);

    let node = schema_of::<Node>();
    assert_eq!(field(node.fields, "children").ty, Type::List(&Node::TYPE), "a struct may hold itself");
    let item = schema_of::<Item>();
    assert_eq!((item.name, item.docs, item.fields[0].docs), ("Item", "A thing.", "What it is called."));
    assert_eq!(item.fields[1].ty, Type::Optional(&u8::TYPE));
}

mod names {
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

    /// A struct says its own case, whatever the enum's.
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

/// Method names of the typed client that Rust or the connection already has a use for.
#[derive(Debug, WsProtocol)]
#[ws(client, server = crate::Answer)]
enum Words {
    Type,
    Match { r#fn: u8 },
    Crate,
    Close,
    Send { connection: String },
}

#[test]
fn variants_may_be_called_as_keywords() {
    assert_eq!(serde_json::to_value(Words::Type).unwrap(), json!({"type": "type"}));
    assert_eq!(serde_json::to_value(Words::Match { r#fn: 1 }).unwrap(), json!({"type": "match", "fn": 1}));
    let text = |word: &Words| serde_json::to_string(word).unwrap();
    assert_eq!(text(&Words::Crate), r#"{"type":"crate"}"#);
    assert_eq!(text(&Words::Close), r#"{"type":"close"}"#);
    assert_eq!(text(&Words::Send { connection: String::new() }), r#"{"type":"send","connection":""}"#);
}

/// No messages yet.
#[derive(Debug, WsProtocol)]
#[ws(server)]
enum Nothing {}

#[test]
fn a_protocol_may_be_empty() {
    assert!(Nothing::SCHEMA.variants.is_empty());
    let rejection = codec::decode_text::<Nothing>(r#"{"type":"a"}"#).unwrap_err();
    assert_eq!(rejection.code(), ValidationCode::UnknownType);
}

/// Everything in one: a message as a value in another.
#[test]
fn a_message_may_stand_in_a_message() {
    #[derive(Debug, Clone, PartialEq, WsProtocol)]
    #[ws(server)]
    enum Outer {
        Log { ask: Ask },
    }
    let message = Outer::Log { ask: Ask::SetName { name: String::new() } };
    assert_eq!(codec::validate(&message).unwrap_err().path(), "ask.name");
    let text = r#"{"type":"log","ask":{"type":"nope"}}"#;
    let rejection = codec::decode_text::<Outer>(text).unwrap_err();
    assert_eq!((rejection.path(), rejection.code()), ("ask.type", ValidationCode::Invalid));
}
