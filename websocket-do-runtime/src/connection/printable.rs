//! Display of untrusted text in a log or a message: escaped, truncated and in one line.

use std::fmt::{self, Write as _};

/// Returns `text` for display. Text longer than `bytes` is truncated, and followed by its length. Control characters, line and
/// paragraph separators, and characters that change the direction of text are escaped.
pub(crate) fn printable(text: &str, bytes: usize) -> Printable<'_> {
    Printable { text, bytes }
}

/// Returns a peer's message, an error or a name for display, truncated to 1,000 bytes.
#[cfg(any(test, feature = "client"))]
pub(crate) fn line(text: &str) -> Printable<'_> {
    printable(text, 1000)
}

/// Text that is escaped and truncated when it is displayed.
pub(crate) struct Printable<'a> {
    text: &'a str,
    bytes: usize,
}

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = self.text.floor_char_boundary(self.bytes);
        for character in self.text.get(..end).unwrap_or_default().chars() {
            if is_unsafe(character) { character.escape_default().fmt(f)? } else { f.write_char(character)? }
        }
        if end < self.text.len() { write!(f, "… ({} bytes)", self.text.len()) } else { Ok(()) }
    }
}

/// Returns whether a character could control a terminal or break a line.
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_break_a_line_or_control_a_terminal_are_escaped() {
        let shown = |text| line(text).to_string();
        assert_eq!(shown("plain “text”, ünïcödé 👩‍🚀 \\n"), "plain “text”, ünïcödé 👩‍🚀 \\n");
        assert_eq!(shown("a\nERROR b\r\tc"), "a\\nERROR b\\r\\tc");
        assert_eq!(shown("\u{1b}[2J\u{9b}31m\u{7f}\0"), "\\u{1b}[2J\\u{9b}31m\\u{7f}\\u{0}");
        assert_eq!(shown("\u{85}\u{2028}\u{2029}"), "\\u{85}\\u{2028}\\u{2029}");
        assert_eq!(shown("\u{202e}\u{2066}\u{200f}\u{61c}"), "\\u{202e}\\u{2066}\\u{200f}\\u{61c}");
    }

    #[test]
    fn a_long_text_is_truncated_at_a_character_and_shows_its_length() {
        assert_eq!(printable("12345", 5).to_string(), "12345");
        assert_eq!(printable("123456", 5).to_string(), "12345… (6 bytes)");
        assert_eq!(printable("1234é", 5).to_string(), "1234… (6 bytes)");
        assert!(line(&"\n".repeat(1 << 20)).to_string().len() < 3000);
    }
}
