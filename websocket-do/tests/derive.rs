//! `derive(WsProtocol)`: the wire form, the rules with their bounds and paths, and the description.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use websocket_do::{
    Format, Frame, ValidationCode, ValidationError, WsProtocol,
    codec::{decode_binary, decode_text, encode},
    protocol::{
        Message,
        schema::{Content, FieldSchema, Rule, Type},
    },
};

/// What the tests send.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Answer)]
enum Ask {
    /// Nothing beside the tag.
    Ping,
    /// Take another name.
    ///
    /// Everyone is told.
    SetName {
        /// The new one.
        #[ws(len = 1..=5)]
        new_name: String,
        nick: Option<String>,
    },
    Place(Item),
    #[ws(rename = "all")]
    PlaceAll {
        items: Vec<Item>,
    },
    Grow(Tree),
}

#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server, tag = "kind", rename_all = "snake_case")]
enum Answer {
    AllDone,
    UserLeft { user_id: u32 },
}

#[derive(Debug, Clone, PartialEq, WsProtocol)]
struct Item {
    #[ws(len = 1..=3)]
    name: String,
    #[ws(rename = "n")]
    count: u8,
}

#[derive(Debug, Clone, PartialEq, WsProtocol)]
struct Tree {
    #[ws(range = ..10)]
    height: u32,
    branches: Vec<Tree>,
    parent: Option<Box<Tree>>,
}

fn read(text: &str) -> Result<Ask, ValidationError> {
    decode_text(text)
}

fn refused<M: Message + std::fmt::Debug>(text: &str) -> (ValidationCode, String) {
    let why = decode_text::<M>(text).unwrap_err();
    (why.code(), why.path().to_owned())
}

fn text<M: Message>(message: &M) -> String {
    match encode(message, Format::Json).unwrap() {
        Frame::Text(text) => text.clone(),
        Frame::Binary(_) => unreachable!("JSON is text"),
    }
}

fn name(name: &str) -> Ask {
    Ask::SetName { new_name: name.to_owned(), nick: None }
}

