//! Compares the reader with `rmp_serde`: both accept the same bytes and read them to the same values, except where JavaScript
//! writes differently.

use std::{collections::BTreeMap, fmt::Debug};

use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};

use super::{
    super::tests::{Random, same},
    reader::read,
    scanner,
};
use crate::protocol::{ValidationCode, buffered::Buffered};

/// Generates bytes that are usually valid MessagePack.
#[derive(Default)]
struct Frames(Random);

impl Frames {
    /// Returns a value that is usually valid.
    fn value(&mut self, depth: usize) -> Vec<u8> {
        match self.0.below(if depth > 4 { 8 } else { 12 }) {
            0 => self.0.one_of(&[&[0xc0][..], &[0xc2], &[0xc3]]).to_vec(),
            1 => vec![self.0.byte()],
            2 => self.integer(),
            3 => self.float(),
            4 | 5 => self.text(),
            6 => {
                let bytes: Vec<_> = (0..self.0.below(4)).map(|_| self.0.byte()).collect();
                self.headed(&bytes, bytes.len(), None, [0xc4, 0xc5, 0xc6])
            }
            7 => self.extension(),
            8 | 9 => self.list(depth),
            _ => {
                let entries = self.0.below(4);
                let parts: Vec<_> = (0..entries).flat_map(|_| [self.key(), self.value(depth + 1)]).flatten().collect();
                self.map(&parts, entries)
            }
        }
    }

    fn list(&mut self, depth: usize) -> Vec<u8> {
        let items = self.0.below(4);
        let parts: Vec<_> = (0..items).flat_map(|_| self.value(depth + 1)).collect();
        self.headed(&parts, items, Some(0x90), [0xdc, 0xdc, 0xdd])
    }

    fn map(&mut self, parts: &[u8], entries: usize) -> Vec<u8> {
        self.headed(parts, entries, Some(0x80), [0xde, 0xde, 0xdf])
    }

    /// Prepends any header with this length, and sometimes one with another length.
    fn headed(&mut self, content: &[u8], length: usize, short: Option<u8>, long: [u8; 3]) -> Vec<u8> {
        let length = u8::try_from(length + usize::from(self.0.below(40) == 0)).unwrap();
        let mut bytes = match (short, self.0.below(5)) {
            (Some(short), 0..=2) if length < 16 => vec![short | length],
            (_, 3) if long[0] != long[1] => vec![long[0], length],
            (_, 4) => vec![long[2], 0, 0, 0, length],
            _ => vec![long[1], 0, length],
        };
        bytes.extend(content);
        bytes
    }

    fn integer(&mut self) -> Vec<u8> {
        let (head, width) =
            [(0xcc, 1), (0xcd, 2), (0xce, 4), (0xcf, 8), (0xd0, 1), (0xd1, 2), (0xd2, 4), (0xd3, 8)][self.0.below(8)];
        let rest = (0..width).map(|_| if self.0.below(3) == 0 { self.0.byte() } else { 0 });
        let mut bytes: Vec<u8> = rest.collect();
        bytes.insert(0, head);
        bytes
    }

    /// Returns a float with a fraction: others are integers in JavaScript.
    fn float(&mut self) -> Vec<u8> {
        if self.0.below(2) == 0 {
            let value = self.0.one_of(&[&0.5_f64, &-0.1, &1e-300, &-0.0, &1.5e-9, &0.25]);
            [&[0xcb][..], &value.to_be_bytes()].concat()
        } else {
            let value = self.0.one_of(&[&0.5_f32, &-0.1, &1e-30, &-0.0]);
            [&[0xca][..], &value.to_be_bytes()].concat()
        }
    }

    fn text(&mut self) -> Vec<u8> {
        let text: &[u8] =
            self.0.one_of(&[&b""[..], b"a", b"One", b"x", "ü🦀".as_bytes(), b"\xff", b"text of some length"]);
        let short = self.0.below(3) > 0;
        if short {
            [&[0xa0 | u8::try_from(text.len()).unwrap()], text].concat()
        } else {
            self.headed(text, text.len(), None, [0xd9, 0xda, 0xdb])
        }
    }

