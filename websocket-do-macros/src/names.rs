//! Names derived from names: on the wire, of constants, of bindings.

use darling::FromMeta;
use syn::ext::IdentExt;

/// A case of names, under serde's name for it.
#[derive(Clone, Copy, Default, FromMeta)]
pub(crate) enum Case {
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
    /// Writes a Rust name in this case; the name may be in `snake_case` or `PascalCase`.
    pub(crate) fn apply(self, name: &str) -> String {
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

/// The words of a name, in lower case. An underscore or a capital letter begins a word.
pub(crate) fn words(name: &str) -> Vec<String> {
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

/// The name of a type in `SCREAMING_SNAKE_CASE`, with an acronym as one word: `HTTP_ROOM` of `HttpRoom` and of `HTTPRoom`.
pub(crate) fn screaming_snake(name: &str) -> String {
    let mut screaming = String::new();
    let mut letters = name.chars().peekable();
    let mut previous = '_';
    while let Some(letter) = letters.next() {
        let begins_word = previous != '_'
            && letter.is_uppercase()
            && (!previous.is_uppercase() || letters.peek().is_some_and(|next| next.is_lowercase()));
        if begins_word {
            screaming.push('_');
        }
        screaming.extend(letter.to_uppercase());
        previous = letter;
    }
    screaming
}

/// The hash of a variant's name (FNV-1a), by which both macros name the variant in a type.
pub(crate) fn hash(variant: &syn::Ident) -> u64 {
    let name = variant.unraw().to_string();
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Whether a type is called `String`, so that callers may pass anything that converts to it.
pub(crate) fn is_string(ty: &syn::Type) -> bool {
    matches!(ty, syn::Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "String"))
}

/// The word with its first letter in upper case.
pub(crate) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_type_screams() {
        for (name, screaming) in [
            ("ChatRoom", "CHAT_ROOM"),
            ("Room2", "ROOM2"),
            ("HTTPRoom", "HTTP_ROOM"),
            ("RoomV2Chat", "ROOM_V2_CHAT"),
            ("A", "A"),
            ("end_round", "END_ROUND"),
            ("round_2", "ROUND_2"),
        ] {
            assert_eq!(screaming_snake(name), screaming);
        }
    }

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