#[test]
fn each_kind_of_variant_has_its_wire_form() {
    let item = || Item { name: "a".to_owned(), count: 1 };
    for (message, wire) in [
        (Ask::Ping, r#"{"type":"ping"}"#),
        (name("Ada"), r#"{"type":"setName","newName":"Ada"}"#),
        (
            Ask::SetName { new_name: "Ada".to_owned(), nick: Some("A".to_owned()) },
            r#"{"type":"setName","newName":"Ada","nick":"A"}"#,
        ),
        (Ask::Place(item()), r#"{"type":"place","name":"a","n":1}"#),
        (Ask::PlaceAll { items: vec![item()] }, r#"{"type":"all","items":[{"name":"a","n":1}]}"#),
    ] {
        assert_eq!(text(&message), wire);
        assert_eq!(read(wire), Ok(message.clone()));
        let Ok(Frame::Binary(bytes)) = encode(&message, Format::MessagePack) else { panic!("MessagePack is binary") };
        assert_eq!(decode_binary(&bytes), Ok(message.clone()));
        let plain = rmp_serde::to_vec_named(&serde_json::from_str::<serde_json::Value>(wire).unwrap()).unwrap();
        assert_eq!(decode_binary(&plain), Ok(message));
    }
}

#[test]
fn tag_and_case_can_be_changed() {
    assert_eq!(text(&Answer::AllDone), r#"{"kind":"all_done"}"#);
    assert_eq!(text(&Answer::UserLeft { user_id: 7 }), r#"{"kind":"user_left","user_id":7}"#);
    assert_eq!(decode_text(r#"{"user_id":7,"kind":"user_left"}"#), Ok(Answer::UserLeft { user_id: 7 }));
}

#[test]
fn the_tag_may_stand_anywhere_but_once() {
    assert_eq!(read(r#"{"newName":"Ada","type":"setName"}"#), Ok(name("Ada")));
    assert_eq!(read(r#"{"nick":null,"type":"setName","newName":"Ada"}"#), Ok(name("Ada")));
    let item = Ask::Place(Item { name: "a".to_owned(), count: 1 });
    assert_eq!(read(r#"{"name":"a","type":"place","n":1}"#), Ok(item));
    for twice in [
        r#"{"type":"ping","type":"ping"}"#,
        r#"{"type":"setName","newName":"Ada","type":"setName"}"#,
        r#"{"type":"place","name":"a","n":1,"type":"place"}"#,
    ] {
        assert_eq!(refused::<Ask>(twice), (ValidationCode::Duplicate, "type".to_owned()), "{twice}");
    }
}

#[test]
fn what_is_not_a_message_is_told_with_its_place() {
    use ValidationCode::{Duplicate, Invalid, Missing, UnknownType};
    for (wire, code, path) in [
        ("{}", Missing, "type"),
        (r#"{"type":"nothing"}"#, UnknownType, "type"),
        (r#"{"type":3}"#, Invalid, "type"),
        (r#"{"type":"setName"}"#, Missing, "newName"),
        (r#"{"type":"setName","newName":null}"#, Invalid, "newName"),
        (r#"{"type":"setName","newName":"a","newName":"b"}"#, Duplicate, "newName"),
        (r#"{"newName":"a","newName":"b","type":"setName"}"#, Duplicate, "newName"),
        (r#"{"type":"place","name":"a","n":256}"#, Invalid, "n"),
        (r#"{"type":"all","items":[{"name":"a","n":1},{"name":"a"}]}"#, Missing, "items[1].n"),
    ] {
        assert_eq!(refused::<Ask>(wire), (code, path.to_owned()), "{wire}");
    }
}

#[test]
fn unknown_fields_are_ignored() {
    assert_eq!(read(r#"{"x":[1,{}],"type":"ping","y":null}"#), Ok(Ask::Ping));
    assert_eq!(read(r#"{"type":"setName","x":{"newName":1},"newName":"Ada"}"#), Ok(name("Ada")));
}

#[test]
fn broken_rules_are_told_with_their_path() {
    let items = |name: &str| {
        let mut items = vec![Item { name: "a".to_owned(), count: 0 }; 3];
        items.push(Item { name: name.to_owned(), count: 0 });
        Ask::PlaceAll { items }
    };
    assert!(encode(&items("abc"), Format::Json).is_ok());
    let why = encode(&items("abcd"), Format::Json).unwrap_err();
    assert_eq!((why.code(), why.path()), (ValidationCode::Rule, "items[3].name"));
    assert_eq!(why.rule(), Some(&Rule::Len { min: Some(1), max: Some(3) }));

    let placed = r#"{"type":"place","name":"","n":1}"#;
    assert_eq!(refused::<Ask>(placed), (ValidationCode::Rule, "name".to_owned()));
    let grown = r#"{"type":"grow","height":1,"branches":[{"height":10,"branches":[]}]}"#;
    assert_eq!(refused::<Ask>(grown), (ValidationCode::Rule, "branches[0].height".to_owned()));
    let grown = r#"{"type":"grow","height":1,"branches":[],"parent":{"height":10,"branches":[]}}"#;
    assert_eq!(refused::<Ask>(grown), (ValidationCode::Rule, "parent.height".to_owned()));
}

const MOST: usize = 2;

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature of `custom`")]
fn even(number: &u32) -> Result<(), String> {
    if number.is_multiple_of(2) { Ok(()) } else { Err(format!("must be even, is {number}")) }
}

/// A field for each rule, all of them optional so that each is tried alone.
#[derive(Debug, Default, Clone, PartialEq, WsProtocol)]
struct Ruled {
    #[ws(len = 2..4)]
    len: Option<String>,
    #[ws(len = ..=MOST)]
    items: Option<Vec<bool>>,
    #[ws(bytes = 2)]
    bytes: Option<String>,
    #[ws(range = -1..=1)]
    range: Option<i8>,
    #[ws(range = 0.0..1.0)]
    below: Option<f64>,
    #[ws(pattern = "^[a-z]+$")]
    pattern: Option<String>,
    #[ws(one_of("red", "green"))]
    one_of: Option<String>,
    #[ws(each(len = 1.., one_of("x", "yy")))]
    each: Option<Vec<String>>,
    #[ws(each(range = 1..=2))]
    values: Option<BTreeMap<String, u8>>,
    #[ws(custom = even)]
    #[serde(default)]
    custom: u32,
}

#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
enum Rules {
    Try(Ruled),
}

#[test]
fn every_rule_holds_at_its_bound_and_not_one_past() {
    for (field, allowed, broken, path) in [
        ("len", r#""éé""#, r#""é""#, "len"),
        ("len", r#""ééé""#, r#""éééé""#, "len"),
        ("items", "[true,true]", "[true,true,true]", "items"),
        ("bytes", r#""é""#, r#""éé""#, "bytes"),
        ("range", "1", "2", "range"),
        ("range", "-1", "-2", "range"),
        ("below", "0.999", "1.0", "below"),
        ("below", "0.0", "-0.1", "below"),
        ("pattern", r#""az""#, r#""aZ""#, "pattern"),
        ("oneOf", r#""red""#, r#""blue""#, "oneOf"),
        ("each", r#"["x","yy"]"#, r#"["x","z"]"#, "each[1]"),
        ("each", "[]", r#"[""]"#, "each[0]"),
        ("values", r#"{"a":1,"b":2}"#, r#"{"a":1,"b":3}"#, "values.b"),
        ("custom", "2", "3", "custom"),
    ] {
        let wire = |value| format!(r#"{{"type":"try","{field}":{value}}}"#);
        decode_text::<Rules>(&wire(allowed)).unwrap_or_else(|why| panic!("{field} {allowed}: {why}"));
        assert_eq!(refused::<Rules>(&wire(broken)), (ValidationCode::Rule, path.to_owned()), "{field} {broken}");
    }
}

#[test]
fn the_description_tells_names_types_rules_and_docs() {
    let schema = Ask::SCHEMA;
    assert_eq!((schema.name, schema.tag, schema.docs), ("Ask", "type", "What the tests send."));
    let names: Vec<_> = schema.variants.iter().map(|variant| (variant.ident, variant.name)).collect();
    let expected =
        [("Ping", "ping"), ("SetName", "setName"), ("Place", "place"), ("PlaceAll", "all"), ("Grow", "grow")];
    assert_eq!(names, expected);
    assert_eq!(schema.variants[0].content, Content::Unit);
    assert_eq!(schema.variants[1].docs, "Take another name.\n\nEveryone is told.");
    let fields = [
        FieldSchema {
            name: "newName",
            ident: "new_name",
            docs: "The new one.",
            ty: Type::String,
            optional: false,
            rules: &[Rule::Len { min: Some(1), max: Some(5) }],
        },
        FieldSchema {
            name: "nick",
            ident: "nick",
            docs: "",
            ty: Type::Optional(&Type::String),
            optional: true,
            rules: &[],
        },
    ];
    let Content::Fields(found) = schema.variants[1].content else { panic!("a variant with fields") };
    assert_eq!(found, fields);
}

#[test]
fn a_struct_that_holds_itself_is_described() {
    let Content::Newtype(Type::Struct(tree)) = Ask::SCHEMA.variants[4].content else { panic!("a struct") };
    let names: Vec<_> = tree().fields.iter().map(|field| field.name).collect();
    assert_eq!((tree().name, names), ("Tree", vec!["height", "branches", "parent"]));
    let Type::List(Type::Struct(branch)) = tree().fields[1].ty else { panic!("a list of structs") };
    assert_eq!(branch(), tree());
}

#[test]
fn every_rule_is_described() {
    let Content::Newtype(Type::Struct(schema)) = Rules::SCHEMA.variants[0].content else { panic!("a struct") };
    let rules: Vec<_> = schema().fields.iter().flat_map(|field| field.rules).copied().collect();
    let expected = [
        Rule::Len { min: Some(2), max: Some(3) },
        Rule::Len { min: None, max: Some(2) },
        Rule::Bytes { min: Some(2), max: Some(2) },
        Rule::Range { min: Some(-1.0), max: Some(1.0), below_max: false },
        Rule::Range { min: Some(0.0), max: Some(1.0), below_max: true },
        Rule::Pattern("^[a-z]+$"),
        Rule::OneOf(&["red", "green"]),
        Rule::Each(&[Rule::Len { min: Some(1), max: None }, Rule::OneOf(&["x", "yy"])]),
        Rule::Each(&[Rule::Range { min: Some(1.0), max: Some(2.0), below_max: false }]),
        Rule::Custom("even"),
    ];
    assert_eq!(rules, expected);
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
fn serde_attributes_are_honoured() {
    let message = |three, both| Serde::Fields { plain: 0, three, text: 1, both, renamed: 2, out: 5, r#in: 6 };
    let least = r#"{"type":"fields","text":"1","other-name":2,"out":5,"in":"6"}"#;
    assert_eq!(decode_text(least), Ok(message(3, 0)));
    let aliased = r#"{"type":"fields","three":null,"text":"1","older":"9","other-name":2,"out":5,"in":"6"}"#;
    assert_eq!(decode_text(aliased), Ok(message(3, 9)));
    let written = r#"{"type":"fields","plain":0,"text":"1","both":"0","other-name":2,"out":"5","in":6}"#;
    assert_eq!(text(&message(3, 0)), written);
    let twice = r#"{"type":"fields","old":"1","both":"1","text":"1","other-name":2,"out":5,"in":"6"}"#;
    assert_eq!(refused::<Serde>(twice), (ValidationCode::Duplicate, "both".to_owned()));
    let missing = r#"{"type":"fields","other-name":2,"out":5,"in":"6"}"#;
    assert_eq!(refused::<Serde>(missing), (ValidationCode::Missing, "text".to_owned()));
}
