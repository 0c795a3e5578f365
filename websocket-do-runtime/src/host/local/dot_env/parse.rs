//! The syntax of `.dev.vars` and `.env`, as the npm package `dotenv` defines it, which wrangler uses.

use std::sync::LazyLock;

use regex_lite::Regex;

/// One variable, at the beginning of a line. The expression of `dotenv` 16, so that the same text gives the same variables.
static LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let value = r#"\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+"#;
    Regex::new(&format!(r"(?m)^\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)({value})?\s*(?:#.*)?$")).ok()
});

/// Returns names and values. Lines that are not a variable are ignored, as `dotenv` ignores them.
pub(super) fn parse(text: &str) -> Vec<(String, String)> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines = LINE.iter().flat_map(|line| line.captures_iter(&text));
    let variables =
        lines.filter_map(|found| Some((found.get(1)?.as_str(), found.get(2).map_or("", |value| value.as_str()))));
    variables.map(|(name, value)| (name.to_owned(), unquote(value.trim()))).collect()
}

/// Removes the quotes. In double quotes, `\n` and `\r` are line breaks.
fn unquote(value: &str) -> String {
    let quote = value.chars().next().filter(|quote| matches!(quote, '\'' | '"' | '`'));
    let inner = quote.and_then(|quote| value.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(value);
    if quote == Some('"') { inner.replace("\\n", "\n").replace("\\r", "\r") } else { inner.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_gives_the_variables_that_dotenv_reads() {
        // Each pair is what `require("dotenv").parse` of version 16 returns.
        for (text, expected) in [
            ("A=1", &[("A", "1")][..]),
            ("A = 1 # one\r\nB=2", &[("A", "1"), ("B", "2")]),
            ("export A=1\n  B:  two words  ", &[("A", "1"), ("B", "two words")]),
            ("A=\nB=''\nC=\"\"", &[("A", ""), ("B", ""), ("C", "")]),
            (
                "A='a # b'\nB=\"x\\ny\"\nC='x\\ny'\nD=`'\"`",
                &[("A", "a # b"), ("B", "x\ny"), ("C", "x\\ny"), ("D", "'\"")],
            ),
            ("A=\"two\nlines\"", &[("A", "two\nlines")]),
            ("# A=1\nnot a variable\nB.c-d=e=f", &[("B.c-d", "e=f")]),
            ("A='it''s'\nB='a' b\nC=\"", &[("A", "it''s"), ("B", "'a' b"), ("C", "\"")]),
            ("A=1\nA=2", &[("A", "1"), ("A", "2")]),
            ("", &[]),
        ] {
            let found = parse(text);
            let found: Vec<_> = found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }
}
