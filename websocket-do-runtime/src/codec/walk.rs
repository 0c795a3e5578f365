//! One walk over MessagePack from a peer, before serde sees it: refuses what is not well-formed without allocating for
//! what it claims, and rewrites what JavaScript writes differently. Knows nothing of messages.

use std::{borrow::Cow, fmt};

/// How deep maps and arrays may nest.
const DEPTH: usize = 128;

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
            Self::Extension(kind) => write!(f, "extension type {kind} is not known"),
            Self::NotUtf8 => f.write_str("a string is not UTF-8"),
            Self::TooDeep => write!(f, "it nests deeper than {DEPTH}"),
        }
    }
}

/// Checks that `bytes` are one well-formed value and puts it in the form that serde expects: an integral float becomes
/// the integer, a float that is not finite nil, and JavaScript's `undefined` leaves its map or becomes nil elsewhere.
/// Copies only where there is something to change.
pub(super) fn check(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Fault> {
    if bytes.is_empty() {
        return Err(Fault::Empty);
    }
    let mut walk = Walk { rest: bytes, foreign: false };
    walk.check(1, 0)?;
    if !walk.rest.is_empty() {
        return Err(Fault::Trailing(walk.rest.len()));
    }
    if !walk.foreign {
        return Ok(Cow::Borrowed(bytes));
    }
    let mut copy = Vec::with_capacity(bytes.len() + 16);
    Walk { rest: bytes, foreign: false }.copy(&mut copy)?;
    Ok(Cow::Owned(copy))
}

/// One value, or the head of a map or array.
enum Item {
    /// Needs no second thought.
    Plain,
    /// A float.
    Float(f64),
    /// JavaScript's `undefined`.
    Undefined,
    /// JavaScript's invalid `Date`, which is null in JSON.
    NoDate,
    /// The head of an array of so many items.
    Array(usize),
    /// The head of a map of so many entries.
    Map(usize),
}

struct Walk<'b> {
    rest: &'b [u8],
    /// Whether something has to be rewritten.
    foreign: bool,
}

impl<'b> Walk<'b> {
    /// Checks so many values that follow each other.
    fn check(&mut self, values: usize, depth: usize) -> Result<(), Fault> {
        for _ in 0..values {
            match self.item()? {
                Item::Plain => {}
                Item::Float(value) => self.foreign |= !matches!(Number::of(value), Number::Float),
                Item::Undefined | Item::NoDate => self.foreign = true,
                Item::Array(len) => self.check_within(len, depth)?,
                Item::Map(len) => self.check_within(len.saturating_mul(2), depth)?,
            }
        }
        Ok(())
    }

    fn check_within(&mut self, values: usize, depth: usize) -> Result<(), Fault> {
        // Each takes a byte at least: what claims more than is there is not believed.
        if values > self.rest.len() {
            return Err(Fault::CutShort);
        }
        if depth == DEPTH {
            return Err(Fault::TooDeep);
        }
        self.check(values, depth + 1)
    }

    /// Copies the next value, which [`check`](Self::check) has passed.
    fn copy(&mut self, out: &mut Vec<u8>) -> Result<(), Fault> {
        let start = self.rest;
        match self.item()? {
            Item::Plain => out.extend_from_slice(consumed(start, self.rest)),
            Item::Undefined | Item::NoDate => out.push(NIL),
            Item::Float(value) => match Number::of(value) {
                Number::Unsigned(value) => put(out, 0xcf, value.to_be_bytes()),
                Number::Signed(value) => put(out, 0xd3, value.to_be_bytes()),
                Number::Float => out.extend_from_slice(consumed(start, self.rest)),
                Number::NotFinite => out.push(NIL),
            },
            Item::Array(len) => {
                out.extend_from_slice(consumed(start, self.rest));
                (0..len).try_for_each(|_| self.copy(out))?;
            }
            Item::Map(len) => self.copy_map(len, out)?,
        }
        Ok(())
    }

    fn copy_map(&mut self, len: usize, out: &mut Vec<u8>) -> Result<(), Fault> {
        put(out, 0xdf, [0; 4]);
        let head = out.len();
        let mut kept = 0_u32;
        for _ in 0..len {
            let entry = out.len();
            self.copy(out)?;
            if let Some(rest) = self.rest.strip_prefix(&UNDEFINED) {
                self.rest = rest;
                out.truncate(entry);
            } else {
                self.copy(out)?;
                kept += 1;
            }
        }
        if let Some(count) = out.get_mut(head - 4..head) {
            count.copy_from_slice(&kept.to_be_bytes());
        }
        Ok(())
    }

