//! The host's one alarm: set to the earliest of the room's timers and of the times until which clients may answer a close.

use crate::{
    Result,
    host::Host,
    server::{closing::Closing, timers},
};

/// Sets the alarm from the stored timers and the closing record, for a room whose memory was lost. No timer goes off and no session ends before
/// `not_before`.
///
/// # Errors
/// Where the host's storage fails.
pub(crate) fn rearm(host: &dyn Host, not_before: u64) -> Result {
    set(host, &Closing::default(), timers::next(host)?, not_before)
}

/// Keeps again what an undone transaction may have undone although it is no part of it: which sessions are closing, and the
/// alarm.
///
/// # Errors
/// Where the host's storage fails.
pub(crate) fn restore(host: &dyn Host) -> Result {
    let record = host.closing_record();
    if !record.is_empty() {
        host.set_closing_record(&record)?;
    }
    rearm(host, 0)
}

/// Sets the alarm to the earliest timer, or to the earliest time until which a client may answer if that comes first.
///
/// # Errors
/// Where the host's storage fails.
pub(crate) fn set(host: &dyn Host, closing: &Closing, timer: Option<u64>, not_before: u64) -> Result {
    let next = timer.into_iter().chain(closing.next_deadline(host)).min();
    Ok(host.set_alarm(next.map(|at| at.max(not_before)))?)
}
