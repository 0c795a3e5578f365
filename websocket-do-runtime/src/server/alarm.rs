//! The host's alarm. A room has one, which is set to the earliest of its timers and of the deadlines of its closing sessions.

use crate::{
    StorageError,
    host::Host,
    server::{closing::Closing, timers},
};

/// Sets the alarm from the stored timers and the stored record of closing sessions, for a room that has lost its memory. The alarm
/// is no earlier than `not_before`.
///
/// # Errors
/// Returns an error if the host's storage fails.
pub(crate) fn rearm(host: &dyn Host, not_before: u64) -> Result<(), StorageError> {
    set(host, &Closing::default(), timers::next(host)?, not_before)
}

/// Restores the record of closing sessions and the alarm after a rollback. Neither belongs to a transaction.
///
/// # Errors
/// Returns an error if the host's storage fails.
pub(crate) fn restore(host: &dyn Host) -> Result<(), StorageError> {
    let record = host.closing_record();
    if !record.is_empty() {
        host.set_closing_record(&record)?;
    }
    rearm(host, 0)
}

/// Sets the alarm to the earlier of `timer` and the first deadline in `closing`, but no earlier than `not_before`. Deletes the
/// alarm if there is neither.
///
/// # Errors
/// Returns an error if the host's storage fails.
pub(crate) fn set(host: &dyn Host, closing: &Closing, timer: Option<u64>, not_before: u64) -> Result<(), StorageError> {
    let next = timer.into_iter().chain(closing.next_deadline(host)).min();
    Ok(host.set_alarm(next.map(|at| at.max(not_before)))?)
}
