//! Fields with `#[ws(as_string)]`: integers as decimal strings, in both formats.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    hash::{BuildHasher, Hash},
    num::NonZero,
    rc::Rc,
    sync::Arc,
};

use serde::{
    Serialize, Serializer,
    de::{DeserializeOwned, Error, MapAccess},
    ser::SerializeStruct,
};

use super::{Type, Value, decimal::Decimal, decode, encode};

/// A type whose integers are encoded as strings. The provided functions are those of [`Field`](super::field::Field).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written as a string of digits",
    label = "neither an integer nor a container of integers",
    note = "`as_string` is for integers, and for `Option`s, lists, sets, and maps to integers"
)]
pub trait AsString: Sized {
    /// The type in the schema.
    const TYPE: Type;

    /// The type as which a field is read, with a [`Decimal`] for each integer. Containers are read by serde's own impls, so that
    /// their limits, errors and paths are those of any other field.
    type Wire: DeserializeOwned;

    /// Converts the value that was read.
    fn from_wire(wire: Self::Wire) -> Self;

    /// Writes the value.
    fn put<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;

    /// Reads the value of a field into its slot.
    fn read<'de, A: MapAccess<'de>>(
        entries: &mut A,
        slot: &mut Option<Self>,
        name: &'static str,
    ) -> Result<(), A::Error> {
        if slot.is_some() {
            return Err(A::Error::duplicate_field(name));
        }
        *slot = Some(Self::from_wire(entries.next_value()?));
        Ok(())
    }

    /// Reads the value of a field with a default, where `null` counts as missing.
    fn read_or_null<'de, A: MapAccess<'de>>(
        entries: &mut A,
        slot: &mut Option<Option<Self>>,
        name: &'static str,
    ) -> Result<(), A::Error> {
        Option::<Self>::read(entries, slot, name)
    }

    /// Returns the value of a field without a default.
    fn required<E: Error>(slot: Option<Self>, name: &'static str) -> Result<Self, E> {
        slot.map_or_else(|| decode::required(None, name).map(Self::from_wire), Ok)
    }

    /// Writes the field, or omits it if `absent`.
    fn write<S: SerializeStruct>(&self, out: &mut S, name: &'static str, absent: bool) -> Result<(), S::Error> {
        encode::field(out, name, &Written(self), absent)
    }
}

/// A value that serializes with its integers as strings.
struct Written<'v, T>(&'v T);

impl<T: AsString> Serialize for Written<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.put(serializer)
    }
}

macro_rules! integers {
    ($($ty:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl AsString for $ty {
            const TYPE: Type = match <$ty as Value>::TYPE {
                Type::Integer { bits, signed } => Type::IntegerString { bits, signed },
                other => other,
            };
            type Wire = Decimal<Self>;

            fn from_wire(wire: Decimal<Self>) -> Self {
                wire.0
            }

            fn put<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    )*};
}
integers! {
    i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize
    NonZero<i8> NonZero<i16> NonZero<i32> NonZero<i64> NonZero<i128> NonZero<isize>
    NonZero<u8> NonZero<u16> NonZero<u32> NonZero<u64> NonZero<u128> NonZero<usize>
}

#[diagnostic::do_not_recommend]
impl<T: AsString> AsString for Option<T> {
    const TYPE: Type = Type::Optional(&T::TYPE);
    type Wire = Option<T::Wire>;

    fn from_wire(wire: Self::Wire) -> Self {
        wire.map(T::from_wire)
    }

    fn put<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_ref().map(Written).serialize(serializer)
    }
}

macro_rules! pointers {
    ($($pointer:ident)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: AsString> AsString for $pointer<T> {
            const TYPE: Type = T::TYPE;
            type Wire = T::Wire;

            fn from_wire(wire: T::Wire) -> Self {
                Self::new(T::from_wire(wire))
            }

            fn put<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                T::put(self, serializer)
            }
        }
    )*};
}
pointers! { Box Rc Arc }

macro_rules! lists {
    ($($list:ty, [$($bounds:tt)*], [$($generics:tt)*];)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: AsString $($bounds)*, $($generics)*> AsString for $list {
            const TYPE: Type = Type::List(&T::TYPE);
            type Wire = Vec<T::Wire>;

            fn from_wire(wire: Self::Wire) -> Self {
                wire.into_iter().map(T::from_wire).collect()
            }

            fn put<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_seq(self.iter().map(Written))
            }
        }
    )*};
}
lists! {
    Vec<T>, [], [];
    VecDeque<T>, [], [];
    Box<[T]>, [], [];
    Rc<[T]>, [], [];
    Arc<[T]>, [], [];
    BTreeSet<T>, [+ Ord], [];
    HashSet<T, H>, [+ Eq + Hash], [H: BuildHasher + Default];
}

// The bound is serde's: it reads arrays of up to 32 items.
#[diagnostic::do_not_recommend]
impl<T: AsString, const N: usize> AsString for [T; N]
where
    [T::Wire; N]: DeserializeOwned,
{
    const TYPE: Type = Type::List(&T::TYPE);
    type Wire = [T::Wire; N];

    fn from_wire(wire: Self::Wire) -> Self {
        wire.map(T::from_wire)
    }

    fn put<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Written))
    }
}

macro_rules! maps {
    ($($map:ident, [$($key:tt)*], [$($hasher:ident: $($bounds:tt)*)?];)*) => {$(
        // The keys are strings anyway.
        #[diagnostic::do_not_recommend]
        impl<K: Serialize + DeserializeOwned + $($key)*, T: AsString $(, $hasher: $($bounds)*)?> AsString
            for $map<K, T $(, $hasher)?>
        {
            const TYPE: Type = Type::Map(&Type::String, &T::TYPE);
            type Wire = $map<K, T::Wire $(, $hasher)?>;

            fn from_wire(wire: Self::Wire) -> Self {
                wire.into_iter().map(|(key, value)| (key, T::from_wire(value))).collect()
            }

            fn put<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map(self.iter().map(|(key, value)| (key, Written(value))))
            }
        }
    )*};
}
maps! {
    BTreeMap, [Ord], [];
    HashMap, [Eq + Hash], [H: BuildHasher + Default];
}
