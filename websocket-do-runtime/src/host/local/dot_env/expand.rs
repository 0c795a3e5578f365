//! `$NAME` and `${NAME}` in the values of `.env`, as the npm package `dotenv-expand` replaces them, which wrangler uses.

use std::collections::HashMap;

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
    while let Some((start, end)) = reference(&result).filter(|_| seen.len() < MAX_REFERENCES) {
        seen.push(result.clone());
        let (before, found) = result.split_at(start);
        let (template, after) = found.split_at(end - start);
        let inner = template.trim_start_matches("${").trim_start_matches('$').trim_end_matches('}');
        result = format!("{before}{}{after}", replacement(inner, known, &seen));
        if result == value {
            break;
        }
    }
    result
}

/// The value of the expression in braces.
fn replacement<'a>(inner: &'a str, known: &'a HashMap<String, String>, seen: &[String]) -> &'a str {
    let operator = ["-", "+", ":-", ":+"].into_iter().filter_map(|operator| Some((inner.find(operator)?, operator)));
    let (name, operator, other) = match operator.min_by_key(|(at, operator)| (*at, usize::MAX - operator.len())) {
        Some((at, operator)) => (inner.get(..at), operator, inner.get(at + operator.len()..).unwrap_or_default()),
        None => (Some(inner), "", ""),
    };
    // An empty value counts as missing.
    let value = name.and_then(|name| known.get(name)).filter(|value| !value.is_empty());
    match value {
        Some(_) if operator.ends_with('+') => other,
        None if operator.ends_with('+') => "",
        // A value that refers to itself.
        Some(value) if !seen.contains(value) => value,
        _ => other,
    }
}

/// The position of the first reference.
fn reference(text: &str) -> Option<(usize, usize)> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    text.match_indices('$').find_map(|(start, _)| {
        let (before, rest) = (text.get(..start)?, text.get(start + 1..)?);
        if before.ends_with('\\') {
            return None;
        }
        if let Some(inner) = rest.strip_prefix('{') {
            let length = inner
                .find(['{', '}'])
                .filter(|&at| at > 0 && inner.get(at..).is_some_and(|end| end.starts_with('}')))?;
            return Some((start, start + length + 3));
        }
        let length = rest.bytes().take_while(is_name).count();
        (length > 0 && !rest.starts_with(|first: char| first.is_ascii_digit())).then_some((start, start + 1 + length))
    })
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
        ];
        let found =
            expand(variables.iter().map(|(name, value, _)| ((*name).to_owned(), (*value).to_owned())).collect());
        for ((name, value), (_, text, expected)) in found.iter().zip(&variables) {
            assert_eq!(value, expected, "{name}={text}");
        }
        assert_eq!(found.len(), variables.len());
    }
}
