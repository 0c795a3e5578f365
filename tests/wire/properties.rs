//! Properties of the codecs: every message round-trips in both formats, both formats agree, any other input is an error.

use std::collections::BTreeMap;

use proptest::{
    collection::{btree_map, vec},
    option,
    prelude::*,
};
use serde::{Deserialize, Serialize};
use websocket_do::{Format, Frame, Message, Timestamp, ValidationCode, WsProtocol, codec};

use crate::sample::{Point, Sample, Shape};

/// JavaScript holds every integer exactly up to here.
const MAX_EXACT_INTEGER: i64 = 1 << 53;

pub(crate) fn round_trip<M: Message>(message: &M, format: Format) -> M {
    let frame = codec::encode(message, format).expect("a message that can be encoded");
    codec::decode(&frame).unwrap_or_else(|error| panic!("{frame:?} does not decode: {error}"))
}

/// Moves the tag, which our encoder writes first, to the end of a message.
fn tag_last(frame: &Frame) -> Frame {
    match frame {
        Frame::Text(text) => {
            // `{"type":"place"`, then `,"x":1}` or `}`.
            let (tag, fields) = text.split_at(text.match_indices('"').nth(3).unwrap().0 + 1);
            let tag = tag.trim_start_matches('{');
            let fields = fields.trim_start_matches(',');
            let comma = if fields == "}" { "" } else { "," };
            Frame::Text(format!("{{{}{comma}{tag}}}", fields.strip_suffix('}').unwrap()))
        }
        Frame::Binary(bytes) => {
            // The header of a map, `a4` and `type`, the header of a short string and the string.
            let end = 7 + usize::from(bytes[6] & 0x1f);
            Frame::Binary([&bytes[..1], &bytes[end..], &bytes[1..end]].concat())
        }
    }
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>().prop_filter("JavaScript cannot hold it", |number| number.is_finite()),
        (any::<i32>(), 0..21).prop_map(|(integer, shift)| f64::from(integer) * f64::from(1 << shift)),
        (-1000..1000_i32).prop_map(|hundredths| f64::from(hundredths) / 100.0),
    ]
}

fn integer() -> impl Strategy<Value = i64> {
    prop_oneof![-MAX_EXACT_INTEGER..=MAX_EXACT_INTEGER, any::<i32>().prop_map(i64::from), (-300..300_i64)]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["\\PC*", any::<String>(), Just("x".repeat(300))]
}

fn point() -> impl Strategy<Value = Point> {
    (number(), number(), option::of(text())).prop_map(|(x, y, label)| Point { x, y, label })
}

