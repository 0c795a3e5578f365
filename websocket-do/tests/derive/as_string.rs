//! Fields with `#[ws(as_string)]`: which strings and numbers they read, in which places.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    num::NonZero,
    rc::Rc,
    sync::Arc,
};

use serde_json::{Value as Json, json};
use websocket_do::{
    Format, Frame, Message, ValidationCode, Value as _, WsProtocol,
    codec::{self, decode_binary, decode_text},
    protocol::schema::{Content, Rule, Type},
};

use crate::wire_form::text;

const ID: u64 = 9_007_199_254_740_993;

/// An id beyond 2⁵³ in each place.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
enum Event {
    Plain {
        #[ws(as_string, range = 10..)]
        id: u64,
        #[ws(as_string)]
        parent: Option<u64>,
    },
    Placed(Place),
    Serde {
        #[ws(as_string)]
        #[serde(default, rename = "ID", alias = "old")]
        id: u64,
        #[ws(as_string, rename = "second")]
        #[serde(default = "seven", skip_serializing_if = "is_seven")]
        other: u64,
    },
    Small {
        #[ws(as_string)]
        byte: u8,
        #[ws(as_string, range = ..=0)]
        signed: i8,
    },
    NonZero {
        #[ws(as_string, range = 2..)]
        unsigned: NonZero<u64>,
        #[ws(as_string)]
        signed: Option<NonZero<i8>>,
    },
    Containers(Box<Containers>),
}

#[derive(Debug, Clone, PartialEq, WsProtocol)]
struct Place {
    #[ws(as_string)]
    id: i128,
}

#[derive(Debug, Clone, PartialEq, WsProtocol)]
struct Containers {
    #[ws(as_string, len = 1..=2, each(range = 1..))]
    list: Vec<u64>,
    #[ws(as_string)]
    array: [u128; 2],
    #[ws(as_string)]
    optional: Vec<Option<Box<i64>>>,
    #[ws(as_string)]
    shared: Arc<[usize]>,
    #[ws(as_string)]
    counted: Rc<isize>,
    #[ws(as_string)]
    queue: VecDeque<BTreeSet<u64>>,
    #[ws(as_string)]
    set: HashSet<u64>,
    #[ws(as_string, each(range = 1..))]
    by_name: BTreeMap<String, u64>,
    #[ws(as_string)]
    by_number: Option<HashMap<u8, Vec<u64>>>,
}

