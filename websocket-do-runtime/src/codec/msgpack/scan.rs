//! The parts of MessagePack: one value, or the head of a list or a map, as JavaScript means it. Allocates for nothing that
//! the bytes only claim to hold. Knows nothing of serde or of messages.

use std::fmt;

use super::super::{EXACT, integral};

/// How deep maps and arrays may nest.
pub(super) const DEPTH: u8 = super::super::DEPTH;

/// What is wrong with the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Empty,
    CutShort,
    Trailing(usize),
    Reserved,
    Extension(i8),
    NotUtf8,
    TooDeep,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the frame is empty"),
            Self::CutShort => f.write_str("the frame ends before the value does"),
            Self::Trailing(1) => f.write_str("1 byte follows the value"),
            Self::Trailing(count) => write!(f, "{count} bytes follow the value"),
            Self::Reserved => f.write_str("the byte `c1` starts no value"),
            Self::Extension(114) => {
                f.write_str("extension type 114 is a record of msgpackr; create the encoder with `useRecords: false`")
            }
            Self::Extension(kind) => write!(f, "extension type {kind} is not known"),
            Self::NotUtf8 => f.write_str("a string is not UTF-8"),
            Self::TooDeep => write!(f, "it nests deeper than {DEPTH}"),
        }
    }
}

/// Makes sure that `bytes` are one value, whatever it is.
pub(super) fn check(bytes: &[u8]) -> Result<(), Fault> {
    if bytes.is_empty() {
        return Err(Fault::Empty);
    }
    let mut scan = Scan::new(bytes);
    scan.skip(DEPTH)?;
    scan.end()
}

