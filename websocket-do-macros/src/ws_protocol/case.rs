//! The cases of names on the wire: serde's names for them, applied to Rust's.

use darling::FromMeta;

/// How a Rust name is written on the wire.
#[derive(Clone, Copy, Default, FromMeta)]
pub(super) enum Case {
    #[default]
    #[darling(rename = "camelCase")]
    Camel,
    #[darling(rename = "PascalCase")]
    Pascal,
    #[darling(rename = "snake_case")]
    Snake,
    #[darling(rename = "SCREAMING_SNAKE_CASE")]
    ScreamingSnake,
    #[darling(rename = "kebab-case")]
    Kebab,
    #[darling(rename = "SCREAMING-KEBAB-CASE")]
    ScreamingKebab,
    #[darling(rename = "lowercase")]
    Lower,
    #[darling(rename = "UPPERCASE")]
    Upper,
}

impl Case {
    /// A variant or field name, which may be in either of Rust's cases.
    pub(super) fn apply(self, name: &str) -> String {
        let words = words(name);
        match self {
            Self::Camel => {
                words.iter().enumerate().map(|(at, word)| if at == 0 { word.clone() } else { capital(word) }).collect()
            }
            Self::Pascal => words.iter().map(|word| capital(word)).collect(),
            Self::Snake => words.join("_"),
            Self::ScreamingSnake => words.join("_").to_uppercase(),
            Self::Kebab => words.join("-"),
            Self::ScreamingKebab => words.join("-").to_uppercase(),
            Self::Lower => name.to_lowercase(),
            Self::Upper => name.to_uppercase(),
        }
    }
}

/// The words of a name, in lower case: an underscore or a capital begins one.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut begin = true;
    for letter in name.chars() {
        if letter == '_' {
            begin = true;
            continue;
        }
        if begin || letter.is_uppercase() {
            words.push(String::new());
            begin = false;
        }
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase());
        }
    }
    words
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_both_kinds_take_each_case() {
        for (case, variant, field) in [
            (Case::Camel, "setName", "userId"),
            (Case::Pascal, "SetName", "UserId"),
            (Case::Snake, "set_name", "user_id"),
            (Case::ScreamingSnake, "SET_NAME", "USER_ID"),
            (Case::Kebab, "set-name", "user-id"),
            (Case::ScreamingKebab, "SET-NAME", "USER-ID"),
            (Case::Lower, "setname", "user_id"),
            (Case::Upper, "SETNAME", "USER_ID"),
        ] {
            assert_eq!((case.apply("SetName").as_str(), case.apply("user_id").as_str()), (variant, field));
        }
    }
}
