//! Encoding.

use super::super::encode;
use super::{Format, Frame, Item, Marker, Probe, Shape, ValidationCode, expect_error, json, msgpack, packed};

const MAX: i64 = 1 << 53;

#[test]
fn msgpack_writes_integers_as_msgpackr_does() {
    for (value, bytes) in [
        (0, "00"),
        (127, "7f"),
        (128, "cc80"),
        (255, "ccff"),
        (256, "cd0100"),
        (65_536, "ce00010000"),
        (4_294_967_295, "ceffffffff"),
        (4_294_967_296, "cb41f0000000000000"),
        (1_764_000_000_000, "cb4279ab697e800000"),
        (MAX, "cb4340000000000000"),
        (-1, "ff"),
        (-32, "e0"),
        (-33, "d0df"),
        (-128, "d080"),
        (-129, "d1ff7f"),
        (-32_769, "d2ffff7fff"),
        (-2_147_483_648, "d280000000"),
        (-2_147_483_649, "cbc1e0000000200000"),
        (-MAX, "cbc340000000000000"),
    ] {
        let expected = packed("signed", bytes);
        assert_eq!(msgpack(&Probe::Signed { value }), expected, "{value}");
        assert_eq!(super::super::decode_binary::<Probe>(&expected).unwrap(), Probe::Signed { value });
    }
}

