//! Decides where the rules of derived values are checked, so that each is checked once.
//!
//! Derived `Deserialize` and `Serialize` impls check the rules of their value, so that they hold in any container. The outermost
//! derived value checks all values that [`Validate`] reaches, and their own impls then skip the check. Inside a container that
//! does not implement [`Validate`], derived values check themselves again.

use std::{cell::Cell, fmt::Display};

use serde::{de, ser};

use super::{Validate, ValidationError};

thread_local! {
    /// Whether an outer value checks the rules of the current one.
    static DEFERRED: Cell<bool> = const { Cell::new(false) };
    /// A broken rule, while serde's error type carries its text.
    static BROKEN: Cell<Option<ValidationError>> = const { Cell::new(None) };
}

/// Restores the previous mode on drop, also after a panic.
struct Restore(bool);

impl Drop for Restore {
    fn drop(&mut self) {
        DEFERRED.set(self.0);
    }
}

/// Runs `run`; the caller checks the rules of the derived values.
pub(crate) fn deferred<T>(run: impl FnOnce() -> T) -> T {
    let _restore = Restore(DEFERRED.replace(true));
    run()
}

/// Reads or writes a field. `is_reachable` is whether [`Validate`] reaches the derived values in its type.
pub fn field<T>(is_reachable: bool, run: impl FnOnce() -> T) -> T {
    if is_reachable {
        return run();
    }
    let _restore = Restore(DEFERRED.replace(false));
    run()
}

/// Reads a derived value and checks its rules, unless an outer value does.
pub(super) fn read<T: Validate, E: de::Error>(read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    if DEFERRED.get() {
        return read();
    }
    let value = deferred(read)?;
    match value.validate() {
        Ok(()) => Ok(value),
        Err(error) => Err(as_serde_error(error)),
    }
}

/// Checks the rules of a derived value, unless an outer value has, and writes it.
pub fn write<T: Validate, O, E: ser::Error>(value: &T, write: impl FnOnce() -> Result<O, E>) -> Result<O, E> {
    if DEFERRED.get() {
        return write();
    }
    if let Err(error) = value.validate() {
        let text = error.to_string();
        BROKEN.set(Some(error));
        return Err(E::custom(text));
    }
    deferred(write)
}

/// Converts an error to serde's. Both readers keep its code, path and rule.
#[cold]
pub(super) fn as_serde_error<E: de::Error>(error: ValidationError) -> E {
    let text = error.to_string();
    BROKEN.set(Some(error));
    let error = E::custom(text);
    BROKEN.take();
    error
}

/// Returns the broken rule that `error` was converted from, with its code, path and rule.
#[cold]
pub(crate) fn broken_rule(error: impl Display) -> Option<ValidationError> {
    BROKEN.take().filter(|broken| broken.to_string() == error.to_string())
}
