//! The parts of a JSON text: words, numbers, strings, and what is passed over. Takes what
//! [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259) allows, and says no more of the rest than that it is not that.

use super::{super::EXACT, fault::Fault, float};

/// How deep lists and objects may nest.
pub(super) const DEPTH: u8 = super::super::DEPTH;

/// Makes sure that `text` is one value, whatever it is.
pub(super) fn check(text: &str) -> Result<(), Fault> {
    let mut scan = Scan::new(text);
    scan.skip_value(DEPTH)?;
    if scan.token().is_none() { Ok(()) } else { Err(Fault::Syntax) }
}

/// A text that is being read.
pub(super) struct Scan<'t> {
    text: &'t str,
    at: usize,
    /// The last string that had escapes.
    unescaped: String,
}

/// A number as its text suggests: JavaScript has only one kind.
pub(super) enum Number {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    /// The float nearest to an integer beyond 2⁵³.
    Large(f64),
}

/// A string: as it stands there, or put together without its escapes.
pub(super) enum Text<'t, 's> {
    There(&'t str),
    Unescaped(&'s str),
}

impl<'t> Scan<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, unescaped: String::new() }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn next(&mut self) -> Result<u8, Fault> {
        let next = self.peek().ok_or(Fault::Syntax)?;
        self.at += 1;
        Ok(next)
    }

    /// The next byte that is no white space, which stays there.
    pub(super) fn token(&mut self) -> Option<u8> {
        loop {
            match self.peek() {
                Some(b' ' | b'\n' | b'\t' | b'\r') => self.at += 1,
                token => return token,
            }
        }
    }

    /// Takes the next token where it is this one.
    pub(super) fn take(&mut self, token: u8) -> bool {
        self.token();
        self.eat(token)
    }

    pub(super) fn expect(&mut self, token: u8) -> Result<(), Fault> {
        if self.take(token) { Ok(()) } else { Err(Fault::Syntax) }
    }