    /// Takes the next value, or the head of a map or array.
    #[inline]
    fn item(&mut self) -> Result<Item, Fault> {
        let [marker] = self.take()?;
        Ok(match marker {
            0x00..=0x7f | 0xe0..=0xff | NIL | 0xc2 | 0xc3 => Item::Plain,
            0x80..=0x8f => Item::Map(usize::from(marker & 0x0f)),
            0x90..=0x9f => Item::Array(usize::from(marker & 0x0f)),
            0xa0..=0xbf => self.text(usize::from(marker & 0x1f))?,
            0xc1 => return Err(Fault::Reserved),
            0xc4 => self.len8().and_then(|len| self.skip(len))?,
            0xc5 => self.len16().and_then(|len| self.skip(len))?,
            0xc6 => self.len32().and_then(|len| self.skip(len))?,
            0xc7 => self.len8().and_then(|len| self.extension(len))?,
            0xc8 => self.len16().and_then(|len| self.extension(len))?,
            0xc9 => self.len32().and_then(|len| self.extension(len))?,
            0xca => Item::Float(f64::from(f32::from_be_bytes(self.take()?))),
            0xcb => Item::Float(f64::from_be_bytes(self.take()?)),
            0xcc | 0xd0 => self.skip(1)?,
            0xcd | 0xd1 => self.skip(2)?,
            0xce | 0xd2 => self.skip(4)?,
            0xcf | 0xd3 => self.skip(8)?,
            0xd4..=0xd8 => self.extension(1 << (marker - 0xd4))?,
            0xd9 => self.len8().and_then(|len| self.text(len))?,
            0xda => self.len16().and_then(|len| self.text(len))?,
            0xdb => self.len32().and_then(|len| self.text(len))?,
            0xdc => Item::Array(self.len16()?),
            0xdd => Item::Array(self.len32()?),
            0xde => Item::Map(self.len16()?),
            0xdf => Item::Map(self.len32()?),
        })
    }

    /// `undefined` and times; nothing else is known.
    fn extension(&mut self, len: usize) -> Result<Item, Fault> {
        let kind = i8::from_be_bytes(self.take()?);
        let data = self.slice(len)?;
        match (kind, data) {
            (0, [0]) => Ok(Item::Undefined),
            (-1, [0xff]) => Ok(Item::NoDate),
            (-1, data) if matches!(data.len(), 4 | 8 | 12) => Ok(Item::Plain),
            _ => Err(Fault::Extension(kind)),
        }
    }

    fn text(&mut self, len: usize) -> Result<Item, Fault> {
        let text = self.slice(len)?;
        // Mostly it is, and that is seen at a glance.
        if text.is_ascii() || std::str::from_utf8(text).is_ok() { Ok(Item::Plain) } else { Err(Fault::NotUtf8) }
    }

    fn skip(&mut self, len: usize) -> Result<Item, Fault> {
        self.slice(len).map(|_| Item::Plain)
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

const NIL: u8 = 0xc0;
/// What msgpackr writes for `undefined`: fixext 1, type 0.
const UNDEFINED: [u8; 3] = [0xd4, 0x00, 0x00];

/// What a float is to serde.
enum Number {
    Unsigned(u64),
    Signed(i64),
    Float,
    NotFinite,
}

impl Number {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the bounds are checked
    fn of(value: f64) -> Self {
        const ABOVE_U64: f64 = 18_446_744_073_709_551_616.0;
        const LEAST_I64: f64 = -9_223_372_036_854_775_808.0;
        if !value.is_finite() {
            Self::NotFinite
        } else if value.fract() != 0.0 || (value == 0.0 && value.is_sign_negative()) {
            Self::Float
        } else if (0.0..ABOVE_U64).contains(&value) {
            Self::Unsigned(value as u64)
        } else if (LEAST_I64..0.0).contains(&value) {
            Self::Signed(value as i64)
        } else {
            Self::Float
        }
    }
}

fn put<const N: usize>(out: &mut Vec<u8>, marker: u8, data: [u8; N]) {
    out.push(marker);
    out.extend_from_slice(&data);
}

fn consumed<'b>(start: &'b [u8], rest: &[u8]) -> &'b [u8] {
    start.split_at_checked(start.len() - rest.len()).map_or(start, |(consumed, _)| consumed)
}
