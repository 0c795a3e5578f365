//! Named timers: stored in the room's storage, with the host's one alarm set to the earliest of them.

mod due;

use std::{fmt, marker::PhantomData};

use serde::{Deserialize, Serialize};

use crate::{
    Room, StorageError, WebSocketDo,
    host::{Host, Store},
    protocol::Timestamp,
    server::storage::value::{self, TIMERS_KEY},
};

/// How long after a failure the timers are tried again, in milliseconds: as on Cloudflare.
pub(crate) const RETRY: u64 = 2000;

/// A timer of the room `R`. `#[timer] fn end_round` generates the constant `END_ROUND: Timer<Self>` next to its handler.
///
/// ```
/// # use std::time::Duration;
/// # use websocket_do_runtime::{Room, StorageError, Timer, WebSocketDo};
/// fn extend<R: WebSocketDo>(room: &Room<R>, end_round: Timer<R>) -> Result<(), StorageError> {
///     if let Some(end) = room.timer(end_round)? {
///         room.set_timer(end_round, end + Duration::from_secs(10))?;
///     }
///     Ok(())
/// }
/// ```
pub struct Timer<R> {
    name: &'static str,
    room: PhantomData<fn() -> R>,
}

/// Makes the constant of a timer, for generated code.
#[doc(hidden)]
pub const fn timer<R>(name: &'static str) -> Timer<R> {
    Timer { name, room: PhantomData }
}

impl<R> Clone for Timer<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Timer<R> {}

impl<R> PartialEq for Timer<R> {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl<R> Eq for Timer<R> {}

impl<R> fmt::Debug for Timer<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Timer").field(&self.name).finish()
    }
}

impl<R: WebSocketDo> Room<R> {
    /// Sets a timer; if it is set already, to the new time. Its `#[timer]` handler runs at that time, or immediately if the time
    /// has passed, also after hibernation, a restart or a deploy.
    ///
    /// Timers are stored like other values: a transaction that is rolled back undoes changes to timers too, and a change is
    /// durable before a frame that is sent afterwards leaves the room.
    ///
    /// A timer is removed when its handler has returned, unless the handler has set it again. If the handler panics, or the
    /// machine fails before the handler has returned, the handler runs again after a short delay, possibly on another machine,
    /// even if it had set or cancelled its timer. An error that the handler returns is logged, and the handler does not run
    /// again.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use websocket_do_runtime::{Room, StorageError, Timer, WebSocketDo};
    /// fn end_in_a_minute<R: WebSocketDo>(room: &Room<R>, end_round: Timer<R>) -> Result<(), StorageError> {
    ///     room.set_timer(end_round, room.now() + Duration::from_mins(1))
    /// }
    /// ```
    ///
    /// # Errors
    /// Returns [`StorageError::Host`] if the host's storage fails.
    pub fn set_timer(&self, timer: Timer<R>, at: Timestamp) -> Result<(), StorageError> {
        let at = u64::try_from(at.as_millis()).unwrap_or_default();
        let mut timers = load(self.store())?;
        self.remove_timer(timer, &mut timers);
        timers.push(StoredTimer { at, name: timer.name.to_owned(), generation: self.host().uuid().as_u64_pair().0 });
        timers.sort();
        // The alarm comes first: a superfluous alarm is harmless, a timer without an alarm would never run.
        self.arm(timers.first().map(|timer| timer.at))?;
        save(self.store(), &timers)
    }

    /// Cancels a timer, and returns whether it was set. A timer whose handler is running cannot be cancelled.
    ///
    /// ```
    /// # use websocket_do_runtime::{Room, StorageError, Timer, WebSocketDo};
    /// fn keep_playing<R: WebSocketDo>(room: &Room<R>, end_round: Timer<R>) -> Result<bool, StorageError> {
    ///     room.cancel_timer(end_round)
    /// }
    /// ```
    ///
    /// # Errors
    /// Returns [`StorageError::Host`] if the host's storage fails.
    pub fn cancel_timer(&self, timer: Timer<R>) -> Result<bool, StorageError> {
        let mut timers = load(self.store())?;
        if !self.remove_timer(timer, &mut timers) {
            return Ok(false);
        }
        save(self.store(), &timers)?;
        self.arm(timers.first().map(|timer| timer.at))?;
        Ok(true)
    }