#[test]
fn json_writes_integers_up_to_two_to_the_53rd() {
    assert_eq!(json(&Probe::Signed { value: MAX }), r#"{"type":"signed","value":9007199254740992}"#);
    assert_eq!(json(&Probe::Signed { value: -MAX }), r#"{"type":"signed","value":-9007199254740992}"#);
    assert_eq!(json(&Probe::Wide { value: 7 }), r#"{"type":"wide","value":7}"#);
    assert_eq!(msgpack(&Probe::Wide { value: 7 }), packed("wide", "07"));
}

#[test]
fn an_integer_that_javascript_cannot_hold_is_an_error_with_its_path() {
    let over = 1_u64 << 53 | 1;
    for format in [Format::Json, Format::MessagePack] {
        for (message, path) in [
            (Probe::Signed { value: MAX + 1 }, "value"),
            (Probe::Signed { value: i64::MIN }, "value"),
            (Probe::Unsigned { value: u64::MAX }, "value"),
            (Probe::Wide { value: i128::MAX }, "value"),
            (Probe::Wide { value: i128::from(MAX) + 1 }, "value"),
            (Probe::Many { items: vec![Item { at: 1 }, Item { at: over }] }, "items[1].at"),
            (Probe::Keyed { table: [("a b".to_owned(), Item { at: over })].into() }, "table.a b.at"),
            (Probe::Shaped { shape: Shape::Circle(over) }, "shape.Circle"),
            (Probe::Shaped { shape: Shape::Line(1, over) }, "shape.Line[1]"),
            (Probe::Shaped { shape: Shape::Box { width: over } }, "shape.Box.width"),
            (Probe::Pair { pair: (1, over) }, "pair[1]"),
        ] {
            let error = expect_error(encode(&message, format), ValidationCode::Number);
            assert_eq!(error.path(), path, "{message:?} in {format}");
        }
    }
    let error = expect_error(encode(&Probe::Signed { value: MAX + 1 }, Format::Json), ValidationCode::Number);
    assert_eq!(
        error.to_string(),
        "`value` must be from -2^53 to 2^53, beyond which JavaScript holds no integer exactly, is 9007199254740993; \
         write `#[ws(as_string)]` on the field, or `String` as the type of a key"
    );
}

#[test]
fn a_number_that_is_not_finite_is_an_error_in_both_formats() {
    for format in [Format::Json, Format::MessagePack] {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(expect_error(encode(&Probe::Float { value }, format), ValidationCode::Number).path(), "value");
        }
        expect_error(encode(&Probe::Single { value: f32::NAN }, format), ValidationCode::Number);
    }
}

#[test]
fn floats_are_written_as_javascript_writes_them() {
    for (value, text, bytes) in [
        (1.0, "1", "01"),
        (-1.0, "-1", "ff"),
        (0.5, "0.5", "cb3fe0000000000000"),
        (4_294_967_296.0, "4294967296", "cb41f0000000000000"),
        (-0.0, "0", "00"),
        (1e300, "1e+300", "cb7e37e43c8800759c"),
        (1e21, "1e+21", "cb444b1ae4d6e2ef50"),
        (123_456_789_012_345_680_000.0, "123456789012345680000", "cb441ac53a7e04bcda"),
        (-1.5e-7, "-1.5e-7", "cbbe8421f5f40d8376"),
        (0.000_001_5, "0.0000015", "cb3eb92a737110e454"),
        (5e-324, "5e-324", "cb0000000000000001"),
    ] {
        assert_eq!(json(&Probe::Float { value }), format!(r#"{{"type":"float","value":{text}}}"#));
        assert_eq!(msgpack(&Probe::Float { value }), packed("float", bytes));
    }
    assert_eq!(json(&Probe::Single { value: 0.1 }), r#"{"type":"single","value":0.1}"#);
    // Both formats carry the same number, for peers without `f32`.
    assert_eq!(msgpack(&Probe::Single { value: 0.1 }), packed("single", "cb3fb999999999999a"));
    assert_eq!(msgpack(&Probe::Single { value: 0.5 }), packed("single", "cb3fe0000000000000"));
}

#[test]
fn keys_are_text_in_both_formats() {
    let numbered = Probe::Numbered { table: [(-5, true), (1 << 40, false)].into() };
    assert_eq!(json(&numbered), r#"{"type":"numbered","table":{"-5":true,"1099511627776":false}}"#);
    let bytes = b"\x82\xa4type\xa8numbered\xa5table\x82\xa2-5\xc3\xad1099511627776\xc2";
    assert_eq!(msgpack(&numbered), bytes);
    let over = Probe::Numbered { table: [(MAX + 1, true)].into() };
    for format in [Format::Json, Format::MessagePack] {
        assert_eq!(expect_error(encode(&over, format), ValidationCode::Number).path(), "table.9007199254740993");
        let listed = Probe::Listed { table: [((1, 2), true)].into() };
        expect_error(encode(&listed, format), ValidationCode::Invalid);
    }
}

#[test]
fn units_are_null() {
    let marked = Probe::Marked { marker: Marker };
    assert_eq!(json(&marked), r#"{"type":"marked","marker":null}"#);
    assert_eq!(msgpack(&marked), b"\x82\xa4type\xa6marked\xa6marker\xc0");
}

#[test]
fn a_time_is_text_in_json_and_an_extension_in_messagepack() {
    for (millis, text, extension) in [
        (1_764_000_000_000, "2025-11-24T16:00:00.000Z", "d6ff69248100"),
        (1_764_000_000_123, "2025-11-24T16:00:00.123Z", "d7ff1d53530069248100"),
        (-1, "1969-12-31T23:59:59.999Z", "c70cff3b8b87c0ffffffffffffffff"),
        (8_640_000_000_000_000, "+275760-09-13T00:00:00.000Z", "c70cff00000000000007dba8218000"),
    ] {
        let at = Probe::At { value: crate::protocol::Timestamp::from_millis(millis).unwrap() };
        assert_eq!(json(&at), format!(r#"{{"type":"at","value":"{text}"}}"#));
        assert_eq!(msgpack(&at), packed("at", extension));
        assert_eq!(super::super::decode_binary::<Probe>(&packed("at", extension)).unwrap(), at);
        assert_eq!(super::super::decode_text::<Probe>(&json(&at)).unwrap(), at);
    }
}

#[test]
fn both_formats_give_the_same_value_back() {
    for message in [
        Probe::Empty,
        Probe::Float { value: -1e-300 },
        Probe::Float { value: 1e300 },
        Probe::Single { value: 0.1 },
        Probe::Text { value: "\u{0}\"\\ü🦀\u{2028}".into() },
        Probe::Text { value: "x".repeat(70_000) },
        Probe::Maybe { value: None },
        Probe::Many { items: (0..2_000).map(|at| Item { at }).collect() },
        Probe::Keyed { table: (0..20).map(|at| (at.to_string(), Item { at })).collect() },
        Probe::Shaped { shape: Shape::Dot },
        Probe::Shaped { shape: Shape::Line(1, 1 << 40) },
        Probe::Shaped { shape: Shape::Box { width: 1 } },
    ] {
        for format in [Format::Json, Format::MessagePack] {
            let frame: Frame = encode(&message, format).unwrap();
            assert_eq!(super::super::decode::<Probe>(&frame).unwrap(), message);
        }
    }
}
