//! The bytes that msgpackr and `JSON.stringify` produce (`tests/fixtures/vectors/vectors.json`), read by us; and our own, written to
//! `tests/fixtures/vectors/ours.json`, where `check.mjs` has msgpackr read them.

use std::{env, fs, path::PathBuf};

use serde::{Deserialize, Serialize};
use websocket_do::{Format, Frame, ValidationError, codec};

use crate::sample::Sample;

/// A value as JavaScript writes it. A form that cannot say the value is not there.
#[derive(Deserialize)]
struct Vector {
    name: String,
    json: Option<String>,
    msgpack: Option<String>,
    /// Why it must be refused when it comes.
    refused: Option<Refused>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Refused {
    code: String,
    path: String,
}

/// The same value as we write it.
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

/// The values that are read and can be written again, as they were read.
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
fn what_javascript_writes_is_read_and_both_formats_agree() {
    for vector in vectors().iter().filter(|vector| vector.refused.is_none()) {
        let read = read(vector);
        for (format, message) in &read {
            assert!(message.is_ok(), "{} in {format}: {message:?}", vector.name);
            assert_eq!(*message, read[0].1, "{} in {format} is not as in {}", vector.name, read[0].0);
        }
    }
}

#[test]
fn what_javascript_should_not_have_written_is_refused_at_its_place() {
    for vector in &vectors() {
        let Some(refused) = &vector.refused else { continue };
        for (format, message) in read(vector) {
            let error = message.expect_err(&format!("{} in {format} is not refused", vector.name));
            assert_eq!(&self::refused(&error), refused, "{} in {format}: {error}", vector.name);
        }
    }
}

/// Also writes `ours.json` anew where `BLESS` is set.
#[test]
fn our_own_writing_is_what_msgpackr_was_shown() {
    let vectors = vectors();
    let ours: Vec<_> = writable(&vectors).map(|(vector, message)| ours(vector.name.clone(), &message)).collect();
    if env::var_os("BLESS").is_some() {
        let lines: Vec<_> = ours.iter().map(|ours| serde_json::to_string(ours).unwrap()).collect();
        fs::write(file("ours.json"), format!("[\n{}\n]\n", lines.join(",\n"))).expect("a file to write");
    }
    let shown = fs::read_to_string(file("ours.json")).expect("tests/fixtures/vectors/ours.json: run with BLESS=1");
    let shown: Vec<Ours> = serde_json::from_str(&shown).expect("ours.json as it was written");
    assert_eq!(shown.len(), ours.len(), "ours.json has other vectors: run with BLESS=1");
    for (ours, shown) in ours.iter().zip(&shown) {
        assert_eq!(ours, shown, "run with BLESS=1, then `node tests/fixtures/vectors/check.mjs`");
    }
}

/// What stands in the names of values that hold something which we pass over or round, and do not write again.
const NOT_AGAIN: [&str; 10] = [
    "optional: null",
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
    // The order of fields is nobody's business: a map here is sorted, and the tag comes first.
    let characters = |text: &str| {
        let mut characters: Vec<_> = text.chars().collect();
        characters.sort_unstable();
        characters
    };
    for (vector, message) in writable(&vectors()) {
        let is_passed_over = NOT_AGAIN.iter().any(|words| vector.name.contains(words));
        let Some(json) = vector.json.as_ref().filter(|_| !is_passed_over) else { continue };
        let ours = ours(vector.name.clone(), &message).json;
        assert_eq!(characters(&ours), characters(json), "{}:\n{ours}\n{json}", vector.name);
    }
}
