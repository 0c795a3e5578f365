//! `$NAME` and `${NAME}` in the values of `.env`, as the npm package `dotenv-expand` replaces them, which wrangler uses.

use std::{collections::HashMap, ops::Range};

/// How many references one value may have, also those in the values that replace them.
const MAX_REFERENCES: usize = 1000;

/// Replaces references to earlier variables: `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+alternative}`. `\$` is a dollar sign.
pub(super) fn expand(variables: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut known = HashMap::<String, String>::new();
    for (name, value) in &variables {
        let value = expand_value(value, &known).replace("\\$", "$");
        known.insert(name.clone(), value);
    }
    variables.into_iter().filter_map(|(name, _)| known.remove_entry(&name)).collect()
}

fn expand_value(value: &str, known: &HashMap<String, String>) -> String {
    let mut result = value.to_owned();
    let mut seen = Vec::new();
    while seen.len() < MAX_REFERENCES
        && let Some(Reference { range, expression }) = Reference::first(&result)
    {
        let (name, operator, other) = split(expression);
        let earlier = known.get(name);
        seen.push(result.clone());
        // An empty value counts as missing.
        let replacement = match (earlier.filter(|value| !value.is_empty()), operator) {
            (Some(_), ":+" | "+") => other,
            (None, ":+" | "+") => "",
            // A value that refers to itself is missing too.
            (Some(value), _) if !seen.contains(value) => value,
            _ => other,
        };
        let replaced = [result.get(..range.start), Some(replacement), result.get(range.end..)];
        let replaced: String = replaced.into_iter().flatten().collect();
        // The whole value of another variable is complete: a dollar sign in it was escaped.
        let is_complete = earlier == Some(&replaced);
        result = replaced;
        if is_complete {
            break;
        }
    }
    result
}

/// Splits an expression into the name, the operator and what follows it.
fn split(expression: &str) -> (&str, &str, &str) {
    const OPERATORS: [&str; 4] = [":+", "+", ":-", "-"];
    let first = expression.char_indices().find_map(|(at, _)| {
        let (name, rest) = expression.split_at_checked(at)?;
        OPERATORS.iter().find_map(|operator| Some((name, *operator, rest.strip_prefix(operator)?)))
    });
    first.unwrap_or((expression, "", ""))
}

/// `$NAME` or `${expression}` in a value.
struct Reference<'a> {
    range: Range<usize>,
    expression: &'a str,
}

impl<'a> Reference<'a> {
    /// Finds the first reference that is not escaped.
    fn first(text: &'a str) -> Option<Self> {
        text.match_indices('$').find_map(|(start, _)| {
            let (before, rest) = (text.get(..start)?, text.get(start + 1..)?);
            let (expression, marks) = match rest.strip_prefix('{') {
                Some(inner) => (inner.get(..inner.find(['{', '}'])?)?, "${}"),
                None => (name(rest), "$"),
            };
            let end = start + expression.len() + marks.len();
            let is_closed = marks == "$" || text.get(..end).is_some_and(|reference| reference.ends_with('}'));
            let is_reference = !before.ends_with('\\') && !expression.is_empty() && is_closed;
            is_reference.then_some(Self { range: start..end, expression })
        })
    }
}

/// The name at the beginning of a text; empty if there is none.
fn name(text: &str) -> &str {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let end = text.find(|letter| !is_name(letter)).unwrap_or(text.len());
    let found = text.get(..end).unwrap_or_default();
    if found.starts_with(|first: char| first.is_ascii_digit()) { "" } else { found }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_replaced_as_dotenv_expand_replaces_them() {
        let variables = [
            ("HOST", "example.com", "example.com"),
            ("URL", "https://$HOST/x", "https://example.com/x"),
            ("BRACED", "${HOST}s", "example.coms"),
            ("MISSING", "a${NOTHING}b$NOTHING-c", "ab-c"),
            ("DEFAULT", "${NOTHING:-x}${NOTHING-y}${HOST:-z}", "xyexample.com"),
            ("ALTERNATIVE", "${HOST:+x}${NOTHING:+y}", "x"),
            ("ESCAPED", "\\$HOST costs $5", "$HOST costs $5"),
            ("NESTED", "${NOTHING:-${HOST}}", "example.com"),
            ("OWN", "$OWN", ""),
            ("LATER", "$LAST", ""),
            ("LAST", "1", "1"),
            ("DOLLAR", "pa\\$word", "pa$word"),
            ("COPY", "$DOLLAR", "pa$word"),
            ("PART", "x$DOLLAR", "xpa"),
            ("COLON", "${HOST:x}${:-y}${HOST:x-z}", "yz"),
            ("OPEN", "${HOST $ ${} ${a{b}", "${HOST $ ${} ${a{b}"),
        ];
        let found =
            expand(variables.iter().map(|(name, value, _)| ((*name).to_owned(), (*value).to_owned())).collect());
        for ((name, value), (_, text, expected)) in found.iter().zip(&variables) {
            assert_eq!(value, expected, "{name}={text}");
        }
        assert_eq!(found.len(), variables.len());
    }
}
