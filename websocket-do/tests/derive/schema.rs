//! The schema of a protocol: names, types, rules and docs.

use websocket_do::{
    Message, Value,
    protocol::schema::{Content, FieldSchema, Rule, StructSchema, Type},
};

use crate::{
    protocol::{Ask, Command, Item, Node},
    rules::{Bounds, Ruled},
};

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
        other => panic!("{other:?} is not a struct"),
    }
}

#[track_caller]
fn field(fields: &'static [FieldSchema], ident: &str) -> &'static FieldSchema {
    fields.iter().find(|field| field.ident == ident).unwrap()
}

#[test]
fn the_schema_of_a_message_enum() {
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
    assert_eq!(field(node.fields, "children").ty, Type::List(&Node::TYPE), "a struct may contain itself");
    let item = schema_of::<Item>();
    assert_eq!((item.name, item.docs, item.fields[0].docs), ("Item", "A thing.", "The name of the item."));
    assert_eq!(item.fields[1].ty, Type::Optional(&u8::TYPE));
}

#[test]
fn the_schema_has_names_types_rules_and_docs() {
    let schema = Command::SCHEMA;
    assert_eq!((schema.name, schema.tag, schema.docs), ("Command", "type", "What the tests send."));
    let names: Vec<_> = schema.variants.iter().map(|variant| (variant.ident, variant.name)).collect();
    let expected =
        [("Ping", "ping"), ("SetName", "setName"), ("Place", "place"), ("PlaceAll", "all"), ("Grow", "grow")];
    assert_eq!(names, expected);
    assert_eq!(schema.variants[0].content, Content::Unit);
    assert_eq!(schema.variants[1].docs, "Take another name.\n\nEveryone is notified.");
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
fn a_struct_that_contains_itself_has_a_schema() {
    let Content::Newtype(Type::Struct(tree)) = Command::SCHEMA.variants[4].content else { panic!("a struct") };
    let names: Vec<_> = tree().fields.iter().map(|field| field.name).collect();
    assert_eq!((tree().name, names), ("Tree", vec!["height", "branches", "parent"]));
    let Type::List(Type::Struct(branch)) = tree().fields[1].ty else { panic!("a list of structs") };
    assert_eq!(branch(), tree());
}

#[test]
fn every_rule_is_in_the_schema() {
    let Content::Newtype(Type::Struct(schema)) = Bounds::SCHEMA.variants[0].content else { panic!("a struct") };
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
        Rule::Custom("even_number"),
    ];
    assert_eq!(rules, expected);
}
