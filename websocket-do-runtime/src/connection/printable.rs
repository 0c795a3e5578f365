//! Text that came from elsewhere, to be shown in a log or a message: in one line, and cut.

use std::fmt::{self, Write as _};

/// Shows at most `bytes` of `text`, and how long it is if that is less than all. Characters that a terminal or a log's reader
/// would obey are escaped: control characters, line and paragraph separators, and those that change the direction of text.
pub(crate) fn printable(text: &str, bytes: usize) -> Printable<'_> {
    Printable { text, bytes }
}

/// A message of a peer, an error, or a name, in one line.
#[cfg(any(test, feature = "client"))]
pub(crate) fn line(text: &str) -> Printable<'_> {
    printable(text, 1000)
}

pub(crate) struct Printable<'a> {
    text: &'a str,
    bytes: usize,
}

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = self.text.floor_char_boundary(self.bytes);
        for letter in self.text.get(..end).unwrap_or_default().chars() {
            if is_order(letter) { letter.escape_default().fmt(f)? } else { f.write_char(letter)? }
        }
        if end < self.text.len() { write!(f, "… ({} bytes)", self.text.len()) } else { Ok(()) }
    }
}

fn is_order(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_begins_a_line_or_gives_a_terminal_orders() {
        let shown = |text| line(text).to_string();
        assert_eq!(shown("plain “text”, ünïcödé 👩‍🚀 \\n"), "plain “text”, ünïcödé 👩‍🚀 \\n");
        assert_eq!(shown("a\nERROR b\r\tc"), "a\\nERROR b\\r\\tc");
        assert_eq!(shown("\u{1b}[2J\u{9b}31m\u{7f}\0"), "\\u{1b}[2J\\u{9b}31m\\u{7f}\\u{0}");
        assert_eq!(shown("\u{85}\u{2028}\u{2029}"), "\\u{85}\\u{2028}\\u{2029}");
        assert_eq!(shown("\u{202e}\u{2066}\u{200f}\u{61c}"), "\\u{202e}\\u{2066}\\u{200f}\\u{61c}");
    }

    #[test]
    fn what_is_long_is_cut_at_a_character_with_its_length() {
        assert_eq!(printable("12345", 5).to_string(), "12345");
        assert_eq!(printable("123456", 5).to_string(), "12345… (6 bytes)");
        assert_eq!(printable("1234é", 5).to_string(), "1234… (6 bytes)");
        assert!(line(&"\n".repeat(1 << 20)).to_string().len() < 3000);
    }
}
