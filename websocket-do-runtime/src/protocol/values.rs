//! [`Value`] and [`Validate`] for the types of the standard library.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    num::NonZero,
    rc::Rc,
    sync::Arc,
};

use serde::Serialize;

use super::{Type, Validate, ValidationError, Value, read_error::shorten};

macro_rules! plain {
    ($($ty:ty => $description:expr,)*) => {$(
        impl Value for $ty {
            const TYPE: Type = $description;
        }
        impl Validate for $ty {}
    )*};
}

// `usize` is described with 64 bits although it has 32 in a Worker: the schema must not depend on the host.
plain! {
    () => Type::Unit,
    bool => Type::Bool,
    i8 => Type::Integer { bits: 8, signed: true },
    i16 => Type::Integer { bits: 16, signed: true },
    i32 => Type::Integer { bits: 32, signed: true },
    i64 => Type::Integer { bits: 64, signed: true },
    isize => Type::Integer { bits: 64, signed: true },
    u8 => Type::Integer { bits: 8, signed: false },
    u16 => Type::Integer { bits: 16, signed: false },
    u32 => Type::Integer { bits: 32, signed: false },
    u64 => Type::Integer { bits: 64, signed: false },
    usize => Type::Integer { bits: 64, signed: false },
    i128 => Type::Integer { bits: 128, signed: true },
    u128 => Type::Integer { bits: 128, signed: false },
    f32 => Type::Float,
    f64 => Type::Float,
    char => Type::String,
    String => Type::String,
}

macro_rules! nonzero {
    ($($ty:ty)*) => {$(
        impl Value for NonZero<$ty> {
            const TYPE: Type = <$ty>::TYPE;
        }
        impl Validate for NonZero<$ty> {}
    )*};
}
nonzero! { i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize }

macro_rules! pointers {
    ($($pointer:ident)*) => {$(
        impl<T: Value> Value for $pointer<T> {
            const TYPE: Type = T::TYPE;

            fn is_absent(&self) -> bool {
                T::is_absent(self)
            }
        }

        impl<T: Validate + ?Sized> Validate for $pointer<T> {
            fn validate(&self) -> Result<(), ValidationError> {
                T::validate(self)
            }
        }

        impl<T: Value> Value for $pointer<[T]> {
            const TYPE: Type = Type::List(&T::TYPE);
        }
    )*};
}
pointers! { Box Rc Arc }

impl<T: Value> Value for Option<T> {
    const TYPE: Type = Type::Optional(&T::TYPE);

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: Validate> Validate for Option<T> {
    fn validate(&self) -> Result<(), ValidationError> {
        self.as_ref().map_or(Ok(()), T::validate)
    }
}

/// serde writes an object of one field, with the name of the variant.
impl<T: Validate, E: Validate> Validate for Result<T, E> {
    fn validate(&self) -> Result<(), ValidationError> {
        match self {
            Ok(value) => value.validate().map_err(|error| error.within("Ok")),
            Err(value) => value.validate().map_err(|error| error.within("Err")),
        }
    }
}

impl<T: Validate> Validate for [T] {
    fn validate(&self) -> Result<(), ValidationError> {
        self.iter().enumerate().try_for_each(|(index, item)| item.validate().map_err(|error| error.at(index)))
    }
}

macro_rules! lists {
    ($($list:ty, [$($generics:tt)*];)*) => {$(
        impl<T: Value, $($generics)*> Value for $list {
            const TYPE: Type = Type::List(&T::TYPE);
        }

        impl<T: Validate, $($generics)*> Validate for $list {
            fn validate(&self) -> Result<(), ValidationError> {
                self.iter().enumerate().try_for_each(|(index, item)| item.validate().map_err(|error| error.at(index)))
            }
        }
    )*};
}
lists! {
    Vec<T>, [];
    VecDeque<T>, [];
    BTreeSet<T>, [];
    HashSet<T, S>, [S];
    [T; N], [const N: usize];
}

macro_rules! maps {
    ($($map:ty, [$($generics:tt)*];)*) => {$(
        // Any serde type can be a key: all keys are strings in JSON, and a key without `Value`, such as a UUID, must not hide the
        // rules of the values.
        impl<K: Serialize, V: Value, $($generics)*> Value for $map {
            const TYPE: Type = Type::Map(&Type::String, &V::TYPE);
        }

        impl<K: Key, V: Validate, $($generics)*> Validate for $map {
            fn validate(&self) -> Result<(), ValidationError> {
                self.iter().try_for_each(|(key, value)| value.validate().map_err(|error| error.within(&key_text(key))))
            }
        }
    )*};
}
maps! {
    BTreeMap<K, V>, [];
    HashMap<K, V, S>, [S];
}

/// A type of map keys that contains no derived value.
pub trait Key: Serialize {}

macro_rules! keys {
    ($($ty:ty)*) => {$(impl Key for $ty {})*};
}
keys! { bool i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64 char String Box<str> }

/// Returns a key as paths have it.
pub(super) fn key_text<K: Serialize>(key: &K) -> String {
    match serde_json::to_value(key) {
        Ok(serde_json::Value::String(key)) => shorten(&key),
        Ok(key) => shorten(&key.to_string()),
        Err(_) => "?".to_owned(),
    }
}

macro_rules! tuples {
    ($(($($item:ident $index:tt),*))*) => {$(
        impl<$($item: Value),*> Value for ($($item,)*) {
            const TYPE: Type = Type::Tuple(&[$($item::TYPE),*]);
        }

        impl<$($item: Validate),*> Validate for ($($item,)*) {
            fn validate(&self) -> Result<(), ValidationError> {
                $(self.$index.validate().map_err(|error| error.at($index))?;)*
                Ok(())
            }
        }
    )*};
}
tuples! {
    (A 0) (A 0, B 1) (A 0, B 1, C 2) (A 0, B 1, C 2, D 3) (A 0, B 1, C 2, D 3, E 4) (A 0, B 1, C 2, D 3, E 4, F 5)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6) (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
}
