//! Reads the parts of MessagePack, with JavaScript's numbers: one value, or the head of a list or a map. Claimed lengths allocate
//! nothing.

use super::{
    super::{
        MAX_DEPTH,
        number::{MAX_EXACT_INTEGER, exact_integer},
    },
    error::ScanError,
};

/// Checks that `bytes` are exactly one value.
pub(super) fn check(bytes: &[u8]) -> Result<(), ScanError> {
    if bytes.is_empty() {
        return Err(ScanError::Empty);
    }
    let mut scan = Scanner::new(bytes);
    scan.skip(MAX_DEPTH)?;
    scan.end()
}

/// One value, or the head of a list or a map. `undefined`, an invalid `Date` and a number that is not finite are nil, as with
/// `JSON.stringify`; a float without a fraction is an integer.
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
    Timestamp(&'b [u8]),
    /// The head of an array, with its length.
    Array(usize),
    /// The head of a map, with its number of entries.
    Map(usize),
}

/// The form in which msgpackr writes `undefined`: fixext 1, type 0.
const UNDEFINED: [u8; 3] = [0xd4, 0x00, 0x00];

/// A position in the bytes.
#[derive(Clone, Copy)]
pub(super) struct Scanner<'b> {
    rest: &'b [u8],
}

impl<'b> Scanner<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Checks that all bytes were read.
    pub(super) fn end(self) -> Result<(), ScanError> {
        if self.rest.is_empty() { Ok(()) } else { Err(ScanError::Trailing(self.rest.len())) }
    }

    /// Takes the next value, or the head of a list or a map.
    #[inline]
    pub(super) fn item(&mut self) -> Result<Item<'b>, ScanError> {
        match self.short_text() {
            Some((text, rest)) => {
                self.rest = rest;
                utf8(text)
            }
            None => self.any(),
        }
    }

    /// Returns a text of less than 256 bytes, as keys and most values are, and the bytes after it.
    #[inline]
    fn short_text(&self) -> Option<(&'b [u8], &'b [u8])> {
        match self.rest {
            [head @ 0xa0..=0xbf, rest @ ..] => rest.split_at_checked(usize::from(head & 0x1f)),
            [0xd9, len, rest @ ..] => rest.split_at_checked(usize::from(*len)),
            _ => None,
        }
    }

    fn any(&mut self) -> Result<Item<'b>, ScanError> {
        let [marker] = self.take()?;
        match marker {
            0x00..=0x7f => Ok(Item::Unsigned(marker.into())),
            0x80..=0x8f => self.map(usize::from(marker & 0x0f)),
            0x90..=0x9f => self.array(usize::from(marker & 0x0f)),
            0xa0..=0xbf => self.text(usize::from(marker & 0x1f)),
            0xc0 => Ok(Item::Nil),
            0xc1 => Err(ScanError::Reserved),
            0xc2 | 0xc3 => Ok(Item::Bool(marker == 0xc3)),
            0xc4 => self.len8().and_then(|len| self.bytes(len)),
            0xc5 => self.len16().and_then(|len| self.bytes(len)),
            0xc6 => self.len32().and_then(|len| self.bytes(len)),
            0xc7 => self.len8().and_then(|len| self.extension(len)),
            0xc8 => self.len16().and_then(|len| self.extension(len)),
            0xc9 => self.len32().and_then(|len| self.extension(len)),
            0xca => self.take().map(|bytes| float(f32::from_be_bytes(bytes).into())),
            0xcb => self.take().map(|bytes| float(f64::from_be_bytes(bytes))),
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

    /// Skips a value in which `depth` lists and maps may nest.
    pub(super) fn skip(&mut self, depth: u8) -> Result<(), ScanError> {
        let values = match self.item()? {
            Item::Array(len) => len,
            Item::Map(len) => len * 2,
            _ => return Ok(()),
        };
        let depth = depth.checked_sub(1).ok_or(ScanError::TooDeep)?;
        (0..values).try_for_each(|_| self.skip(depth))
    }

    /// Takes the next value if it is nil.
    pub(super) fn take_nil(&mut self) -> bool {
        // No other marker can be nil.
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

    /// Takes an entry of a map if its value is `undefined`, which counts as missing. In its key, `depth` lists and maps may nest.
    pub(super) fn take_undefined(&mut self, depth: u8) -> Result<bool, ScanError> {
        let after = match self.short_text() {
            Some((_, rest)) => rest,
            None => {
                let mut ahead = *self;
                ahead.skip(depth)?;
                ahead.rest
            }
        };
        let Some(rest) = after.strip_prefix(&UNDEFINED) else { return Ok(false) };
        // Checks the key: a short text was not checked for UTF-8.
        self.skip(depth)?;
        self.rest = rest;
        Ok(true)
    }

    /// Whether this short text is next, with another value than `undefined` after it.
    #[inline]
    pub(super) fn is_text(&self, text: &str) -> bool {
        self.short_text().is_some_and(|(found, rest)| found == text.as_bytes() && !rest.starts_with(&UNDEFINED))
    }

    /// Whether `undefined` is next.
    pub(super) fn is_undefined(&self) -> bool {
        self.rest.starts_with(&UNDEFINED)
    }

    /// Takes an empty array of one byte.
    pub(super) fn take_empty(&mut self) -> bool {
        let rest = self.rest.strip_prefix(&[0x90]);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn array(&self, len: usize) -> Result<Item<'b>, ScanError> {
        self.check_claim(len).map(|()| Item::Array(len))
    }

    fn map(&self, len: usize) -> Result<Item<'b>, ScanError> {
        self.check_claim(len.saturating_mul(2)).map(|()| Item::Map(len))
    }

    /// Fails if there are fewer bytes than values: each value takes at least one byte.
    fn check_claim(&self, values: usize) -> Result<(), ScanError> {
        if values > self.rest.len() { Err(ScanError::CutShort) } else { Ok(()) }
    }

    /// Reads `undefined` or a timestamp, the two known extensions.
    fn extension(&mut self, len: usize) -> Result<Item<'b>, ScanError> {
        let kind = i8::from_be_bytes(self.take()?);
        match (kind, self.slice(len)?) {
            (0, [0]) | (-1, [0xff]) => Ok(Item::Nil),
            (-1, data) if matches!(data.len(), 4 | 8 | 12) => Ok(Item::Timestamp(data)),
            _ => Err(ScanError::Extension(kind)),
        }
    }

    fn text(&mut self, len: usize) -> Result<Item<'b>, ScanError> {
        self.slice(len).and_then(utf8)
    }

    fn bytes(&mut self, len: usize) -> Result<Item<'b>, ScanError> {
        self.slice(len).map(Item::Bytes)
    }

    fn slice(&mut self, len: usize) -> Result<&'b [u8], ScanError> {
        let (slice, rest) = self.rest.split_at_checked(len).ok_or(ScanError::CutShort)?;
        self.rest = rest;
        Ok(slice)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], ScanError> {
        let (bytes, rest) = self.rest.split_first_chunk::<N>().ok_or(ScanError::CutShort)?;
        self.rest = rest;
        Ok(*bytes)
    }

    fn len8(&mut self) -> Result<usize, ScanError> {
        self.take().map(|bytes| usize::from(u8::from_be_bytes(bytes)))
    }

    fn len16(&mut self) -> Result<usize, ScanError> {
        self.take().map(|bytes| usize::from(u16::from_be_bytes(bytes)))
    }

    fn len32(&mut self) -> Result<usize, ScanError> {
        // A length beyond `usize` cannot be in memory.
        usize::try_from(u32::from_be_bytes(self.take()?)).map_err(|_| ScanError::CutShort)
    }
}

fn utf8(text: &[u8]) -> Result<Item<'_>, ScanError> {
    std::str::from_utf8(text).map(Item::Text).map_err(|_| ScanError::NotUtf8)
}

/// Reads a float as JavaScript has it: without a fraction it is an integer. −0 remains a float.
fn float(value: f64) -> Item<'static> {
    if !value.is_finite() {
        return Item::Nil;
    }
    match exact_integer(value) {
        Ok(Some(0)) if value.is_sign_negative() => Item::Float(value),
        Ok(Some(integer)) => u64::try_from(integer).map_or(Item::Signed(integer), Item::Unsigned),
        Ok(None) => Item::Float(value),
        Err(()) => Item::Large(value),
    }
}

#[expect(clippy::cast_precision_loss, reason = "as JavaScript has it")]
fn unsigned(value: u64) -> Item<'static> {
    if value <= MAX_EXACT_INTEGER { Item::Unsigned(value) } else { Item::Large(value as f64) }
}

#[expect(clippy::cast_precision_loss, reason = "as JavaScript has it")]
fn signed(value: i64) -> Item<'static> {
    if value.unsigned_abs() <= MAX_EXACT_INTEGER { Item::Signed(value) } else { Item::Large(value as f64) }
}