/// One value, or the head of a list or a map. `undefined`, an invalid `Date` and a number that is not finite are nil, as
/// `JSON.stringify` has them; an integral float is an integer.
#[derive(Clone, Copy)]
pub(super) enum Item<'b> {
    Nil,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    /// The float nearest to an integer beyond 2⁵³.
    Large(f64),
    Text(&'b str),
    Bytes(&'b [u8]),
    /// The timestamp extension: 4, 8 or 12 bytes.
    Time(&'b [u8]),
    /// The head of an array of so many items.
    Array(usize),
    /// The head of a map of so many entries.
    Map(usize),
}

/// What msgpackr writes for `undefined`: fixext 1, type 0.
const UNDEFINED: [u8; 3] = [0xd4, 0x00, 0x00];

/// Bytes that are being read.
#[derive(Clone, Copy)]
pub(super) struct Scan<'b> {
    rest: &'b [u8],
}

impl<'b> Scan<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Makes sure that nothing follows.
    pub(super) fn end(self) -> Result<(), Fault> {
        if self.rest.is_empty() { Ok(()) } else { Err(Fault::Trailing(self.rest.len())) }
    }

    /// Takes the next value, or the head of a list or a map.
    #[inline]
    pub(super) fn item(&mut self) -> Result<Item<'b>, Fault> {
        match self.short() {
            Some((text, rest)) => {
                self.rest = rest;
                utf8(text)
            }
            None => self.any(),
        }
    }

    /// A text of less than 256 bytes, as keys and most values are, and what follows it.
    #[inline]
    fn short(&self) -> Option<(&'b [u8], &'b [u8])> {
        match self.rest {
            [head @ 0xa0..=0xbf, rest @ ..] => rest.split_at_checked(usize::from(head & 0x1f)),
            [0xd9, len, rest @ ..] => rest.split_at_checked(usize::from(*len)),
            _ => None,
        }
    }

    fn any(&mut self) -> Result<Item<'b>, Fault> {
        let [marker] = self.take()?;
        match marker {
            0x00..=0x7f => Ok(Item::Unsigned(marker.into())),
            0x80..=0x8f => self.map(usize::from(marker & 0x0f)),
            0x90..=0x9f => self.array(usize::from(marker & 0x0f)),
            0xa0..=0xbf => self.text(usize::from(marker & 0x1f)),
            0xc0 => Ok(Item::Nil),
            0xc1 => Err(Fault::Reserved),
            0xc2 | 0xc3 => Ok(Item::Bool(marker == 0xc3)),
            0xc4 => self.len8().and_then(|len| self.bytes(len)),
            0xc5 => self.len16().and_then(|len| self.bytes(len)),
            0xc6 => self.len32().and_then(|len| self.bytes(len)),
            0xc7 => self.len8().and_then(|len| self.extension(len)),
            0xc8 => self.len16().and_then(|len| self.extension(len)),
            0xc9 => self.len32().and_then(|len| self.extension(len)),
            0xca => self.take().map(|bytes| number(f32::from_be_bytes(bytes).into())),
            0xcb => self.take().map(|bytes| number(f64::from_be_bytes(bytes))),
            0xcc => self.take().map(|bytes| Item::Unsigned(u8::from_be_bytes(bytes).into())),
            0xcd => self.take().map(|bytes| Item::Unsigned(u16::from_be_bytes(bytes).into())),
            0xce => self.take().map(|bytes| Item::Unsigned(u32::from_be_bytes(bytes).into())),
            0xcf => self.take().map(|bytes| unsigned(u64::from_be_bytes(bytes))),
            0xd0 => self.take().map(|bytes| Item::Signed(i8::from_be_bytes(bytes).into())),
            0xd1 => self.take().map(|bytes| Item::Signed(i16::from_be_bytes(bytes).into())),
            0xd2 => self.take().map(|bytes| Item::Signed(i32::from_be_bytes(bytes).into())),
            0xd3 => self.take().map(|bytes| signed(i64::from_be_bytes(bytes))),
            0xd4..=0xd8 => self.extension(1 << (marker - 0xd4)),
            0xd9 => self.len8().and_then(|len| self.text(len)),
            0xda => self.len16().and_then(|len| self.text(len)),
            0xdb => self.len32().and_then(|len| self.text(len)),
            0xdc => self.len16().and_then(|len| self.array(len)),
            0xdd => self.len32().and_then(|len| self.array(len)),
            0xde => self.len16().and_then(|len| self.map(len)),
            0xdf => self.len32().and_then(|len| self.map(len)),
            0xe0..=0xff => Ok(Item::Signed(i8::from_be_bytes([marker]).into())),
        }
    }

    /// Passes over a value in which `depth` lists and maps may nest.
    pub(super) fn skip(&mut self, depth: u8) -> Result<(), Fault> {
        let values = match self.item()? {
            Item::Array(len) => len,
            Item::Map(len) => len * 2,
            _ => return Ok(()),
        };
        let depth = depth.checked_sub(1).ok_or(Fault::TooDeep)?;
        (0..values).try_for_each(|_| self.skip(depth))
    }

    /// Takes the next value where it is nil.
    pub(super) fn take_nil(&mut self) -> bool {
        // Nothing else can be.
        if !matches!(self.rest, [0xc0 | 0xc7..=0xcb | 0xd4, ..]) {
            return false;
        }
        let mut ahead = *self;
        let is_nil = matches!(ahead.item(), Ok(Item::Nil));
        if is_nil {
            *self = ahead;
        }
        is_nil
    }

    /// Takes an entry of a map where its value is `undefined`, which in JavaScript is no entry. In what stands before the value,
    /// `depth` lists and maps may nest.
    pub(super) fn take_undefined(&mut self, depth: u8) -> Result<bool, Fault> {
        let after = match self.short() {
            Some((_, rest)) => rest,
            None => {
                let mut ahead = *self;
                ahead.skip(depth)?;
                ahead.rest
            }
        };
        let Some(rest) = after.strip_prefix(&UNDEFINED) else { return Ok(false) };
        // A short text has not been looked at yet.
        self.skip(depth)?;
        self.rest = rest;
        Ok(true)
    }

    /// Whether it is this short text that comes next, and something other than `undefined` after it.
    #[inline]
    pub(super) fn is_text(&self, text: &str) -> bool {
        self.short().is_some_and(|(found, rest)| found == text.as_bytes() && !rest.starts_with(&UNDEFINED))
    }

    /// Whether it is `undefined` that comes next.
    pub(super) fn is_undefined(&self) -> bool {
        self.rest.starts_with(&UNDEFINED)
    }

    /// Takes an array without items, written in one byte.
    pub(super) fn take_empty(&mut self) -> bool {
        let rest = self.rest.strip_prefix(&[0x90]);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn array(&self, len: usize) -> Result<Item<'b>, Fault> {
        self.holds(len).map(|()| Item::Array(len))
    }

    fn map(&self, len: usize) -> Result<Item<'b>, Fault> {
        self.holds(len.saturating_mul(2)).map(|()| Item::Map(len))
    }

    /// Each value takes a byte at least: what claims more than is there is not believed.
    fn holds(&self, values: usize) -> Result<(), Fault> {
        if values > self.rest.len() { Err(Fault::CutShort) } else { Ok(()) }
    }

    /// `undefined` and times; nothing else is known.
    fn extension(&mut self, len: usize) -> Result<Item<'b>, Fault> {
        let kind = i8::from_be_bytes(self.take()?);
        match (kind, self.slice(len)?) {
            (0, [0]) | (-1, [0xff]) => Ok(Item::Nil),
            (-1, data) if matches!(data.len(), 4 | 8 | 12) => Ok(Item::Time(data)),
            _ => Err(Fault::Extension(kind)),
        }
    }

    fn text(&mut self, len: usize) -> Result<Item<'b>, Fault> {
        self.slice(len).and_then(utf8)
    }

    fn bytes(&mut self, len: usize) -> Result<Item<'b>, Fault> {
        self.slice(len).map(Item::Bytes)
    }

    fn slice(&mut self, len: usize) -> Result<&'b [u8], Fault> {
        let (slice, rest) = self.rest.split_at_checked(len).ok_or(Fault::CutShort)?;
        self.rest = rest;
        Ok(slice)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let (bytes, rest) = self.rest.split_first_chunk::<N>().ok_or(Fault::CutShort)?;
        self.rest = rest;
        Ok(*bytes)
    }

    fn len8(&mut self) -> Result<usize, Fault> {
        self.take().map(|bytes| usize::from(u8::from_be_bytes(bytes)))
    }

    fn len16(&mut self) -> Result<usize, Fault> {
        self.take().map(|bytes| usize::from(u16::from_be_bytes(bytes)))
    }

    fn len32(&mut self) -> Result<usize, Fault> {
        // What a `usize` cannot count is not in memory either.
        usize::try_from(u32::from_be_bytes(self.take()?)).map_err(|_| Fault::CutShort)
    }
}

fn utf8(text: &[u8]) -> Result<Item<'_>, Fault> {
    std::str::from_utf8(text).map(Item::Text).map_err(|_| Fault::NotUtf8)
}

/// What a float is to JavaScript, which has no other numbers. Zero with a sign stays one.
fn number(value: f64) -> Item<'static> {
    if !value.is_finite() {
        return Item::Nil;
    }
    match integral(value) {
        Ok(Some(0)) if value.is_sign_negative() => Item::Float(value),
        Ok(Some(integer)) => u64::try_from(integer).map_or(Item::Signed(integer), Item::Unsigned),
        Ok(None) => Item::Float(value),
        Err(()) => Item::Large(value),
    }
}

#[expect(clippy::cast_precision_loss, reason = "as JavaScript has it")]
fn unsigned(value: u64) -> Item<'static> {
    if value <= EXACT { Item::Unsigned(value) } else { Item::Large(value as f64) }
}

#[expect(clippy::cast_precision_loss, reason = "as JavaScript has it")]
fn signed(value: i64) -> Item<'static> {
    if value.unsigned_abs() <= EXACT { Item::Signed(value) } else { Item::Large(value as f64) }
}