fn seven() -> u64 {
    7
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_seven(number: &u64) -> bool {
    *number == 7
}

/// Reads a message in both formats, with the tag first and last, and returns the one result.
#[track_caller]
fn read(kind: &str, fields: &[(&str, Json)]) -> Result<Event, (ValidationCode, String)> {
    let tag = ("type", json!(kind));
    let mut results = Vec::new();
    for tag_first in [true, false] {
        let mut all = fields.to_vec();
        all.insert(if tag_first { 0 } else { all.len() }, tag.clone());
        let pairs: Vec<_> = all.iter().map(|(name, value)| format!("{name:?}:{value}")).collect();
        let text = format!("{{{}}}", pairs.join(","));
        let mut packed = vec![0x80 | u8::try_from(all.len()).unwrap()];
        for (name, value) in &all {
            packed.extend(rmp_serde::to_vec_named(name).unwrap());
            packed.extend(rmp_serde::to_vec_named(value).unwrap());
        }
        results.extend([decode_text::<Event>(&text), decode_binary(&packed)]);
        // serde_json buffers the fields before the tag, and does not know codes.
        let other = serde_json::from_str::<Event>(&text);
        assert_eq!(other.is_ok(), results[0].is_ok(), "{text}: {other:?}");
    }
    let first = results.remove(0);
    for other in results {
        assert_eq!(other, first, "{kind} {fields:?}");
    }
    first.map_err(|error| (error.code(), error.to_string()))
}

#[test]
fn an_id_is_a_string_in_both_formats() {
    let message = Event::Plain { id: u64::MAX, parent: None };
    assert_eq!(text(&message), r#"{"type":"plain","id":"18446744073709551615"}"#);
    let Frame::Binary(bytes) = codec::encode(&message, Format::MessagePack).unwrap() else { panic!() };
    assert_eq!(bytes, *b"\x82\xa4type\xa5plain\xa2id\xb418446744073709551615");
    let least = Event::Placed(Place { id: i128::MIN });
    assert_eq!(text(&least), r#"{"type":"placed","id":"-170141183460469231731687303715884105728"}"#);
    for message in [message, least, Event::Plain { id: ID, parent: Some(ID + 1) }] {
        for format in [Format::Json, Format::MessagePack] {
            assert_eq!(codec::decode(&codec::encode(&message, format).unwrap()), Ok(message.clone()), "in {format}");
        }
    }
}

#[test]
fn only_the_canonical_string_of_an_integer_is_read() {
    let small = |byte: Json| read("small", &[("byte", byte), ("signed", json!("-1"))]);
    for (text, byte) in [("0", 0), ("7", 7), ("255", 255)] {
        assert_eq!(small(json!(text)), Ok(Event::Small { byte, signed: -1 }));
    }
    for text in
        ["", "+7", "-0", "-1", "07", "00", " 7", "7 ", "7\n", "7.0", "7e0", "0x7", "7_0", "٧", "256", "x", "null"]
    {
        let message = "`byte` must be a string with a whole number from 0 to 255, is another string";
        assert_eq!(small(json!(text)), Err((ValidationCode::Invalid, message.into())), "{text:?}");
    }
    for (value, found) in [
        (json!(256), "256"),
        (json!(-1), "-1"),
        (json!(0.5), "0.5"),
        (json!(true), "true"),
        (json!(null), "null"),
        (json!(["7"]), "a list"),
        (json!({"a": "7"}), "an object"),
    ] {
        let message = format!("`byte` must be a string with a whole number from 0 to 255, is {found}");
        assert_eq!(small(value), Err((ValidationCode::Invalid, message)));
    }
    let long = "9".repeat(100_000);
    assert_eq!(small(json!(long)).unwrap_err().0, ValidationCode::Invalid);
}

#[test]
fn a_number_is_read_if_it_cannot_have_lost_digits() {
    let placed = |id: Json| read("placed", &[("id", id)]);
    for (value, id) in [
        (json!(5), 5),
        (json!(-5), -5),
        (json!(5.0), 5),
        (json!(ID - 2), i128::from(ID - 2)),
        (json!(-9_007_199_254_740_991_i64), -9_007_199_254_740_991),
    ] {
        assert_eq!(placed(value), Ok(Event::Placed(Place { id })));
    }
    let message = "`id` must be a string, as a number beyond 2^53 - 1 may have lost digits";
    for value in [json!(ID - 1), json!(ID), json!(u64::MAX), json!(i64::MIN), json!(1e21), json!(-1e300)] {
        assert_eq!(placed(value), Err((ValidationCode::Number, message.into())));
    }
}

#[test]
fn rules_apply_to_the_number() {
    let message = "`id` must be at least 10, is 9";
    for nine in [json!("9"), json!(9)] {
        assert_eq!(read("plain", &[("id", nine)]), Err((ValidationCode::Rule, message.into())));
    }
    let error = codec::validate(&Event::Plain { id: 9, parent: None }).unwrap_err();
    assert_eq!(error.to_string(), message);
    let nonzero =
        |unsigned: &str, signed: &str| read("nonZero", &[("unsigned", json!(unsigned)), ("signed", json!(signed))]);
    let signed = NonZero::new(-128);
    assert_eq!(nonzero("2", "-128"), Ok(Event::NonZero { unsigned: NonZero::new(2).unwrap(), signed }));
    assert_eq!(nonzero("1", "1"), Err((ValidationCode::Rule, "`unsigned` must be at least 2, is 1".into())));
    let message = "`signed` must be a string with a whole number from -128 to 127 except 0, is another string";
    assert_eq!(nonzero("2", "0"), Err((ValidationCode::Invalid, message.into())));
    let message = "`unsigned` must be a string with a whole number from 1 to 18446744073709551615, is another string";
    assert_eq!(nonzero("0", "1"), Err((ValidationCode::Invalid, message.into())));
}

#[test]
fn an_absent_id_is_none_and_a_missing_one_is_an_error() {
    for fields in [&[("id", json!("10"))][..], &[("id", json!("10")), ("parent", json!(null))]] {
        assert_eq!(read("plain", fields), Ok(Event::Plain { id: 10, parent: None }));
    }
    assert_eq!(read("plain", &[]), Err((ValidationCode::Missing, "`id` is missing".into())));
    let twice = [("id", json!("10")), ("id", json!("10"))];
    assert_eq!(read("plain", &twice), Err((ValidationCode::Duplicate, "`id` is duplicated".into())));
}

#[test]
fn serde_attributes_apply_to_strings_too() {
    let message = |id, other| Event::Serde { id, other };
    for absent in [&[][..], &[("ID", json!(null)), ("second", json!(null))]] {
        assert_eq!(read("serde", absent), Ok(message(0, 7)));
    }
    let given = [("old", json!("5")), ("second", json!("6"))];
    assert_eq!(read("serde", &given), Ok(message(5, 6)));
    assert_eq!(text(&message(5, 7)), r#"{"type":"serde","ID":"5"}"#);
    let error = read("serde", &[("second", json!("06"))]).unwrap_err();
    assert_eq!((error.0, &error.1[..8]), (ValidationCode::Invalid, "`second`"));
}

#[test]
fn integers_in_containers_are_strings() {
    let containers = Containers {
        list: vec![ID, 1],
        array: [u128::MAX, 0],
        optional: vec![Some(Box::new(i64::MIN)), None],
        shared: [3, 4].into(),
        counted: Rc::new(-5),
        queue: [BTreeSet::from([7, 6])].into(),
        set: HashSet::from([8]),
        by_name: BTreeMap::from([("ada".into(), ID)]),
        by_number: Some(HashMap::from([(1, vec![ID])])),
    };
    let wire = json!({
        "list": ["9007199254740993", "1"], "array": ["340282366920938463463374607431768211455", "0"],
        "optional": ["-9223372036854775808", null], "shared": ["3", "4"], "counted": "-5", "queue": [["6", "7"]],
        "set": ["8"], "byName": {"ada": "9007199254740993"}, "byNumber": {"1": ["9007199254740993"]},
    });
    assert_eq!(serde_json::to_value(&containers).unwrap(), wire);
    let message = Event::Containers(Box::new(containers));
    for format in [Format::Json, Format::MessagePack] {
        assert_eq!(codec::decode(&codec::encode(&message, format).unwrap()), Ok(message.clone()), "in {format}");
    }
    for (field, value, code, message) in [
        ("list", json!(["1", "01"]), ValidationCode::Invalid, "`list[1]` must be a string with a whole number from 0"),
        ("list", json!(["1", "0"]), ValidationCode::Rule, "`list[1]` must be at least 1, is 0"),
        ("list", json!([]), ValidationCode::Rule, "`list` must have 1 to 2 items, has 0"),
        ("array", json!(["1"]), ValidationCode::Invalid, "`array` must be an array of length 2, has 1"),
        ("counted", json!("+1"), ValidationCode::Invalid, "`counted` must be a string with a whole number from -"),
        ("queue", json!([["1"], ["1", ""]]), ValidationCode::Invalid, "`queue[1][1]` must be a string with"),
        ("byName", json!({"ada": " 1"}), ValidationCode::Invalid, "`byName.ada` must be a string with"),
        ("byName", json!({"ada": "0"}), ValidationCode::Rule, "`byName.ada` must be at least 1, is 0"),
        ("byNumber", json!({"1": [ID]}), ValidationCode::Number, "`byNumber.1[0]` must be a string, as a number"),
    ] {
        let mut bad = wire.clone();
        bad[field] = value;
        let fields: Vec<_> =
            bad.as_object().unwrap().iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        let (found, text) = read("containers", &fields).unwrap_err();
        assert_eq!(found, code, "{text}");
        assert!(text.starts_with(message), "{text}");
    }
}

#[test]
fn the_schema_describes_strings() {
    const ID: Type = Type::IntegerString { bits: 64, signed: false };
    let Content::Fields(fields) = Event::SCHEMA.variants[0].content else { panic!("fields") };
    assert_eq!((fields[0].ty, fields[0].optional), (ID, false));
    assert_eq!(fields[0].rules, [Rule::Range { min: Some(10.0), max: None, below_max: false }]);
    assert_eq!((fields[1].ty, fields[1].optional), (Type::Optional(&ID), true));
    assert_ne!(fields[0].ty, u64::TYPE);
    let Type::Struct(containers) = Containers::TYPE else { panic!("a struct") };
    let types: Vec<_> = containers().fields.iter().map(|field| field.ty).collect();
    assert_eq!(types[0], Type::List(&ID));
    assert_eq!(types[1], Type::List(&Type::IntegerString { bits: 128, signed: false }));
    assert_eq!(types[7], Type::Map(&Type::String, &ID));
}