    /// Returns a timestamp or an unknown extension.
    fn extension(&mut self) -> Vec<u8> {
        let (head, length): (&[u8], _) = [
            (&[0xd6, 0xff][..], 4),
            (&[0xd7, 0xff], 8),
            (&[0xc7, 12, 0xff], 12),
            (&[0xd4, 0x05], 1),
            (&[0xc7, 5, 0xff], 5),
        ][self.0.below(5)];
        head.iter().copied().chain((0..length).map(|at| if at > 4 { 7 } else { 0 })).collect()
    }

    fn key(&mut self) -> Vec<u8> {
        match self.0.below(12) {
            0 => self.value(4),
            _ => {
                let name = self.0.one_of(&["a", "b", "f", "i", "c", "o", "k", "u", "n", "s", "y", "t", "other"]);
                [&[0xa0 | u8::try_from(name.len()).unwrap()], name.as_bytes()].concat()
            }
        }
    }
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "looked at as `Debug`")]
struct All {
    a: Option<Box<All>>,
    b: Option<bool>,
    f: Option<(f64, f32)>,
    i: Option<Vec<i8>>,
    c: Option<char>,
    o: Option<u64>,
    k: Option<BTreeMap<i8, u16>>,
    u: Option<()>,
    n: Option<Named>,
    s: Option<Nothing>,
    y: Option<Vec<u8>>,
    t: Option<BTreeMap<String, Buffered>>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "looked at as `Debug`")]
struct Named(String);

#[derive(Debug, Deserialize)]
struct Nothing;

#[derive(Debug, PartialEq, Deserialize)]
enum Either {
    One,
    Two(u8),
    Pair(i64, String),
    Named { b: Option<bool> },
}

/// Checks that both readers read the same value or both fail, except where `rmp_serde` is more lenient, as with trailing bytes.
#[track_caller]
fn agree<T: DeserializeOwned + Debug>(bytes: &[u8]) -> bool {
    let theirs = scanner::check(bytes).map_err(|fault| fault.to_string()).and_then(|()| {
        let mut theirs = rmp_serde::Deserializer::from_read_ref(bytes).with_human_readable();
        T::deserialize(&mut theirs).map_err(|error| error.to_string())
    });
    let ours = read::<T>(bytes, None);
    // An integer of 64 bits may be beyond what JavaScript holds.
    if bytes.iter().any(|byte| matches!(byte, 0xcf | 0xd3)) {
        return ours.is_ok();
    }
    same(&format!("{bytes:02x?}"), &ours, &theirs)
}

#[test]
fn reads_exactly_the_bytes_that_rmp_serde_reads() {
    let mut frames = Frames::default();
    let mut read = [0; 3];
    for _ in 0..100_000 {
        let mut bytes = frames.value(0);
        match frames.0.below(12) {
            0 => bytes.truncate(frames.0.below(bytes.len() + 1)),
            1 => bytes.push(frames.0.byte()),
            _ => {}
        }
        read[0] += u32::from(agree::<Buffered>(&bytes));
        read[1] += u32::from(agree::<IgnoredAny>(&bytes));
        let entries = frames.0.below(4);
        let parts: Vec<_> = (0..entries).flat_map(|_| [frames.key(), frames.value(2)]).flatten().collect();
        read[2] += u32::from(agree::<All>(&frames.map(&parts, entries)));
    }
    assert!(read.iter().all(|read| *read > 10_000), "too few frames are valid: {read:?}");
}

#[test]
fn enums_lists_and_nesting_are_read_as_rmp_serde_reads_them() {
    for bytes in [
        &b"\xa3One"[..],
        b"\xa3Two",
        b"\xa4None",
        b"\xc0",
        b"\x80",
        b"\x81\xa3One\xc0",
        b"\x81\xa3Two\x05",
        b"\x82\xa3Two\x05\xa3Two\x05",
        b"\x81\xa4Pair\x92\xff\xa1x",
        b"\x81\xa4Pair\x91\xff",
        b"\x81\xa4Pair\x93\xff\xa1x\xc0",
        b"\x81\xa5Named\x81\xa1b\xc3",
        b"\x81\xa5Named\x91\xc3",
    ] {
        agree::<Either>(bytes);
    }
    for bytes in [&b"\x92\x01\x02"[..], b"\x91\x01", b"\x93\x01\x02\x03", b"\xc4\x02\x01\x02", b"\xc4\x03\x01\x02\x03"]
    {
        agree::<(u8, u8)>(bytes);
        agree::<Vec<u8>>(bytes);
        agree::<[u8; 3]>(bytes);
    }
    for depth in 120..135 {
        for open in [&[0x91][..], &[0x81, 0xa1, b'a'], &[0x91, 0x81, 0xa1, b'a']] {
            let mut bytes = open.repeat(depth);
            bytes.push(0xc0);
            agree::<Buffered>(&bytes);
            agree::<IgnoredAny>(&bytes);
            agree::<All>(&bytes);
        }
    }
}

