//! The rules `len`, `bytes`, `pattern` and `one_of`, for strings, bytes and collections.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    rc::Rc,
    sync::{Arc, OnceLock},
};

use regex_lite::Regex;

use super::super::{ValidationError, schema::Rule};

/// A type with a length.
#[diagnostic::on_unimplemented(
    message = "the rule `len` does not fit `{Self}`",
    label = "`{Self}` has no length",
    note = "`len` counts the characters of strings and the items of collections; numbers take `range`"
)]
pub trait Len {
    /// Returns the count, and the unit in singular and plural. `None` if there is no value.
    fn count(&self) -> Option<(usize, [&'static str; 2])>;

    /// Returns bounds of the count, if they are known without counting.
    fn estimate(&self) -> Option<(usize, usize)> {
        None
    }
}

/// A type with bytes.
#[diagnostic::on_unimplemented(
    message = "the rule `bytes` does not fit `{Self}`",
    label = "`{Self}` is not text and not bytes",
    note = "`bytes` counts the bytes of strings (in UTF-8) and of `Vec<u8>`; collections take `len`, numbers `range`"
)]
pub trait Bytes {
    /// Returns the number of bytes. `None` if there is no value.
    fn size(&self) -> Option<usize>;
}

/// A type that a pattern can match.
#[diagnostic::on_unimplemented(
    message = "the rule `pattern` does not fit `{Self}`",
    label = "`{Self}` is not text",
    note = "`pattern` is for strings; for each string of a collection write `each(pattern = \"…\")`"
)]
pub trait Matched {
    /// Returns the text. `None` if there is no value.
    fn text(&self) -> Option<&str>;
}

/// A type that can be one of several texts.
#[diagnostic::on_unimplemented(
    message = "the rule `one_of` does not fit `{Self}`",
    label = "`{Self}` is not text",
    note = "`one_of` is for strings; for each string of a collection write `each(one_of(…))`"
)]
pub trait OneOf {
    /// Returns the text. `None` if there is no value.
    fn text(&self) -> Option<&str>;
}

