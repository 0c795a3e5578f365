//! Decoding takes at most 4 times the frame in memory, or 4 MiB if that is more. More is an error.

#![allow(clippy::vec_box, clippy::linkedlist, clippy::large_enum_variant, reason = "types that take much memory")]

use std::collections::{BTreeMap, BTreeSet, HashMap, LinkedList};

use allocation_counter::measure;
use serde::{Deserialize, Serialize};
use websocket_do::{Frame, ValidationCode, WsProtocol, codec};

#[derive(Debug, WsProtocol)]
#[ws(server)]
enum Wide {
    Texts { value: Vec<String> },
    Optionals { value: Vec<Option<String>> },
    Numbers { value: Vec<u64> },
    Lists { value: Vec<Vec<u64>> },
    Records { value: Vec<Sparse> },
    Boxes { value: Vec<Box<Sparse>> },
    Links { value: LinkedList<String> },
    Pointers { value: Vec<Box<u64>> },
    Table { value: HashMap<u32, String> },
    Tables { value: Vec<HashMap<u32, String>> },
    Ordered { value: BTreeMap<String, Sparse> },
    Set { value: BTreeSet<u32> },
    Untagged { value: Vec<Either> },
    Any { value: serde_json::Value },
    Pairs { value: Vec<(u8, Box<[u64; 32]>)> },
    Fat { value: Vec<Box<Fat>> },
    Tree { value: Vec<Tree> },
    Nothing,
}

