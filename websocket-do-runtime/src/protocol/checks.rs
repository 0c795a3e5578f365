//! Who checks the rules of a derived value that serde reads or writes.
//!
//! A derived `Deserialize` or `Serialize` checks the rules of its value, so that they hold in any container, also in one of
//! another crate. The outermost derived value does so for all the values that it can reach through containers of
//! [`Validate`], which need not check themselves: each rule is checked once, from the outside in. Any other container resets
//! that, and the derived values in it check themselves.

use std::{cell::Cell, fmt::Display};

use serde::{de, ser};

use super::{Validate, ValidationError};

thread_local! {
    /// Whether a value around the one that is read or written checks all rules.
    static DEFERRED: Cell<bool> = const { Cell::new(false) };
    /// A broken rule on its way through serde's error type, which holds only text.
    static BROKEN: Cell<Option<ValidationError>> = const { Cell::new(None) };
}

/// Restores the previous mode, also after a panic.
struct Restore(bool);

impl Drop for Restore {
    fn drop(&mut self) {
        DEFERRED.set(self.0);
    }
}

/// Runs `run` and leaves the checks of derived values to the caller.
pub(crate) fn deferred<T>(run: impl FnOnce() -> T) -> T {
    let _restore = Restore(DEFERRED.replace(true));
    run()
}

/// Reads or writes a field. `is_reachable` is whether [`Validate`] finds the derived values that its type may hold.
pub fn field<T>(is_reachable: bool, run: impl FnOnce() -> T) -> T {
    if is_reachable {
        return run();
    }
    let _restore = Restore(DEFERRED.replace(false));
    run()
}

/// Reads a derived value and checks its rules, unless a value around it does.
pub(super) fn read<T: Validate, E: de::Error>(read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    if DEFERRED.get() {
        return read();
    }
    let value = deferred(read)?;
    match value.validate() {
        Ok(()) => Ok(value),
        Err(error) => Err(rule_error(error)),
    }
}

/// Checks the rules of a derived value and writes it. A value around it may have checked them.
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

/// A broken rule as an error of serde's.
#[cold]
fn rule_error<E: de::Error>(error: ValidationError) -> E {
    let text = error.to_string();
    BROKEN.set(Some(error));
    let error = E::custom(text);
    BROKEN.take();
    error
}

/// The broken rule that `error` was made of, with its code, path and rule.
#[cold]
pub(crate) fn broken_rule(error: impl Display) -> Option<ValidationError> {
    BROKEN.take().filter(|broken| broken.to_string() == error.to_string())
}
