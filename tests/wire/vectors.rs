//! Decodes what msgpackr and `JSON.stringify` write (`tests/fixtures/vectors/vectors.json`), and compares our encoder with
//! `tests/fixtures/vectors/ours.json`, which `check.mjs` decodes with msgpackr.

use std::{env, fs, path::PathBuf};

use serde::{Deserialize, Serialize};
use websocket_do::{Format, Frame, ValidationError, codec};

use crate::sample::Sample;

/// A value as JavaScript writes it. A format that cannot represent it is missing.
#[derive(Deserialize)]
struct Vector {
    name: String,
    json: Option<String>,
    msgpack: Option<String>,
    /// The error that decoding it must return.
    refused: Option<Refused>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Refused {
    code: String,
    path: String,
}

/// The same value as our encoder writes it.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Ours {
    name: String,
    json: String,
    msgpack: String,
}

fn file(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "fixtures/vectors", name].iter().collect()
}

fn vectors() -> Vec<Vector> {
    let vectors = fs::read_to_string(file("vectors.json")).expect("tests/fixtures/vectors/vectors.json");
    let vectors: Vec<_> = serde_json::from_str(&vectors).expect("vectors as generate.mjs writes them");
    assert!(vectors.len() >= 120, "only {} vectors", vectors.len());
    vectors
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |digits, byte| digits + &format!("{byte:02x}"))
}

fn unhex(digits: &str) -> Vec<u8> {
    let digit = |index| u8::from_str_radix(digits.get(index..index + 2).expect("two digits"), 16).expect("hex");
    (0..digits.len()).step_by(2).map(digit).collect()
}

fn read(vector: &Vector) -> Vec<(&'static str, Result<Sample, ValidationError>)> {
    let json = vector.json.as_ref().map(|text| ("JSON", codec::decode_text(text)));
    let msgpack = vector.msgpack.as_ref().map(|bytes| ("MessagePack", codec::decode_binary(&unhex(bytes))));
    json.into_iter().chain(msgpack).collect()
}

fn refused(error: &ValidationError) -> Refused {
    Refused { code: error.code().as_str().into(), path: error.path().into() }
}

/// Returns the vectors that decode, with their messages.
fn writable(vectors: &[Vector]) -> impl Iterator<Item = (&Vector, Sample)> {
    let writable = vectors.iter().filter(|vector| vector.refused.is_none());
    writable.map(|vector| (vector, read(vector).remove(0).1.unwrap_or_else(|error| panic!("{}: {error}", vector.name))))
}

fn ours(name: String, message: &Sample) -> Ours {
    let Ok(Frame::Text(json)) = codec::encode(message, Format::Json) else { panic!("{name}: not written in JSON") };
    let Ok(Frame::Binary(msgpack)) = codec::encode(message, Format::MessagePack) else {
        panic!("{name}: not written in MessagePack")
    };
    Ours { name, json, msgpack: hex(&msgpack) }
}

#[test]
fn values_from_javascript_decode_to_the_same_message_in_both_formats() {
    for vector in vectors().iter().filter(|vector| vector.refused.is_none()) {
        let read = read(vector);
        for (format, message) in &read {
            assert!(message.is_ok(), "{} in {format}: {message:?}", vector.name);
            assert_eq!(*message, read[0].1, "{} in {format} is not as in {}", vector.name, read[0].0);
        }
    }
}

#[test]
fn invalid_values_from_javascript_are_errors_with_a_path() {
    for vector in &vectors() {
        let Some(refused) = &vector.refused else { continue };
        for (format, message) in read(vector) {
            let error = message.expect_err(&format!("{} in {format} is not refused", vector.name));
            assert_eq!(&self::refused(&error), refused, "{} in {format}: {error}", vector.name);
        }
    }
}

/// With `BLESS` set, also writes `ours.json`.
#[test]
fn our_encoder_writes_the_values_in_ours_json() {
    let vectors = vectors();
    let ours: Vec<_> = writable(&vectors).map(|(vector, message)| ours(vector.name.clone(), &message)).collect();
    if env::var_os("BLESS").is_some() {
        let lines: Vec<_> = ours.iter().map(|ours| serde_json::to_string(ours).unwrap()).collect();
        fs::write(file("ours.json"), format!("[\n{}\n]\n", lines.join(",\n"))).expect("a file to write");
    }
    let written = fs::read_to_string(file("ours.json")).expect("tests/fixtures/vectors/ours.json: run with BLESS=1");
    let written: Vec<Ours> = serde_json::from_str(&written).expect("ours.json as it was written");
    assert_eq!(written.len(), ours.len(), "ours.json has other vectors: run with BLESS=1");
    for (ours, written) in ours.iter().zip(&written) {
        assert_eq!(ours, written, "run with BLESS=1, then `node tests/fixtures/vectors/check.mjs`");
    }
}

/// Parts of the names of values that are not written as they were read: some part is skipped or rounded.
const CHANGED: [&str; 14] = [
    "optional: null",
    "maybeId: null",
    "id: a number",
    "signed: a number",
    "ids: digits and numbers",
    "optional: NaN",
    "optional: Infinity",
    "an unknown field",
    "with more",
    "labels that are none",
    "a value that it has not",
    "f32: 2^24 + 1",
    "f32: 0.1 as it is in 32 bits",
    "f32: 1e-50",
];

#[test]
fn our_json_is_what_json_stringify_writes() {
    // Compares sorted characters, as the order of fields differs: our maps are sorted and our tag is first.
    let characters = |text: &str| {
        let mut characters: Vec<_> = text.chars().collect();
        characters.sort_unstable();
        characters
    };
    for (vector, message) in writable(&vectors()) {
        let is_changed = CHANGED.iter().any(|words| vector.name.contains(words));
        let Some(json) = vector.json.as_ref().filter(|_| !is_changed) else { continue };
        let ours = ours(vector.name.clone(), &message).json;
        assert_eq!(characters(&ours), characters(json), "{}:\n{ours}\n{json}", vector.name);
    }
}
