//! The wire form of each kind of variant and field, read and written in both formats.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use websocket_do::{
    Format, Frame, Message, ValidationCode, codec,
    codec::{decode_binary, decode_text, encode},
};

use crate::protocol::{Ask, Command, Item, Node, Opaque, Part, code_and_path, item};

#[track_caller]
pub(crate) fn both_ways(message: &Ask, wire: &Json) {
    assert_eq!(serde_json::to_value(message).unwrap(), *wire);
    assert_eq!(serde_json::from_value::<Ask>(wire.clone()).unwrap(), *message);
    for format in [Format::Json, Format::MessagePack] {
        let frame = codec::encode(message, format).unwrap();
        assert_eq!(codec::decode::<Ask>(&frame).unwrap(), *message);
    }
    // With the tag last, all fields are buffered.
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
fn none_is_omitted_even_if_the_inner_type_is_opaque() {
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
    // Keys that are not strings, in MessagePack.
    for bytes in
        [&b"\x83\x01\x02\xa4type\xa7setName\xa4name\xa3Ada"[..], b"\x83\xa4type\xa7setName\x01\x02\xa4name\xa3Ada"]
    {
        assert_eq!(codec::decode_binary::<Ask>(bytes).unwrap(), Ask::SetName { name: "Ada".into() });
    }
}

#[test]
fn integers_may_be_written_as_floats_before_and_after_the_tag() {
    for text in [r#"{"type":"typed","TYPE":3.0}"#, r#"{"TYPE":3.0,"type":"typed"}"#] {
        assert!(matches!(codec::decode_text::<Ask>(text).unwrap(), Ask::Typed { r#type: 3, .. }));
    }
    for (text, code) in [
        (r#"{"TYPE":3.5,"type":"typed"}"#, ValidationCode::Invalid),
        (r#"{"TYPE":1e30,"type":"typed"}"#, ValidationCode::Number),
        (r#"{"TYPE":-1.0,"type":"typed"}"#, ValidationCode::Invalid),
    ] {
        let error = codec::decode_text::<Ask>(text).unwrap_err();
        assert_eq!((error.code(), error.path()), (code, "TYPE"));
    }
}

pub(crate) fn text<M: Message>(message: &M) -> String {
    match encode(message, Format::Json).unwrap() {
        Frame::Text(text) => text.clone(),
        Frame::Binary(_) => unreachable!("JSON is text"),
    }
}

fn name(name: &str) -> Command {
    Command::SetName { new_name: name.to_owned(), nick: None }
}

#[test]
fn each_variant_is_written_as_this_text() {
    let item = || Part { name: "a".to_owned(), count: 1 };
    for (message, wire) in [
        (Command::Ping, r#"{"type":"ping"}"#),
        (name("Ada"), r#"{"type":"setName","newName":"Ada"}"#),
        (
            Command::SetName { new_name: "Ada".to_owned(), nick: Some("A".to_owned()) },
            r#"{"type":"setName","newName":"Ada","nick":"A"}"#,
        ),
        (Command::Place(item()), r#"{"type":"place","name":"a","n":1}"#),
        (Command::PlaceAll { items: vec![item()] }, r#"{"type":"all","items":[{"name":"a","n":1}]}"#),
    ] {
        assert_eq!(text(&message), wire);
        assert_eq!(decode_text(wire), Ok(message.clone()));
        let Ok(Frame::Binary(bytes)) = encode(&message, Format::MessagePack) else { panic!("MessagePack is binary") };
        assert_eq!(decode_binary(&bytes), Ok(message.clone()));
        let plain = rmp_serde::to_vec_named(&serde_json::from_str::<serde_json::Value>(wire).unwrap()).unwrap();
        assert_eq!(decode_binary(&plain), Ok(message));
    }
}

#[test]
fn the_tag_may_be_anywhere_and_is_unique() {
    assert_eq!(decode_text(r#"{"newName":"Ada","type":"setName"}"#), Ok(name("Ada")));
    assert_eq!(decode_text(r#"{"nick":null,"type":"setName","newName":"Ada"}"#), Ok(name("Ada")));
    let item = Command::Place(Part { name: "a".to_owned(), count: 1 });
    assert_eq!(decode_text(r#"{"name":"a","type":"place","n":1}"#), Ok(item));
    for twice in [
        r#"{"type":"ping","type":"ping"}"#,
        r#"{"type":"setName","newName":"Ada","type":"setName"}"#,
        r#"{"type":"place","name":"a","n":1,"type":"place"}"#,
    ] {
        assert_eq!(code_and_path::<Command>(twice), (ValidationCode::Duplicate, "type".to_owned()), "{twice}");
    }
}

#[test]
fn unknown_fields_are_skipped() {
    assert_eq!(decode_text(r#"{"x":[1,{}],"type":"ping","y":null}"#), Ok(Command::Ping));
    assert_eq!(decode_text(r#"{"type":"setName","x":{"newName":1},"newName":"Ada"}"#), Ok(name("Ada")));
}
