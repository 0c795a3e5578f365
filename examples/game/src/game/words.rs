//! The words that are drawn.

use uuid::Uuid;
use websocket_do::{Room, StorageError};

use super::Game;

const WORDS: &str = "anchor balloon banana bicycle bridge cactus camel candle castle cheese clock crown dragon elephant feather flower garden \
    ghost guitar hammer island kite ladder lighthouse lobster mirror moon mountain octopus penguin pirate pizza rainbow \
    robot rocket sailboat snowman spider umbrella volcano";

/// The key of the operator's own words.
pub(super) const KEY: &str = "words";

/// A random word: of the operator's, if there are any.
pub(super) fn choose(room: &Room<Game>) -> Result<String, StorageError> {
    let own = room.storage().get::<Vec<String>>(KEY)?.unwrap_or_default();
    let words: Vec<&str> =
        if own.is_empty() { WORDS.split(' ').collect() } else { own.iter().map(String::as_str).collect() };
    // The remainder of 122 random bits is even enough.
    let index = Uuid::new_v4().as_u128() % (words.len() as u128);
    Ok(usize::try_from(index)
        .ok()
        .and_then(|index| words.get(index))
        .map_or_else(String::new, |word| (*word).to_owned()))
}

/// An underscore for each letter of the word that is not shown.
pub(super) fn mask(word: &str, shown: usize) -> String {
    word.chars().enumerate().map(|(index, c)| if index < shown || !c.is_alphanumeric() { c } else { '_' }).collect()
}

/// Whether the guess contains the word, in any case.
pub(super) fn contains(guess: &str, word: &str) -> bool {
    let plain = |text: &str| {
        text.to_lowercase()
            .split(|c: char| !c.is_alphanumeric())
            .filter(|it| !it.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let (guess, word) = (plain(guess), plain(word));
    !word.is_empty() && format!(" {guess} ").contains(&format!(" {word} "))
}

#[cfg(test)]
mod tests {
    use super::{contains, mask};

    #[test]
    fn a_guess_is_right_if_the_word_is_in_it() {
        for guess in ["Pizza", "a pizza!", "is it PIZZA?"] {
            assert!(contains(guess, "pizza"), "{guess}");
        }
        for guess in ["pizzas", "piz za", "", "_"] {
            assert!(!contains(guess, "pizza"), "{guess}");
        }
        assert!(contains("the ice-cream", "Ice cream"));
        assert!(!contains("", ""));
    }

    #[test]
    fn a_mask_hides_letters_and_no_spaces() {
        assert_eq!(mask("ice cream", 0), "___ _____");
        assert_eq!(mask("ice cream", 1), "i__ _____");
    }
}
