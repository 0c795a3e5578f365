//! Finds out at compile time which traits the type of a field implements: a field may have any serde type, not only a [`Value`].
//!
//! An inherent constant takes precedence over a trait's, so `Probe::<T>::TYPE` is the type's own if `T: Value`, and that of
//! [`Unknown`] otherwise. This works because derived types cannot be generic: every `T` is concrete where a probe names it.

use std::marker::PhantomData;

use super::{Type, Validate, ValidationError, Value};

/// Probes `T` for [`Value`] and [`Validate`].
pub struct Probe<T>(PhantomData<T>);

impl<T: Value> Probe<T> {
    /// The type in the schema.
    pub const TYPE: Type = T::TYPE;
    /// Whether a value is omitted.
    pub const IS_ABSENT: fn(&T) -> bool = T::is_absent;
}

impl<T: Validate> Probe<T> {
    /// Whether `VALIDATE` checks all derived values in it.
    pub const IS_REACHABLE: bool = true;
    /// The check.
    pub const VALIDATE: fn(&T) -> Result<(), ValidationError> = T::validate;
}

/// The constants of a type that implements neither trait.
pub trait Unknown<T> {
    /// The type in the schema.
    const TYPE: Type = Type::Opaque;
    /// Whether `VALIDATE` checks all derived values in it. If not, they check themselves ([`checks`](super::checks)).
    const IS_REACHABLE: bool = false;
    /// The check.
    const VALIDATE: fn(&T) -> Result<(), ValidationError> = |_| Ok(());
    /// Whether a value is omitted.
    const IS_ABSENT: fn(&T) -> bool = |_| false;
}

impl<T> Unknown<T> for Probe<T> {}

/// Probes whether `T` is an `Option`: `None` is omitted even if the inner type is opaque.
pub struct Optional<T>(PhantomData<T>);

impl<T> Optional<Option<T>> {
    /// Whether it is one.
    pub const IS: bool = true;
    /// Whether a value is `None`.
    pub const IS_NONE: fn(&Option<T>) -> bool = Option::is_none;

    /// Returns the value, if there is one.
    pub fn present(value: &Option<T>) -> Option<&T> {
        value.as_ref()
    }
}

/// The constants of a type that is not an `Option`.
pub trait Required<T> {
    /// Whether it is one.
    const IS: bool = false;
    /// Whether a value is `None`.
    const IS_NONE: fn(&T) -> bool = |_| false;

    /// Returns the value.
    fn present(value: &T) -> Option<&T> {
        Some(value)
    }
}

impl<T> Required<T> for Optional<T> {}
