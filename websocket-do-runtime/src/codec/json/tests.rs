//! Compares the reader with `serde_json`: both accept the same texts, and read them to the same values.

use std::collections::BTreeMap;

use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};
use serde_json::Value;

use super::{
    super::{
        number::exact_integer,
        tests::{Random, same},
    },
    reader::read,
};
use crate::protocol::{ValidationCode, buffered::Buffered};

impl Random {
    /// Returns a value that is usually valid.
    fn value(&mut self, depth: usize) -> String {
        let space = self.one_of(&["", "", "", " ", "\n\t", "\r"]);
        let value = match self.below(if depth > 4 { 6 } else { 9 }) {
            0 => self.one_of(&["null", "true", "false", "nul", "True", ""]).to_owned(),
            1 | 2 => self.number(),
            3..=5 => self.string(),
            6 => format!("[{}]", self.list(depth, Self::value)),
            _ => {
                format!("{{{}}}", self.list(depth, |random, depth| format!("{}:{}", random.key(), random.value(depth))))
            }
        };
        format!("{space}{value}{space}")
    }

    fn list(&mut self, depth: usize, item: impl Fn(&mut Self, usize) -> String) -> String {
        let items: Vec<_> = (0..self.below(4)).map(|_| item(self, depth + 1)).collect();
        let comma = self.one_of(&[",", ",", ",", ",", " , ", ",,", ";"]);
        items.join(comma) + self.one_of(&["", "", "", "", "", "", ",", " "])
    }

    /// Without keys on which `serde_json` differs: it strips the first byte of a key for a `bool`, which may be half a character, and
    /// passes invalid strings to visitors of bytes.
    fn key(&mut self) -> String {
        let names = ["a", "b", "f", "i", "w", "c", "o", "e", "k", "t", "u", "other", "0", "-7", "1.5", "true", "One"];
        match self.below(12) {
            0 => self.string(),
            1 => self.number(),
            _ => format!("\"{}\"", self.one_of(&names)),
        }
    }

    fn number(&mut self) -> String {
        let sign = self.one_of(&["", "", "", "-", "-", "+", "--"]);
        let whole = self.one_of(&["0", "1", "7", "00", "01", "255", "256", "128", "", "9007199254740992"]);
        let fraction =
            self.one_of(&["", "", "", "", ".", ".0", ".5", ".1", ".30000000000000004", ".1234567890123456789012"]);
        let exponent = self.one_of(&[
            "",
            "",
            "",
            "",
            "e",
            "e0",
            "E+2",
            "e-7",
            "e22",
            "e23",
            "e38",
            "e39",
            "e308",
            "e309",
            "e-324",
            "e-99999999999",
            "e99999999999",
        ]);
        format!("{sign}{whole}{fraction}{exponent}")
    }

    fn string(&mut self) -> String {
        let parts = [
            "a",
            "One",
            "Two",
            "text of some length",
            "ü",
            "🦀",
            "\u{2028}",
            "\\n",
            "\\\"",
            "\\\\",
            "\\/",
            "\\b",
            "\\f",
            "\\r",
            "\\t",
            "\\u00fc",
            "\\ud83e\\udd80",
            "\\ud83e",
            "\\udd80",
            "\\ud83ex",
            "\\ud83e\\u0041",
            "\\u12",
            "\\u+123",
            "\\x",
            "\n",
            "\u{1f}",
            "\u{7f}",
            "\"",
            "",
        ];
        let text: String = (0..self.below(4)).map(|_| self.one_of(&parts)).collect();
        format!("\"{text}\"")
    }
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "looked at as `Debug`")]
struct All {
    a: Option<Box<All>>,
    b: Option<bool>,
    f: Option<(f64, f32)>,
    i: Option<Vec<i8>>,
    w: Option<(i128, u128)>,
    c: Option<char>,
    o: Option<u64>,
    e: Option<Either>,
    k: Option<BTreeMap<i8, Either>>,
    n: Option<BTreeMap<bool, Named>>,
    t: Option<BTreeMap<Either, String>>,
    u: Option<()>,
    y: Option<Bytes>,
}

#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
enum Either {
    One,
    #[serde(alias = "a")]
    Two(u8),
    #[serde(alias = "b")]
    Pair(i64, String),
    #[serde(alias = "o")]
    Named {
        b: Option<bool>,
    },
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "looked at as `Debug`")]
struct Named(String);

#[derive(Debug)]
#[expect(dead_code, reason = "looked at as `Debug`")]
struct Bytes(Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Bytes;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_vec()))
            }
        }
        deserializer.deserialize_bytes(Visitor)
    }
}

/// Checks that both readers read the same value or both fail, except for integers that are written as floats.
#[track_caller]
fn agree<T: DeserializeOwned + std::fmt::Debug>(text: &str) -> bool {
    let theirs = serde_json::from_str(text);
    let ours = read::<T>(text, None);
    match &theirs {
        Err(_) if ours.is_ok() => {
            let theirs = javascript(text);
            // `serde_json` also checks skipped strings.
            let is_too_large = theirs.as_ref().is_err_and(|error| error.to_string().contains("out of range"));
            is_too_large || same(text, &ours, &theirs)
        }
        // Skipped strings are checked too.
        _ if ours.as_ref().is_err_and(|error| error.to_string().contains("surrogate")) => false,
        _ => same(text, &ours, &theirs),
    }
}

/// Reads a text with `serde_json`, after writing each float without a fraction as an integer.
fn javascript<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    fn integers(value: &mut Value) {
        match value {
            Value::Number(number) => {
                if let Some(Ok(Some(integer))) = number.as_f64().map(exact_integer) {
                    *value = integer.into();
                }
            }
            Value::Array(items) => items.iter_mut().for_each(integers),
            Value::Object(entries) => entries.values_mut().for_each(integers),
            _ => {}
        }
    }
    let mut value = serde_json::from_str(text)?;
    integers(&mut value);
    serde_json::from_value(value)
}