    /// Returns the time to which a timer is set, or `None` if it is not set. While its handler runs, that is the time for which
    /// the handler runs, unless the handler has set the timer again.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use websocket_do_runtime::{Room, StorageError, Timer, WebSocketDo};
    /// fn time_left<R: WebSocketDo>(room: &Room<R>, end_round: Timer<R>) -> Result<Option<Duration>, StorageError> {
    ///     let end = room.timer(end_round)?;
    ///     Ok(end.map(|end| end - room.now()))
    /// }
    /// ```
    ///
    /// # Errors
    /// Returns [`StorageError::Host`] if the host's storage fails.
    pub fn timer(&self, timer: Timer<R>) -> Result<Option<Timestamp>, StorageError> {
        let timers = load(self.store())?.into_iter().filter(|stored| stored.name == timer.name);
        Ok(timers.min_by_key(|stored| self.is_running(stored)).map(|stored| stored.time()))
    }

    /// Removes a timer unless its handler is running; returns whether it was there.
    fn remove_timer(&self, timer: Timer<R>, timers: &mut Vec<StoredTimer>) -> bool {
        let before = timers.len();
        timers.retain(|stored| stored.name != timer.name || self.is_running(stored));
        timers.len() < before
    }

    fn store(&self) -> &dyn Store {
        self.host().store()
    }

    /// Whether the timer's handler is running. The timer stays stored until the handler has returned, so that the handler runs
    /// again if it never returns.
    fn is_running(&self, timer: &StoredTimer) -> bool {
        self.running().borrow().as_ref() == Some(timer)
    }
}

/// A timer that is set. Ordered by time, then by name: the order in which handlers run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct StoredTimer {
    /// In milliseconds since 1970.
    at: u64,
    name: String,
    /// A random number for each call of [`Room::set_timer`]. It distinguishes the timer whose handler is running from the same
    /// timer after that handler has set it again.
    #[serde(alias = "mark")]
    generation: u64,
}

impl StoredTimer {
    fn time(&self) -> Timestamp {
        Timestamp::saturating_from_millis(self.at)
    }
}

/// Returns the time of the earliest timer, in milliseconds since 1970.
///
/// # Errors
/// Returns [`StorageError::Host`] if the host's storage fails.
pub(crate) fn next(host: &dyn Host) -> Result<Option<u64>, StorageError> {
    Ok(load(host.store())?.first().map(|timer| timer.at))
}

fn load(store: &dyn Store) -> Result<Vec<StoredTimer>, StorageError> {
    store.get(TIMERS_KEY)?.map_or_else(|| Ok(Vec::new()), |bytes| value::decode(TIMERS_KEY, &bytes))
}

fn save(store: &dyn Store, timers: &[StoredTimer]) -> Result<(), StorageError> {
    if timers.is_empty() {
        store.delete(TIMERS_KEY)?;
    } else {
        store.put(TIMERS_KEY, &value::encode(TIMERS_KEY, timers)?)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timer_that_an_older_version_stored_is_read() {
        #[derive(Serialize, Deserialize)]
        struct Older {
            at: u64,
            name: String,
            mark: u64,
        }

        let bytes = value::encode(TIMERS_KEY, &[Older { at: 1, name: "end_round".into(), mark: 2 }][..]).unwrap();
        let timers: Vec<StoredTimer> = value::decode(TIMERS_KEY, &bytes).unwrap();
        assert_eq!(timers, [StoredTimer { at: 1, name: "end_round".into(), generation: 2 }]);
    }
}