#[test]
fn an_undefined_entry_is_skipped_anywhere() {
    const UNDEFINED: &[u8] = b"\xd4\0\0";
    let map = |parts: &[&[u8]]| {
        let entries = u8::try_from(parts.len() / 2).unwrap();
        [&[0x80 | entries], &parts.concat()[..]].concat()
    };
    let (a, long, list) = (&b"\xa1a"[..], &b"\xda\0\x01b"[..], &b"\x92\xa1a\xd4\0\0"[..]);
    let is_one = BTreeMap::from([("a".to_owned(), 1)]);
    for bytes in [
        map(&[a, b"\x01"]),
        map(&[long, UNDEFINED, a, b"\x01"]),
        map(&[a, b"\x01", long, UNDEFINED]),
        map(&[b"\xa1c", UNDEFINED, long, UNDEFINED, a, b"\x01", list, UNDEFINED]),
    ] {
        assert_eq!(read::<BTreeMap<String, u8>>(&bytes, None).unwrap(), is_one, "{bytes:02x?}");
        assert_eq!(
            read::<Buffered>(&bytes, None).unwrap(),
            Buffered::Map(vec![(Buffered::Str("a".into()), Buffered::U64(1))])
        );
    }
    assert_eq!(read::<Either>(&map(&[b"\xa3One", UNDEFINED, b"\xa3Two", b"\x05"]), None).unwrap(), Either::Two(5));
    assert_eq!(read::<Either>(&map(&[b"\xa3Two", b"\x05", b"\xa3One", UNDEFINED]), None).unwrap(), Either::Two(5));
    read::<Either>(&map(&[b"\xa3One", UNDEFINED]), None).unwrap_err();
    // As an item of a list it is nil, and as a key null.
    assert_eq!(read::<Vec<Option<u8>>>(b"\x93\x01\xd4\0\0\x02", None).unwrap(), [Some(1), None, Some(2)]);
    read::<(u8,)>(b"\x93\x01\xa1a\xd4\0\0", None).unwrap_err();
    assert_eq!(
        read::<Buffered>(b"\x81\xd4\0\0\x01", None).unwrap(),
        Buffered::Map(vec![(Buffered::Null, Buffered::U64(1))])
    );
}

#[test]
fn an_integer_beyond_2_53_is_a_float() {
    let limit = 1_u64 << 53;
    let unsigned = |value: u64| [&[0xcf][..], &value.to_be_bytes()].concat();
    let signed = |value: i64| [&[0xd3][..], &value.to_be_bytes()].concat();
    let float = |value: f64| [&[0xcb][..], &value.to_be_bytes()].concat();
    for bytes in [unsigned(limit), float(9_007_199_254_740_992.0), signed(9_007_199_254_740_992)] {
        assert_eq!(read::<u64>(&bytes, None).unwrap(), limit);
    }
    for bytes in [signed(-9_007_199_254_740_992), float(-9_007_199_254_740_992.0)] {
        assert_eq!(read::<i64>(&bytes, None).unwrap(), -9_007_199_254_740_992);
    }
    for bytes in [
        unsigned(limit + 1),
        unsigned(u64::MAX),
        signed(-9_007_199_254_740_993),
        signed(i64::MIN),
        float(9_007_199_254_740_994.0),
        float(1e300),
    ] {
        for error in [
            read::<u64>(&bytes, None).map(drop).unwrap_err(),
            read::<i64>(&bytes, None).map(drop).unwrap_err(),
            read::<i128>(&bytes, None).map(drop).unwrap_err(),
        ] {
            assert_eq!(error.into_validation_error().code(), ValidationCode::Number, "{bytes:02x?}");
        }
        assert!(read::<f64>(&bytes, None).is_ok());
    }
    let key = [&b"\x81\xb09007199254740993"[..], b"\x01"].concat();
    let error = read::<BTreeMap<u64, u8>>(&key, None).unwrap_err().into_validation_error();
    assert_eq!((error.code(), error.path()), (ValidationCode::Number, "9007199254740993"));
}
