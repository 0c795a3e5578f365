//! Reads the parts of a JSON text, as in [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259): literals, strings and skipped values.
//! Numbers are in `number.rs`.

use super::{super::MAX_DEPTH, error::ScanError};

/// Checks that `text` is exactly one JSON value.
pub(super) fn check(text: &str) -> Result<(), ScanError> {
    let mut scan = Scanner::new(text);
    scan.skip_value(MAX_DEPTH)?;
    if scan.token().is_none() { Ok(()) } else { Err(ScanError::Syntax) }
}

/// A position in a text.
pub(super) struct Scanner<'t> {
    text: &'t str,
    pub(super) at: usize,
    /// The last string that had escapes, without them.
    unescaped: String,
}

/// A string: a part of the text, or a copy without its escapes.
pub(super) enum Text<'t, 's> {
    Borrowed(&'t str),
    Unescaped(&'s str),
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, unescaped: String::new() }
    }

    /// Returns the next byte.
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Takes the next byte if it is this one.
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let matches = self.peek() == Some(byte);
        self.at += usize::from(matches);
        matches
    }

    fn next(&mut self) -> Result<u8, ScanError> {
        let next = self.peek().ok_or(ScanError::Syntax)?;
        self.at += 1;
        Ok(next)
    }

    /// Skips white space and returns the next byte, without taking it.
    pub(super) fn token(&mut self) -> Option<u8> {
        loop {
            match self.peek() {
                Some(b' ' | b'\n' | b'\t' | b'\r') => self.at += 1,
                token => return token,
            }
        }
    }

    /// Skips white space and takes the next byte if it is this one.
    pub(super) fn take(&mut self, token: u8) -> bool {
        self.token();
        self.eat(token)
    }

    /// Skips white space and takes the next byte, which must be this one.
    pub(super) fn expect(&mut self, token: u8) -> Result<(), ScanError> {
        if self.take(token) { Ok(()) } else { Err(ScanError::Syntax) }
    }

    /// Takes `null`, `true` or `false`.
    pub(super) fn word(&mut self, word: &str) -> Result<(), ScanError> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if !rest.starts_with(word.as_bytes()) {
            return Err(ScanError::Syntax);
        }
        self.at += word.len();
        Ok(())
    }

    /// Whether this key is next, without white space before it and without escapes.
    #[inline]
    pub(super) fn is_key(&self, key: &str) -> bool {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        rest.strip_prefix(b"\"")
            .and_then(|rest| rest.strip_prefix(key.as_bytes()))
            .is_some_and(|rest| rest.first() == Some(&b'"'))
    }

    /// Returns the position in the text.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Continues at this position.
    pub(super) fn seek(&mut self, position: usize) {
        self.at = position;
    }

    /// Returns the last string that had escapes, without them.
    pub(super) fn unescaped_text(&self) -> &str {
        &self.unescaped
    }

    /// Returns a scanner of the same text at this position.
    pub(super) fn fork_at(&self, position: usize) -> Self {
        Self { text: self.text, at: position, unescaped: String::new() }
    }

    /// Returns the bytes allocated for strings with escapes.
    pub(super) fn unescaped_capacity(&self) -> usize {
        self.unescaped.capacity()
    }

    /// Returns the text from `start` to the position.
    pub(super) fn slice_from(&self, start: usize) -> &'t str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Takes the rest of a string, after its opening quote.
    pub(super) fn string(&mut self) -> Result<Text<'t, '_>, ScanError> {
        let start = self.at;
        self.skip_plain();
        match self.peek() {
            Some(b'"') => {
                let text = self.slice_from(start);
                self.at += 1;
                Ok(Text::Borrowed(text))
            }
            _ => self.unescaped(start),
        }
    }

    fn unescaped(&mut self, start: usize) -> Result<Text<'t, '_>, ScanError> {
        self.unescaped.clear();
        self.unescaped.push_str(self.slice_from(start));
        loop {
            match self.next()? {
                b'"' => return Ok(Text::Unescaped(&self.unescaped)),
                b'\\' => {
                    let escaped = self.escape()?;
                    self.unescaped.push(escaped);
                    let start = self.at;
                    self.skip_plain();
                    self.unescaped.push_str(self.slice_from(start));
                }
                _ => return Err(ScanError::Syntax),
            }
        }
    }

    fn escape(&mut self) -> Result<char, ScanError> {
        Ok(match self.next()? {
            byte @ (b'"' | b'\\' | b'/') => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.hex_unit()?;
                let is_pair = (0xd800..0xdc00).contains(&unit) && self.eat(b'\\') && self.eat(b'u');
                let second = if is_pair { Some(self.hex_unit()?) } else { None };
                let mut char = char::decode_utf16([unit].into_iter().chain(second));
                char.next().and_then(Result::ok).ok_or(ScanError::Surrogate)?
            }
            _ => return Err(ScanError::Syntax),
        })
    }

    /// Takes four hexadecimal digits.
    fn hex_unit(&mut self) -> Result<u16, ScanError> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = char::from(self.next()?).to_digit(16).ok_or(ScanError::Syntax)?;
            unit = unit << 4 | digit;
        }
        u16::try_from(unit).map_err(|_| ScanError::Syntax)
    }

    /// Skips the bytes of a string up to a quote, a backslash or a control character.
    fn skip_plain(&mut self) {
        self.at += count_plain(self.text.as_bytes().get(self.at..).unwrap_or_default());
    }

    /// Skips the rest of a string, after its opening quote.
    pub(super) fn skip_string(&mut self) -> Result<(), ScanError> {
        loop {
            self.skip_plain();
            match self.next()? {
                b'"' => return Ok(()),
                b'\\' => {
                    self.escape()?;
                }
                _ => return Err(ScanError::Syntax),
            }
        }
    }

    /// Skips a value in which `depth` lists and objects may nest.
    pub(super) fn skip_value(&mut self, depth: u8) -> Result<(), ScanError> {
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
                    // In ASCII, a closing bracket is two after the opening one.
                    if open.len() >= usize::from(depth) {
                        return Err(ScanError::TooDeep);
                    }
                    if !self.take(bracket + 2) {
                        open.push(bracket + 2);
                        self.skip_key(bracket + 2)?;
                        continue;
                    }
                }
                _ => return Err(ScanError::Syntax),
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

    /// Skips the key of the next entry, in an object.
    fn skip_key(&mut self, close: u8) -> Result<(), ScanError> {
        if close == b'}' {
            self.expect(b'"')?;
            self.skip_string()?;
            self.expect(b':')?;
        }
        Ok(())
    }
}

/// Counts the bytes before the first quote, backslash or control character.
fn count_plain(bytes: &[u8]) -> usize {
    let (words, tail) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let marks = mark_special(u64::from_le_bytes(*word));
        if marks != 0 {
            return index * 8 + marks.trailing_zeros() as usize / 8;
        }
    }
    let rest = tail.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | ..0x20)).count();
    words.len() * 8 + rest
}

/// Marks quotes, backslashes and control characters in the highest bit of their bytes. Only the lowest mark is reliable.
fn mark_special(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 0xff;
    let every = |byte: u8| ONES * u64::from(byte);
    let quote = (word ^ every(b'"')).wrapping_sub(ONES);
    let backslash = (word ^ every(b'\\')).wrapping_sub(ONES);
    let control = word.wrapping_sub(every(b' '));
    (quote | backslash | control) & !word & every(0x80)
}
