//! Checks each row of the table of types in `codec/wire.md`.

use std::{collections::BTreeMap, fs};

use websocket_do::{Format, Frame, Timestamp, codec};

use crate::{
    sample::{Sample, Shape},
    vectors::hex,
};

/// The rows: the start of the first cell, a value, its JSON, and its MessagePack in hexadecimal.
fn rows() -> Vec<(&'static str, Sample, &'static str, &'static str)> {
    let time = Timestamp::from_millis(1_764_000_000_000).unwrap();
    vec![
        ("`bool`", Sample::Bool { value: true }, "true", "c3"),
        ("`i8` …", Sample::I32 { value: -5 }, "-5", "fb"),
        ("`i64`,", Sample::U64 { value: 1_764_000_000_000 }, "1764000000000", "cb4279ab697e800000"),
        ("`f64`", Sample::F64 { value: 0.5 }, "0.5", "cb3fe0000000000000"),
        ("`f64`", Sample::F64 { value: 1e21 }, "1e+21", "cb444b1ae4d6e2ef50"),
        ("`f32`", Sample::F32 { value: 0.1 }, "0.1", "cb3fb999999999999a"),
        ("`char`", Sample::Text { value: "Ada".into() }, "\"Ada\"", "a3416461"),
        ("`Vec<T>`", Sample::List { value: vec![1, 2] }, "[1,2]", "920102"),
        ("tuples", Sample::Tuple { value: (1, "a".into(), true) }, "[1,\"a\"", "9301a161c3"),
        ("maps", Sample::Map { value: BTreeMap::from([("a".into(), 1)]) }, "{\"a\":1}", "81a16101"),
        ("serde's", Sample::Choice { value: Shape::Empty }, "\"empty\"", "a5656d707479"),
        (
            "serde's",
            Sample::Choice { value: Shape::Circle { radius: 1.5 } },
            "{\"circle\":{\"radius\":1.5}}",
            "81a6636972636c6581a6726164697573cb3ff8000000000000",
        ),
        ("`#[ws(bytes_field)]`", Sample::Bytes { value: vec![0, 255] }, "[0,255]", "c40200ff"),
        (
            "`#[ws(as_string)]`",
            Sample::Id { value: 9_007_199_254_740_993 },
            "\"9007199254740993\"",
            "b039303037313939323534373430393933",
        ),
        ("[`Timestamp`]", Sample::Time { value: time }, "\"2025-11-24T16:00:00.000Z\"", "d6ff69248100"),
    ]
}

#[test]
fn the_table_of_types_matches_the_encoder() {
    let path = [env!("CARGO_MANIFEST_DIR"), "/../websocket-do-runtime/src/codec/wire.md"].concat();
    let table = fs::read_to_string(path).expect("the table");
    for (begin, value, json, msgpack) in rows() {
        let row = table.lines().find(|line| line.starts_with(&format!("| {begin}")));
        let row = row.unwrap_or_else(|| panic!("no row begins with {begin}"));
        assert!(row.contains(json), "{json} is not in the row {row}");
        let Frame::Text(text) = codec::encode(&value, Format::Json).unwrap() else { panic!("no text") };
        assert!(text.contains(&format!("\"value\":{json}")), "{text} does not hold {json}");
        let Frame::Binary(bytes) = codec::encode(&value, Format::MessagePack).unwrap() else { panic!("no bytes") };
        let bytes = hex(&bytes);
        assert!(bytes.ends_with(&format!("a576616c7565{msgpack}")), "{bytes} does not end with {msgpack}");
    }
}
