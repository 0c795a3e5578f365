//! Validation errors: the code, the path and the message of each kind.

use websocket_do::{Format, ValidationCode, codec, codec::encode, protocol::schema::Rule};

use crate::protocol::{Ask, Command, Part, code_and_path};

#[track_caller]
fn expect_error(text: &str, code: ValidationCode, message: &str) {
    assert!(serde_json::from_str::<Ask>(text).is_err() || code == ValidationCode::Rule, "{text}");
    let error = codec::decode_text::<Ask>(text).unwrap_err();
    assert_eq!((error.code(), error.to_string().as_str()), (code, message), "{text}");
}

#[test]
fn an_error_has_a_code_a_path_and_a_message() {
    use ValidationCode::{Duplicate, Invalid, Missing, Rule, UnknownType};
    for (text, code, message) in [
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
        expect_error(text, code, message);
    }
}

#[test]
fn an_invalid_message_is_reported_with_its_path() {
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
        assert_eq!(code_and_path::<Command>(wire), (code, path.to_owned()), "{wire}");
    }
}

#[test]
fn broken_rules_are_reported_with_their_path() {
    let items = |name: &str| {
        let mut items = vec![Part { name: "a".to_owned(), count: 0 }; 3];
        items.push(Part { name: name.to_owned(), count: 0 });
        Command::PlaceAll { items }
    };
    assert!(encode(&items("abc"), Format::Json).is_ok());
    let error = encode(&items("abcd"), Format::Json).unwrap_err();
    assert_eq!((error.code(), error.path()), (ValidationCode::Rule, "items[3].name"));
    assert_eq!(error.rule(), Some(&Rule::Len { min: Some(1), max: Some(3) }));

    let placed = r#"{"type":"place","name":"","n":1}"#;
    assert_eq!(code_and_path::<Command>(placed), (ValidationCode::Rule, "name".to_owned()));
    let grown = r#"{"type":"grow","height":1,"branches":[{"height":10,"branches":[]}]}"#;
    assert_eq!(code_and_path::<Command>(grown), (ValidationCode::Rule, "branches[0].height".to_owned()));
    let grown = r#"{"type":"grow","height":1,"branches":[],"parent":{"height":10,"branches":[]}}"#;
    assert_eq!(code_and_path::<Command>(grown), (ValidationCode::Rule, "parent.height".to_owned()));
}
