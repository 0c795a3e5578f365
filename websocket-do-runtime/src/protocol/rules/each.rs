//! The rule `each(…)`: rules for each item of a collection.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    rc::Rc,
    sync::Arc,
};

use serde::Serialize;

use super::super::{ValidationError, values::key_text};

/// A type with items.
#[diagnostic::on_unimplemented(
    message = "the rule `each` does not fit `{Self}`",
    label = "`{Self}` has no items",
    note = "`each` is for the items of lists and sets and the values of maps; write its rules directly on the field"
)]
pub trait Each {
    /// The type of the items.
    type Item;

    /// Checks each item, and returns the first error with the index or key of its item.
    fn check(&self, check: impl Fn(&Self::Item) -> Result<(), ValidationError>) -> Result<(), ValidationError>;
}

macro_rules! lists {
    ($($list:ty, [$($generics:tt)*];)*) => {$(
        impl<T, $($generics)*> Each for $list {
            type Item = T;

            fn check(&self, check: impl Fn(&T) -> Result<(), ValidationError>) -> Result<(), ValidationError> {
                self.iter().enumerate().try_for_each(|(index, item)| check(item).map_err(|error| error.at(index)))
            }
        }
    )*};
}
lists! {
    [T], [];
    Vec<T>, [];
    VecDeque<T>, [];
    BTreeSet<T>, [];
    HashSet<T, S>, [S];
    [T; N], [const N: usize];
}

macro_rules! maps {
    ($($map:ty, [$($generics:tt)*];)*) => {$(
        impl<K: Serialize, V, $($generics)*> Each for $map {
            type Item = V;

            fn check(&self, check: impl Fn(&V) -> Result<(), ValidationError>) -> Result<(), ValidationError> {
                self.iter().try_for_each(|(key, value)| check(value).map_err(|error| error.within(&key_text(key))))
            }
        }
    )*};
}
maps! {
    BTreeMap<K, V>, [];
    HashMap<K, V, S>, [S];
}

impl<T: Each> Each for Option<T> {
    type Item = T::Item;

    fn check(&self, check: impl Fn(&T::Item) -> Result<(), ValidationError>) -> Result<(), ValidationError> {
        self.as_ref().map_or(Ok(()), |value| value.check(check))
    }
}

macro_rules! pointers {
    ($($pointer:ident)*) => {$(
        impl<T: Each + ?Sized> Each for $pointer<T> {
            type Item = T::Item;

            fn check(&self, check: impl Fn(&T::Item) -> Result<(), ValidationError>) -> Result<(), ValidationError> {
                self.as_ref().check(check)
            }
        }
    )*};
}
pointers! { Box Rc Arc }

/// Checks each item.
pub fn each<T: Each + ?Sized>(
    value: &T,
    check: impl Fn(&T::Item) -> Result<(), ValidationError>,
) -> Result<(), ValidationError> {
    value.check(check)
}
