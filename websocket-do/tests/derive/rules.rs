//! Every rule: allowed at its bound, broken one past it.

use std::collections::{BTreeMap, HashMap};

use serde_json::json;
use websocket_do::{ValidationCode, WsProtocol, codec, codec::decode_text};

use crate::protocol::code_and_path;

const MAX_CHARACTERS: usize = 3;
const LOW: f64 = -0.5;

#[derive(Debug, Clone, PartialEq, Default, WsProtocol)]
pub(crate) struct Ruled {
    #[ws(len = ..=MAX_CHARACTERS)]
    pub(crate) a: Option<String>,
    #[ws(len = 2)]
    pub(crate) b: Option<Vec<u8>>,
    #[ws(len = ..3)]
    pub(crate) c: Option<HashMap<String, u8>>,
    #[ws(bytes = 1..=4)]
    pub(crate) d: Option<String>,
    #[ws(range = LOW..=1.5)]
    pub(crate) e: Option<f64>,
    #[ws(range = ..-1)]
    pub(crate) f: Option<i64>,
    #[ws(range = 5_000_000_000..)]
    pub(crate) g: Option<u64>,
    #[ws(pattern = "^[a-z]+$", len = ..=3)]
    pub(crate) h: Option<String>,
    #[ws(one_of("red", "green"))]
    pub(crate) i: Option<String>,
    #[ws(len = 1.., each(len = 1..=2, pattern = "^x", custom = no_z))]
    pub(crate) j: Option<Vec<String>>,
    #[ws(each(each(range = 0..=9)))]
    pub(crate) k: Option<Vec<Vec<u8>>>,
    #[ws(custom = even)]
    pub(crate) l: Option<u32>,
    #[ws(custom = no_z)]
    pub(crate) m: String,
    #[ws(each(one_of("a")))]
    pub(crate) n: Option<BTreeMap<u8, String>>,
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
    for (field, value, message) in [
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
        assert_eq!(serde_json::from_value::<Ruled>(bad).unwrap_err().to_string(), message);
    }
    let not_a_number = Ruled { e: Some(f64::NAN), ..Ruled::default() };
    let error = codec::validate(&not_a_number).unwrap_err();
    assert_eq!((error.code(), error.path()), (ValidationCode::Rule, "e"));
}

const MAX_ITEMS: usize = 2;

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature of `custom`")]
fn even_number(number: &u32) -> Result<(), String> {
    if number.is_multiple_of(2) { Ok(()) } else { Err(format!("must be even_number, is {number}")) }
}

/// A field for each rule, all of them optional so that each is tried alone.
#[derive(Debug, Default, Clone, PartialEq, WsProtocol)]
pub(crate) struct Bounded {
    #[ws(len = 2..4)]
    pub(crate) len: Option<String>,
    #[ws(len = ..=MAX_ITEMS)]
    pub(crate) items: Option<Vec<bool>>,
    #[ws(bytes = 2)]
    pub(crate) bytes: Option<String>,
    #[ws(range = -1..=1)]
    pub(crate) range: Option<i8>,
    #[ws(range = 0.0..1.0)]
    pub(crate) below: Option<f64>,
    #[ws(pattern = "^[a-z]+$")]
    pub(crate) pattern: Option<String>,
    #[ws(one_of("red", "green"))]
    pub(crate) one_of: Option<String>,
    #[ws(each(len = 1.., one_of("x", "yy")))]
    pub(crate) each: Option<Vec<String>>,
    #[ws(each(range = 1..=2))]
    pub(crate) values: Option<BTreeMap<String, u8>>,
    #[ws(custom = even_number)]
    #[serde(default)]
    pub(crate) custom: u32,
}

#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
pub(crate) enum Bounds {
    Try(Bounded),
}

#[test]
fn every_rule_holds_at_its_bound_in_a_message() {
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
        decode_text::<Bounds>(&wire(allowed)).unwrap_or_else(|error| panic!("{field} {allowed}: {error}"));
        assert_eq!(code_and_path::<Bounds>(&wire(broken)), (ValidationCode::Rule, path.to_owned()), "{field} {broken}");
    }
}