#[test]
fn reads_exactly_the_texts_that_serde_json_reads() {
    let mut random = Random::default();
    let mut read = [0; 3];
    for _ in 0..100_000 {
        let mut text = random.value(0);
        if random.below(8) == 0 {
            let cut = (0..=random.below(text.len() + 1)).rev().find(|end| text.is_char_boundary(*end)).unwrap();
            text.truncate(cut);
        }
        read[0] += u32::from(agree::<Buffered>(&text));
        read[1] += u32::from(agree::<IgnoredAny>(&text));
        let object =
            format!("{{{}}}", random.list(0, |random, depth| format!("{}:{}", random.key(), random.value(depth))));
        read[2] += u32::from(agree::<All>(&object));
    }
    assert!(read.iter().all(|read| *read > 10_000), "too few texts are valid: {read:?}");
}

#[test]
fn each_kind_of_value_is_read_as_serde_json_reads_it() {
    let mut random = Random::default();
    for (name, values) in [
        ("b", ["true", " false ", "t", "null"]),
        ("c", ["\"x\"", "\"\\ud83e\\udd80\"", "\"xy\"", "1"]),
        ("e", ["\"One\"", "{\"Two\":5}", "{\"Pair\":[-1,\"x\"]}", "{\"Named\":{\"b\":true,\"z\":[{}]}}"]),
        ("e", ["{\"One\":null}", "\"Two\"", "{\"Two\":5,\"Two\":5}", "{\"Named\":[true]}"]),
        ("k", ["{\"-7\":\"One\"}", "{\"7 \":\"One\"}", "{\" 7\":\"One\"}", "{\"128\":\"One\"}"]),
        ("k", ["{\"07\":\"One\"}", "{\"x\":\"One\"}", "{\"-0\":\"One\"}", "{\"\":\"One\"}"]),
        ("n", ["{\"true\":\"x\"}", "{\"false\":\"\"}", "{\"truer\":\"x\"}", "{\"tru\":\"x\"}"]),
        ("t", ["{\"One\":\"x\"}", "{\"Two\":\"x\"}", "{\"O\\u006ee\":\"x\"}", "{\"one\":\"x\"}"]),
        ("w", ["[-9007199254740992,0]", "[1,-1]", "[1.0,1]", "[01,1]"]),
        ("w", ["[1,9007199254740992]", "[1,01]", "[1]", "[ 1 , 2 ]"]),
        ("f", ["[1,16777217]", "[-0,-0.0]", "[1e-400,1e38]", "[0.1,0.1]"]),
        ("u", ["null", "[]", "{}", "nulll"]),
        ("y", ["\"\\u00fc\"", "\"plain\"", "{}", "\"\\n\""]),
        ("o", ["null", "9007199254740992", "-1", "1e3"]),
    ] {
        for value in values {
            agree::<All>(&format!("{{\"{name}\":{value}}}"));
        }
    }
    for _ in 0..50_000 {
        agree::<Vec<f64>>(&format!("[{}]", random.number()));
        agree::<Vec<u8>>(&format!("[{}]", random.number()));
        agree::<Vec<String>>(&format!("[{}]", random.string()));
        agree::<BTreeMap<String, u64>>(&format!("{{{}:{}}}", random.key(), random.number()));
    }
}

#[test]
fn nesting_ends_at_128_levels_read_or_passed_over() {
    for depth in 120..135 {
        for (open, close, levels) in [("[", "]", 1), ("{\"a\":", "}", 1), ("[{\"a\":", "}]", 2)] {
            let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            assert_eq!(read::<Buffered>(&text, None).is_ok(), depth * levels <= 128, "{text}");
            assert_eq!(read::<IgnoredAny>(&text, None).is_ok(), depth * levels <= 128, "{text}");
            let inside = format!("{{\"other\":{text}}}");
            assert_eq!(read::<All>(&inside, None).is_ok(), depth * levels < 128, "{inside}");
        }
    }
}

#[test]
fn an_integer_beyond_2_53_is_a_float() {
    let limit = 1_u64 << 53;
    assert_eq!(read::<Buffered>("[9007199254740992,-9007199254740992]", None).unwrap(), {
        Buffered::Seq(vec![Buffered::U64(limit), Buffered::I64(-9_007_199_254_740_992)])
    });
    let beyond =
        Buffered::Seq(vec![Buffered::F64(9_007_199_254_740_992.0), Buffered::F64(-1.844_674_407_370_955_2e19)]);
    assert_eq!(read::<Buffered>("[9007199254740993,-18446744073709551615]", None).unwrap(), beyond);
    for text in ["9007199254740993", "-9007199254740993", "1e16", "18446744073709551616", "9007199254740994.0"] {
        for error in [
            read::<u64>(text, None).map(drop).unwrap_err(),
            read::<i64>(text, None).map(drop).unwrap_err(),
            read::<i128>(text, None).map(drop).unwrap_err(),
        ] {
            let error = error.into_validation_error();
            assert_eq!(error.code(), ValidationCode::Number);
            assert!(error.message().ends_with(&format!("holds no integer exactly, is {text}")), "{error}");
        }
        assert_eq!(read::<f64>(text, None).unwrap().to_bits(), text.parse::<f64>().unwrap().to_bits());
    }
    let keys = read::<BTreeMap<u64, u8>>("{\"9007199254740993\":1}", None).unwrap_err().into_validation_error();
    assert_eq!((keys.code(), keys.path()), (ValidationCode::Number, "9007199254740993"));
}