fn sample() -> impl Strategy<Value = Sample> {
    let whole = prop_oneof![
        any::<bool>().prop_map(|value| Sample::Bool { value }),
        any::<i8>().prop_map(|value| Sample::I8 { value }),
        any::<i16>().prop_map(|value| Sample::I16 { value }),
        any::<i32>().prop_map(|value| Sample::I32 { value }),
        integer().prop_map(|value| Sample::I64 { value }),
        integer().prop_map(|value| Sample::I128 { value: value.into() }),
        any::<u8>().prop_map(|value| Sample::U8 { value }),
        any::<u16>().prop_map(|value| Sample::U16 { value }),
        any::<u32>().prop_map(|value| Sample::U32 { value }),
    ];
    let numbers = prop_oneof![
        integer().prop_map(|value| Sample::U64 { value: value.unsigned_abs() }),
        integer().prop_map(|value| Sample::U128 { value: value.unsigned_abs().into() }),
        any::<f32>()
            .prop_filter("JavaScript cannot hold it", |number| number.is_finite())
            .prop_map(|value| Sample::F32 { value }),
        number().prop_map(|value| Sample::F64 { value }),
        (-Timestamp::MAX.as_millis()..=Timestamp::MAX.as_millis())
            .prop_map(|millis| Sample::Time { value: Timestamp::from_millis(millis).unwrap() }),
    ];
    let texts = prop_oneof![
        any::<char>().prop_map(|value| Sample::Char { value }),
        text().prop_map(|value| Sample::Text { value }),
        vec(any::<u8>(), 0..300).prop_map(|value| Sample::Bytes { value }),
        vec(text(), 0..5).prop_map(|value| Sample::Texts { value }),
        (any::<u8>(), text(), any::<bool>()).prop_map(|value| Sample::Tuple { value }),
    ];
    let many = prop_oneof![
        option::of(any::<i32>()).prop_map(|value| Sample::Optional { value }),
        vec(any::<i32>(), 0..40).prop_map(|value| Sample::List { value }),
        vec(number(), 0..20).prop_map(|value| Sample::Floats { value }),
        btree_map(text(), integer(), 0..20).prop_map(|value| Sample::Map { value }),
        btree_map(any::<u32>(), text(), 0..20).prop_map(|value| Sample::Numbered { value }),
    ];
    let strings = prop_oneof![
        any::<u64>().prop_map(|value| Sample::Id { value }),
        any::<i128>().prop_map(|value| Sample::Signed { value }),
        option::of(any::<u64>()).prop_map(|value| Sample::MaybeId { value }),
        vec(any::<i64>(), 0..20).prop_map(|value| Sample::Ids { value }),
        btree_map(text(), any::<u128>(), 0..20).prop_map(|value| Sample::Scores { value }),
    ];
    let shapes = prop_oneof![
        point().prop_map(|value| Sample::Point { value }),
        vec(point(), 0..20).prop_map(|value| Sample::Points { value }),
        number().prop_map(|radius| Sample::Choice { value: Shape::Circle { radius } }),
        text().prop_map(|name| Sample::Choice { value: Shape::Named(name) }),
        Just(Sample::Choice { value: Shape::Empty }),
        Just(Sample::Unit),
        point().prop_map(Sample::Place),
    ];
    prop_oneof![whole, numbers, texts, many, strings, shapes]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_message_round_trips_in_both_formats(message in sample()) {
        for format in [Format::Json, Format::MessagePack] {
            prop_assert_eq!(&round_trip(&message, format), &message, "in {}", format);
        }
    }

    #[test]
    fn the_tag_may_be_the_last_field(message in sample()) {
        for format in [Format::Json, Format::MessagePack] {
            let frame = tag_last(&codec::encode(&message, format).unwrap());
            prop_assert_eq!(&codec::decode::<Sample>(&frame).unwrap(), &message, "in {}: {:?}", format, frame);
        }
    }

    #[test]
    fn an_integer_is_written_in_both_formats_or_in_neither(value in any::<i64>(), shift in 0..64_u32) {
        let message = Sample::I64 { value: value >> shift };
        for format in [Format::Json, Format::MessagePack] {
            match codec::encode(&message, format) {
                Ok(frame) => prop_assert_eq!(&codec::decode::<Sample>(&frame).unwrap(), &message),
                Err(error) => {
                    prop_assert!((value >> shift).unsigned_abs() > MAX_EXACT_INTEGER.unsigned_abs());
                    prop_assert_eq!((error.code(), error.path()), (ValidationCode::Number, "value"));
                }
            }
        }
    }

    #[test]
    fn any_bytes_decode_or_are_an_error(bytes in vec(any::<u8>(), 0..200)) {
        let _ = codec::decode_binary::<Sample>(&bytes);
        let _ = codec::decode_text::<Sample>(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn a_message_with_one_changed_byte_decodes_or_is_an_error(message in sample(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        for format in [Format::Json, Format::MessagePack] {
            let mut bytes = match codec::encode(&message, format).unwrap() {
                Frame::Text(text) => text.into_bytes(),
                Frame::Binary(bytes) => bytes,
            };
            let at = at.index(bytes.len());
            if let Some(changed) = bytes.get_mut(at) {
                *changed = byte;
            }
            // A message that decodes can be encoded, except for numbers that JavaScript cannot hold.
            let read = match format {
                Format::Json => codec::decode_text::<Sample>(&String::from_utf8_lossy(&bytes)),
                Format::MessagePack => codec::decode_binary(&bytes),
            };
            if let Ok(read) = read {
                match codec::encode(&read, format) {
                    Ok(again) => prop_assert_eq!(codec::decode::<Sample>(&again).unwrap(), read),
                    Err(error) => prop_assert_eq!(error.code(), ValidationCode::Number),
                }
            }
        }
    }

    #[test]
    fn a_truncated_message_is_malformed(message in sample(), at in any::<prop::sample::Index>()) {
        let Frame::Binary(bytes) = codec::encode(&message, Format::MessagePack).unwrap() else { unreachable!() };
        let cut = bytes.get(..at.index(bytes.len())).unwrap_or_default();
        prop_assert_eq!(codec::decode_binary::<Sample>(cut).unwrap_err().code(), ValidationCode::Malformed);
        let Frame::Text(text) = codec::encode(&message, Format::Json).unwrap() else { unreachable!() };
        let end = (0..=at.index(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        prop_assert_eq!(codec::decode_text::<Sample>(text.get(..end).unwrap()).unwrap_err().code(), ValidationCode::Malformed);
    }
}

/// Any JSON.
fn any_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<i64>().prop_map(|value| value.to_string()),
        any::<u64>().prop_map(|value| value.to_string()),
        (-MAX_EXACT_INTEGER - 4..=MAX_EXACT_INTEGER + 4).prop_map(|value| value.to_string()),
        number().prop_map(|value| format!("{value:?}")),
        number().prop_map(|value| format!("{value:e}")),
        Just("-0".to_owned()),
        Just("-0.0".to_owned()),
        text().prop_map(|value| serde_json::to_string(&value).unwrap()),
        Just(r#""\ud83d\ude00""#.to_owned()),
        Just(r#""\ud83d""#.to_owned()),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let key =
            prop_oneof![Just("x"), Just("y"), Just("label"), Just("circle"), Just("7"), Just("radius"), Just("a")];
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            vec((key, inner), 0..4).prop_map(|entries| {
                let entries: Vec<_> = entries.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
                format!("{{{}}}", entries.join(","))
            }),
        ]
    })
}

/// A message with an arbitrary value in a field of each type.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
enum Anything {
    Numbers {
        i8: Option<i8>,
        i64: Option<i64>,
        u64: Option<u64>,
        u128: Option<u128>,
        f32: Option<f32>,
        f64: Option<f64>,
    },
    Keys {
        value: BTreeMap<i64, BTreeMap<bool, u64>>,
    },
    Floats {
        value: BTreeMap<String, f32>,
    },
    Shapes {
        value: Vec<Shape>,
    },
    Place {
        value: Option<Point>,
    },
    Any {
        value: serde_json::Value,
    },
    Untagged {
        value: Untagged,
    },
    Tuple {
        value: (Option<u64>, Vec<String>),
    },
    Unit {
        value: (),
    },
    Nested {
        value: Vec<Vec<Vec<i64>>>,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Integer(i64),
    Float(f64),
    Text(String),
    List(Vec<Untagged>),
    Map(BTreeMap<String, Untagged>),
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_decoded_message_round_trips_in_both_formats(
        kind in prop_oneof![
            Just("keys"), Just("floats"), Just("shapes"), Just("place"), Just("any"), Just("untagged"), Just("tuple"),
            Just("unit"), Just("nested"),
        ],
        value in any_json(),
    ) {
        let text = format!(r#"{{"type":"{kind}","value":{value}}}"#);
        let numbers = format!(r#"{{"type":"numbers","i8":{value},"i64":{value}}}"#);
        let numbers_too = format!(r#"{{"type":"numbers","u64":{value},"u128":{value},"f32":{value},"f64":{value}}}"#);
        for text in [text, numbers, numbers_too] {
            let Ok(read) = codec::decode_text::<Anything>(&text) else { continue };
            for format in [Format::Json, Format::MessagePack] {
                let written = codec::encode(&read, format);
                prop_assert!(written.is_ok(), "{} decodes and does not encode in {}: {:?}", text, format, written);
                let written = written.unwrap();
                let again = codec::decode::<Anything>(&written);
                prop_assert!(again.is_ok(), "{} encodes and does not decode in {}: {:?}", text, format, again);
                prop_assert_eq!(codec::encode(&again.unwrap(), format), Ok(written), "{} in {}", text, format);
            }
        }
    }
}
