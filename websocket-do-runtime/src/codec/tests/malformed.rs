//! Malformed frames.

use super::super::{decode_binary, decode_text};
use super::{Probe, Random, ValidationCode, expect_error, hex, packed};

fn malformed(bytes: &[u8]) -> String {
    expect_error(decode_binary::<Probe>(bytes), ValidationCode::Malformed).to_string()
}

#[test]
fn each_kind_of_malformed_bytes_has_a_message() {
    for (bytes, reason) in [
        ("", "the frame is empty"),
        ("c1", "the byte `c1` starts no value"),
        ("91c1", "the byte `c1` starts no value"),
        ("de", "the frame ends before the value does"),
        ("de0001", "the frame ends before the value does"),
        ("81a474797065", "the frame ends before the value does"),
        ("a578", "the frame ends before the value does"),
        ("cb00", "the frame ends before the value does"),
        ("c4ff00", "the frame ends before the value does"),
        ("dd01ffffff", "the frame ends before the value does"),
        ("ddffffffff", "the frame ends before the value does"),
        ("dfffffffff", "the frame ends before the value does"),
        ("dbffffffff", "the frame ends before the value does"),
        ("c9ffffffff00", "the frame ends before the value does"),
        ("de000000", "1 byte follows the value"),
        ("c0c0c0", "2 bytes follow the value"),
        ("a1ff", "a string is not UTF-8"),
        ("82a474797065a5656d707479a1ffd40000", "a string is not UTF-8"),
        ("d40100", "extension type 1 is not known"),
        ("d40001", "extension type 0 is not known"),
        ("d4ff00", "extension type -1 is not known"),
        ("c70142ff", "extension type 66 is not known"),
    ] {
        assert_eq!(malformed(&hex(bytes)), format!("not MessagePack: {reason}"), "{bytes}");
    }
}

#[test]
fn every_truncation_of_a_message_is_malformed() {
    let bytes = packed("signed", "cb4279ab697e800000");
    for len in 0..bytes.len() {
        malformed(&bytes[..len]);
    }
}

#[test]
fn well_formed_bytes_that_are_not_a_message_are_not_malformed() {
    for bytes in ["c0", "de0000", "90", "a0", "05", "d40000", "dc0000"] {
        let error = decode_binary::<Probe>(&hex(bytes)).unwrap_err();
        assert_ne!(error.code(), ValidationCode::Malformed, "{bytes}: {error}");
    }
}

#[test]
fn deep_nesting_is_malformed() {
    assert_eq!(malformed(&vec![0x91; 100_000]), "not MessagePack: it nests deeper than 128");
    assert_eq!(malformed(&vec![0x81; 100_000]), "not MessagePack: it nests deeper than 128");
    for open in ["[", r#"{"a":"#, r#"{"type":"many","items":[["#] {
        decode_text::<Probe>(&open.repeat(100_000)).unwrap_err();
    }
    expect_error(decode_text::<Probe>(&"[".repeat(100_000)), ValidationCode::Malformed);
    // The largest allowed depth.
    let mut bytes = packed("empty", "");
    bytes.extend([0x91; 126]);
    bytes.push(0x90);
    assert_eq!(decode_binary::<Probe>(&bytes).unwrap(), Probe::Empty);
}

#[test]
fn broken_json_is_malformed() {
    for text in [
        "",
        " ",
        "{",
        "nul",
        r#"{"type":"empty"}}"#,
        r#"{"type":"empty"} x"#,
        "{'type':1}",
        r#"{"type":"\ud800"}"#,
        "NaN",
        "undefined",
    ] {
        let error = expect_error(decode_text::<Probe>(text), ValidationCode::Malformed);
        assert!(error.message().starts_with("not JSON: "), "{error}");
    }
    for text in ["null", "[]", "{}", "1", r#""x""#] {
        let error = decode_text::<Probe>(text).unwrap_err();
        assert_ne!(error.code(), ValidationCode::Malformed, "{text}: {error}");
    }
}

#[test]
fn no_bytes_make_it_panic() {
    let mut random = Random::default();
    for len in 0..20_000 {
        let mut bytes: Vec<u8> = (0..len % 40).map(|_| random.byte()).collect();
        let _ = decode_binary::<Probe>(&bytes);
        bytes = packed("many", "").into_iter().chain(bytes).collect();
        let _ = decode_binary::<Probe>(&bytes);
    }
}