macro_rules! texts {
    ($($ty:ty)*) => {$(
        impl Len for $ty {
            fn count(&self) -> Option<(usize, [&'static str; 2])> {
                Some((self.chars().count(), ["character", "characters"]))
            }

            /// A character has one to four bytes.
            fn estimate(&self) -> Option<(usize, usize)> {
                Some((self.len().div_ceil(4), self.len()))
            }
        }
        impl Bytes for $ty {
            fn size(&self) -> Option<usize> {
                Some(self.len())
            }
        }
        impl Matched for $ty {
            fn text(&self) -> Option<&str> {
                Some(self)
            }
        }
        impl OneOf for $ty {
            fn text(&self) -> Option<&str> {
                Some(self)
            }
        }
    )*};
}
texts! { str String Cow<'_, str> }

macro_rules! collections {
    ($($ty:ty, [$($generics:tt)*];)*) => {$(
        impl<T, $($generics)*> Len for $ty {
            fn count(&self) -> Option<(usize, [&'static str; 2])> {
                Some((self.len(), ["item", "items"]))
            }
        }
    )*};
}
collections! {
    [T], [];
    [T; N], [const N: usize];
    Vec<T>, [];
    VecDeque<T>, [];
    BTreeSet<T>, [];
    HashSet<T, S>, [S];
    BTreeMap<T, V>, [V];
    HashMap<T, V, S>, [V, S];
}

macro_rules! byte_lists {
    ($($ty:ty, [$($generics:tt)*];)*) => {$(
        impl<$($generics)*> Bytes for $ty {
            fn size(&self) -> Option<usize> {
                Some(self.len())
            }
        }
    )*};
}
byte_lists! {
    [u8], [];
    [u8; N], [const N: usize];
    Vec<u8>, [];
    VecDeque<u8>, [];
    ::bytes::Bytes, [];
}

macro_rules! holders {
    ($($holder:ty, [$($bound:tt)*], |$this:ident| $inner:expr;)*) => {$(
        impl<T: Len $($bound)*> Len for $holder {
            fn count(&self) -> Option<(usize, [&'static str; 2])> {
                let $this = self;
                $inner.and_then(T::count)
            }

            fn estimate(&self) -> Option<(usize, usize)> {
                let $this = self;
                $inner.and_then(T::estimate)
            }
        }
        impl<T: Bytes $($bound)*> Bytes for $holder {
            fn size(&self) -> Option<usize> {
                let $this = self;
                $inner.and_then(T::size)
            }
        }
        impl<T: Matched $($bound)*> Matched for $holder {
            fn text(&self) -> Option<&str> {
                let $this = self;
                $inner.and_then(T::text)
            }
        }
        impl<T: OneOf $($bound)*> OneOf for $holder {
            fn text(&self) -> Option<&str> {
                let $this = self;
                $inner.and_then(T::text)
            }
        }
    )*};
}
holders! {
    Option<T>, [], |this| this.as_ref();
    Box<T>, [+ ?Sized], |this| Some(this.as_ref());
    Rc<T>, [+ ?Sized], |this| Some(this.as_ref());
    Arc<T>, [+ ?Sized], |this| Some(this.as_ref());
}

/// The smallest and the largest allowed count.
type Bounds = (Option<usize>, Option<usize>);

/// Checks the number of characters of a string or items of a collection.
pub fn len<T: Len + ?Sized>(value: &T, bounds: Bounds) -> Result<(), ValidationError> {
    match value.estimate() {
        Some((least, most)) if is_within(least, bounds) && is_within(most, bounds) => Ok(()),
        _ => check_count(value, bounds),
    }
}

#[inline(never)]
fn check_count<T: Len + ?Sized>(value: &T, bounds: Bounds) -> Result<(), ValidationError> {
    match value.count() {
        Some((count, unit)) if !is_within(count, bounds) => {
            Err(out_of_bounds(Rule::Len { min: bounds.0, max: bounds.1 }, count, bounds, unit))
        }
        _ => Ok(()),
    }
}

/// Checks the number of bytes of a string or byte list.
pub fn bytes<T: Bytes + ?Sized>(value: &T, bounds: Bounds) -> Result<(), ValidationError> {
    match value.size() {
        Some(size) if !is_within(size, bounds) => {
            Err(out_of_bounds(Rule::Bytes { min: bounds.0, max: bounds.1 }, size, bounds, ["byte", "bytes"]))
        }
        _ => Ok(()),
    }
}

fn is_within(count: usize, (min, max): Bounds) -> bool {
    min.is_none_or(|min| min <= count) && max.is_none_or(|max| count <= max)
}

#[cold]
fn out_of_bounds(rule: Rule, count: usize, bounds: Bounds, [one, many]: [&'static str; 2]) -> ValidationError {
    let unit = |bound| if bound == 1 { one } else { many };
    let wanted = match bounds {
        (Some(min), Some(max)) if min == max => format!("exactly {min} {}", unit(max)),
        (Some(min), Some(max)) => format!("{min} to {max} {}", unit(max)),
        (Some(min), None) => format!("at least {min} {}", unit(min)),
        (None, Some(max)) => format!("at most {max} {}", unit(max)),
        (None, None) => "any number".to_owned(),
    };
    ValidationError::of_rule(rule, format!("must have {wanted}, has {count}"))
}

/// A regular expression, compiled on first use.
#[derive(Debug)]
pub struct Pattern {
    source: &'static str,
    regex: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// Creates a pattern. The derive has checked that it compiles.
    pub const fn new(source: &'static str) -> Self {
        Self { source, regex: OnceLock::new() }
    }
}

/// Checks that the pattern matches somewhere in a text.
pub fn pattern<T: Matched + ?Sized>(value: &T, pattern: &'static Pattern) -> Result<(), ValidationError> {
    let regex = pattern.regex.get_or_init(|| Regex::new(pattern.source).ok());
    match value.text() {
        Some(text) if !regex.as_ref().is_some_and(|regex| regex.is_match(text)) => {
            Err(ValidationError::of_rule(Rule::Pattern(pattern.source), format!("must match `{}`", pattern.source)))
        }
        _ => Ok(()),
    }
}

/// Checks that a text is one of several.
pub fn one_of<T: OneOf + ?Sized>(value: &T, texts: &'static [&'static str]) -> Result<(), ValidationError> {
    match value.text() {
        Some(text) if !texts.contains(&text) => {
            let texts_quoted: Vec<_> = texts.iter().map(|text| format!("`{text}`")).collect();
            Err(ValidationError::of_rule(Rule::OneOf(texts), format!("must be {}", texts_quoted.join(" or "))))
        }
        _ => Ok(()),
    }
}