/// 24 optional texts: an object without fields takes 576 bytes in memory.
#[derive(Debug, WsProtocol)]
struct Sparse {
    a: Option<[Option<String>; 8]>,
    b: Option<[Option<String>; 8]>,
    c: Option<[Option<String>; 8]>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Either {
    Number(u64),
    Text(String),
    Record(BTreeMap<String, u8>),
}

#[derive(Debug, Serialize, Deserialize)]
enum Fat {
    Unit,
    Large([u64; 32]),
}

#[derive(Debug, WsProtocol)]
struct Tree {
    children: Vec<Tree>,
}

/// Returns a message with `item` repeated up to `bytes`, in a list or, if `keyed`, in an object.
fn json(name: &str, item: &str, keyed: bool, bytes: usize, tag_first: bool) -> String {
    let mut value = String::with_capacity(bytes + 64);
    for at in 0_u32.. {
        if value.len() > bytes {
            break;
        }
        if at > 0 {
            value.push(',');
        }
        if keyed {
            value.extend(["\"", &at.to_string(), "\":"]);
        }
        value.push_str(item);
    }
    let value = if keyed { format!("{{{value}}}") } else { format!("[{value}]") };
    if tag_first {
        format!(r#"{{"type":"{name}","value":{value}}}"#)
    } else {
        format!(r#"{{"value":{value},"type":"{name}"}}"#)
    }
}

/// Decodes a frame. Returns whether it succeeded and the peak of allocated memory.
fn cost(frame: &Frame) -> (bool, u64) {
    let mut is_read = false;
    let used = measure(|| match codec::decode::<Wide>(frame) {
        Ok(_) => is_read = true,
        Err(error) => {
            assert_eq!(error.code(), ValidationCode::Invalid, "{error}");
            assert!(error.message().contains("take more than 4 times its size in memory"), "{error}");
        }
    });
    (is_read, used.bytes_max)
}

/// Each shape: its message, an item, and whether the items are in an object.
const SHAPES: &[(&str, &str, bool)] = &[
    ("texts", r#""""#, false),
    ("texts", r#""a text of some length, as people write them""#, false),
    ("texts", r#""\n""#, false),
    ("optionals", "null", false),
    ("numbers", "1", false),
    ("numbers", "1764000000000", false),
    ("lists", "[]", false),
    ("lists", "[1]", false),
    ("records", "{}", false),
    ("boxes", "{}", false),
    ("links", r#""""#, false),
    ("pointers", "1", false),
    ("table", r#""""#, true),
    ("ordered", "{}", true),
    ("set", "7", false),
    ("untagged", "1", false),
    ("untagged", r#""""#, false),
    ("untagged", "{}", false),
    ("any", "1", false),
    ("any", "[]", false),
    ("any", "{}", false),
    ("any", r#"{"a":1}"#, false),
    ("untagged", r#"{"a":1}"#, false),
    ("tables", r#"{"1":""}"#, false),
    ("fat", r#""Unit""#, false),
    ("tree", r#"{"children":[]}"#, false),
    ("nothing", "{}", false),
];

fn bound(frame: usize) -> u64 {
    // The error takes some memory too.
    u64::try_from((4 * frame).max(4 << 20)).unwrap() + 4096
}

#[test]
fn decoding_takes_at_most_4_times_the_frame_in_json() {
    for &(name, item, keyed) in SHAPES {
        for bytes in [100_000, 1_500_000] {
            for tag_first in [true, false] {
                let text = json(name, item, keyed, bytes, tag_first);
                let (frame, len) = (Frame::Text(text.clone()), text.len());
                let (is_read, held) = cost(&frame);
                assert!(held <= bound(len), "{held} bytes for {len} of {item} in `{name}`, read: {is_read}");
            }
        }
    }
}

#[test]
fn decoding_takes_at_most_4_times_the_frame_in_messagepack() {
    for &(name, item, keyed) in SHAPES {
        for bytes in [100_000, 1_500_000] {
            for tag_first in [true, false] {
                let value: serde_json::Value =
                    serde_json::from_str(&json(name, item, keyed, bytes, tag_first)).unwrap();
                let packed = rmp_serde::to_vec_named(&value).unwrap();
                drop(value);
                let len = packed.len();
                let (is_read, held) = cost(&Frame::Binary(packed));
                assert!(held <= bound(len), "{held} bytes for {len} of {item} in `{name}`, read: {is_read}");
            }
        }
    }
}

#[test]
fn a_frame_of_16_mib_of_empty_texts_is_an_error() {
    let count = u32::try_from(16 << 20).unwrap();
    let mut frame = b"\x82\xa4type\xa5texts\xa5value\xdd".to_vec();
    frame.extend(count.to_be_bytes());
    frame.resize(frame.len() + (16 << 20), 0xa0);
    let (is_read, held) = cost(&Frame::Binary(frame));
    assert!(!is_read && held <= 64 << 20, "{held} bytes, read: {is_read}");
}

#[test]
fn claims_in_claims_take_no_more() {
    // Each level claims as many items as there are bytes.
    let mut frame = b"\x82\xa4type\xa4tree\xa5value".to_vec();
    for _ in 0..50 {
        frame.extend(b"\xdd\x00\x02\x00\x00\x81\xa8children");
    }
    frame.resize(300_000, 0xc0);
    let used = measure(|| drop(codec::decode_binary::<Wide>(&frame).unwrap_err()));
    assert!(used.bytes_max <= bound(frame.len()), "{}", used.bytes_max);
}

#[test]
fn messages_of_ordinary_shape_are_read_at_any_size() {
    let text = json("texts", r#""a text of some length, as people write them""#, false, 16 << 20, true);
    assert!(codec::decode_text::<Wide>(&text).is_ok());
    let text = json("numbers", "1764000000000", false, 16 << 20, false);
    assert!(codec::decode_text::<Wide>(&text).is_ok());
    // Up to 4 MiB, any shape is read, such as 20,000 short texts or 1,000 records of 600 bytes.
    for (name, item, bytes) in [("texts", r#""a""#, 80_000), ("records", "{}", 3_000), ("numbers", "1", 200_000)] {
        assert!(codec::decode_text::<Wide>(&json(name, item, false, bytes, true)).is_ok(), "{name}");
    }
}
