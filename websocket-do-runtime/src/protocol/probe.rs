//! What is known of a field's type, asked of the compiler: any serde type may stand in a message, not only [`Value`]s.
//!
//! An inherent constant wins over a trait's, so that `Probe::<T>::TYPE` is the type's own where `T: Value`, and the
//! fallback's elsewhere. That works because generics are refused: every `T` is concrete where it is asked about.

use std::marker::PhantomData;

use super::{Type, Validate, ValidationError, Value};

/// Asks about `T` as a value.
pub struct Probe<T>(PhantomData<T>);

impl<T: Value> Probe<T> {
    /// The description.
    pub const TYPE: Type = T::TYPE;
    /// Whether a value is left out.
    pub const IS_ABSENT: fn(&T) -> bool = T::is_absent;
}

impl<T: Validate> Probe<T> {
    /// Whether `VALIDATE` finds the rules of all derived values in it.
    pub const IS_REACHABLE: bool = true;
    /// The check.
    pub const VALIDATE: fn(&T) -> Result<(), ValidationError> = T::validate;
}

/// The answers for a type of which nothing is known.
pub trait Unknown<T> {
    /// The description.
    const TYPE: Type = Type::Opaque;
    /// Whether `VALIDATE` finds the rules of all derived values in it. Where it does not, they check themselves
    /// ([`checks`](super::checks)).
    const IS_REACHABLE: bool = false;
    /// The check.
    const VALIDATE: fn(&T) -> Result<(), ValidationError> = |_| Ok(());
    /// Whether a value is left out.
    const IS_ABSENT: fn(&T) -> bool = |_| false;
}

impl<T> Unknown<T> for Probe<T> {}

/// Asks whether `T` is an `Option`, whatever it holds: `None` is left out also where the inner type is opaque.
pub struct Optional<T>(PhantomData<T>);

impl<T> Optional<Option<T>> {
    /// Whether it is one.
    pub const IS: bool = true;
    /// Whether a value is `None`.
    pub const IS_NONE: fn(&Option<T>) -> bool = Option::is_none;

    /// The value, when there is one.
    pub fn present(value: &Option<T>) -> Option<&T> {
        value.as_ref()
    }
}

/// The answers for a type that is no `Option`.
pub trait Required<T> {
    /// Whether it is one.
    const IS: bool = false;
    /// Whether a value is `None`.
    const IS_NONE: fn(&T) -> bool = |_| false;

    /// The value, which is always there.
    fn present(value: &T) -> Option<&T> {
        Some(value)
    }
}

impl<T> Required<T> for Optional<T> {}