    /// `null`, `true` or `false`.
    pub(super) fn word(&mut self, word: &str) -> Result<(), Fault> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if !rest.starts_with(word.as_bytes()) {
            return Err(Fault::Syntax);
        }
        self.at += word.len();
        Ok(())
    }

    /// A number.
    pub(super) fn number(&mut self) -> Result<Number, Fault> {
        let start = self.at;
        let is_negative = self.eat(b'-');
        let digits = self.at;
        let is_whole = self.skip_number()?;
        if let (true, Ok(value @ ..=EXACT)) = (is_whole, self.since(digits).parse::<u64>()) {
            return Ok(match (is_negative, 0_i64.checked_sub_unsigned(value)) {
                (false, _) => Number::Unsigned(value),
                (true, Some(value @ ..0)) => Number::Signed(value),
                (true, _) => Number::Float(-0.0),
            });
        }
        match float::nearest(self.since(start)) {
            value if !value.is_finite() => Err(Fault::Infinite),
            value if is_whole => Ok(Number::Large(value)),
            value => Ok(Number::Float(value)),
        }
    }

    /// Whether this key comes next, without a space before it and without escapes.
    #[inline]
    pub(super) fn is_key(&self, key: &str) -> bool {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        rest.strip_prefix(b"\"")
            .and_then(|rest| rest.strip_prefix(key.as_bytes()))
            .is_some_and(|rest| rest.first() == Some(&b'"'))
    }

    /// The offset of the next token.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Goes on elsewhere.
    pub(super) fn go_to(&mut self, position: usize) {
        self.at = position;
    }

    /// The last string that had escapes.
    pub(super) fn unescaped_text(&self) -> &str {
        &self.unescaped
    }

    /// The same text, read from this position on.
    pub(super) fn at(&self, position: usize) -> Self {
        Self { text: self.text, at: position, unescaped: String::new() }
    }

    /// What was allocated for strings with escapes.
    pub(super) fn scratch(&self) -> usize {
        self.unescaped.capacity()
    }

    pub(super) fn since(&self, start: usize) -> &'t str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Passes over a number, without its sign, and tells whether it was written as an integer.
    fn skip_number(&mut self) -> Result<bool, Fault> {
        self.skip_integer()?;
        let has_fraction = self.eat(b'.');
        if has_fraction {
            self.skip_digits()?;
        }
        let has_exponent = self.eat(b'e') || self.eat(b'E');
        if has_exponent {
            let _ = self.eat(b'+') || self.eat(b'-');
            self.skip_digits()?;
        }
        Ok(!has_fraction && !has_exponent)
    }

    fn skip_integer(&mut self) -> Result<(), Fault> {
        let has_leading_zero = self.peek() == Some(b'0');
        let start = self.at;
        self.skip_digits()?;
        if has_leading_zero && self.at > start + 1 { Err(Fault::Syntax) } else { Ok(()) }
    }

    fn skip_digits(&mut self) -> Result<(), Fault> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(Fault::Syntax) }
    }

    /// The rest of a string, after its opening quote.
    pub(super) fn string(&mut self) -> Result<Text<'t, '_>, Fault> {
        let start = self.at;
        self.skip_plain();
        match self.peek() {
            Some(b'"') => {
                let text = self.since(start);
                self.at += 1;
                Ok(Text::There(text))
            }
            _ => self.unescaped(start),
        }
    }

    fn unescaped(&mut self, start: usize) -> Result<Text<'t, '_>, Fault> {
        self.unescaped.clear();
        self.unescaped.push_str(self.since(start));
        loop {
            match self.next()? {
                b'"' => return Ok(Text::Unescaped(&self.unescaped)),
                b'\\' => {
                    let escaped = self.escape()?;
                    self.unescaped.push(escaped);
                    let start = self.at;
                    self.skip_plain();
                    self.unescaped.push_str(self.since(start));
                }
                _ => return Err(Fault::Syntax),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Fault> {
        Ok(match self.next()? {
            byte @ (b'"' | b'\\' | b'/') => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.unit()?;
                let is_pair = (0xd800..0xdc00).contains(&unit) && self.eat(b'\\') && self.eat(b'u');
                let second = if is_pair { Some(self.unit()?) } else { None };
                let mut char = char::decode_utf16([unit].into_iter().chain(second));
                char.next().and_then(Result::ok).ok_or(Fault::Surrogate)?
            }
            _ => return Err(Fault::Syntax),
        })
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Result<u16, Fault> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = char::from(self.next()?).to_digit(16).ok_or(Fault::Syntax)?;
            unit = unit << 4 | digit;
        }
        u16::try_from(unit).map_err(|_| Fault::Syntax)
    }

    fn skip_plain(&mut self) {
        self.at += plain(self.text.as_bytes().get(self.at..).unwrap_or_default());
    }

    pub(super) fn skip_string(&mut self) -> Result<(), Fault> {
        loop {
            self.skip_plain();
            match self.next()? {
                b'"' => return Ok(()),
                b'\\' => {
                    self.escape()?;
                }
                _ => return Err(Fault::Syntax),
            }
        }
    }

    /// Passes over a value in which `depth` lists and objects may nest.
    pub(super) fn skip_value(&mut self, depth: u8) -> Result<(), Fault> {
        let mut open = Vec::new();
        loop {
            match self.token() {
                Some(b'n') => self.word("null")?,
                Some(b't') => self.word("true")?,
                Some(b'f') => self.word("false")?,
                Some(b'-' | b'0'..=b'9') => {
                    self.eat(b'-');
                    self.skip_number()?;
                }
                Some(b'"') => {
                    self.at += 1;
                    self.skip_string()?;
                }
                Some(bracket @ (b'[' | b'{')) => {
                    self.at += 1;
                    // In ASCII, two after the one that opens.
                    if open.len() >= usize::from(depth) {
                        return Err(Fault::TooDeep);
                    }
                    if !self.take(bracket + 2) {
                        open.push(bracket + 2);
                        self.skip_key(bracket + 2)?;
                        continue;
                    }
                }
                _ => return Err(Fault::Syntax),
            }
            loop {
                let Some(&close) = open.last() else { return Ok(()) };
                if self.take(b',') {
                    self.skip_key(close)?;
                    break;
                }
                self.expect(close)?;
                open.pop();
            }
        }
    }

    /// Passes over the key of the next entry, where it has one.
    fn skip_key(&mut self, close: u8) -> Result<(), Fault> {
        if close == b'}' {
            self.expect(b'"')?;
            self.skip_string()?;
            self.expect(b':')?;
        }
        Ok(())
    }
}

/// How many bytes stand for themselves in a string.
fn plain(bytes: &[u8]) -> usize {
    let (words, tail) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let marks = special(u64::from_le_bytes(*word));
        if marks != 0 {
            return index * 8 + marks.trailing_zeros() as usize / 8;
        }
    }
    let rest = tail.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | ..0x20)).count();
    words.len() * 8 + rest
}

/// Marks, in the highest bit of their bytes, quotes, backslashes and control characters: the lowest mark is right.
fn special(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 0xff;
    let every = |byte: u8| ONES * u64::from(byte);
    let quote = (word ^ every(b'"')).wrapping_sub(ONES);
    let backslash = (word ^ every(b'\\')).wrapping_sub(ONES);
    let control = word.wrapping_sub(every(b' '));
    (quote | backslash | control) & !word & every(0x80)
}
