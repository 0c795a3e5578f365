//! Named timers: kept in the room's storage, with the host's one alarm set to the earliest of them.

use std::{cell::Cell, future::Future, pin::pin};

use futures_util::future::{Either, select};
use serde::{Deserialize, Serialize};

use crate::{
    Error, Result, Room, WebSocketDo,
    host::{Host, Store},
    server::{
        alarm,
        dispatch::Dropped,
        storage::{self, OWN_TIMERS},
    },
};

/// A timer that is set. Sorted as they go off: by time, then by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Timer {
    at: u64,
    name: String,
    /// Another one each time it is set: what tells a timer that went off from the same one that its handler has set again.
    mark: u64,
}

/// How long after a failure the timers are tried again, in milliseconds: as on Cloudflare.
pub(crate) const RETRY: u64 = 2000;

/// How often, while a handler waits, it is asked which sessions are to end; in milliseconds.
const PAUSE: u64 = 500;

impl<R: WebSocketDo> Room<R> {
    /// Sets the timer `name` to a time in milliseconds since 1970, in place of the one it was set to before. Its `#[timer]`
    /// handler runs when that time has come, or at once if it is past; after hibernation, a restart or a deploy too.
    ///
    /// Timers are stored as values are: a transaction undoes also what it did to them, and all is durable before a frame that is
    /// sent afterwards leaves. A timer is gone when its handler has returned, unless the handler has set it again. Where the
    /// handler panics, or the machine fails before it has returned, it runs again: a little later, and maybe on another
    /// machine, whatever it has set or taken back meanwhile. An error that it returns is logged, and that is all.
    ///
    /// ```
    /// # use websocket_do_runtime::{Result, Room, WebSocketDo};
    /// fn end_the_round_in_a_minute<R: WebSocketDo>(room: &Room<R>) -> Result {
    ///     room.set_timer("end_round", room.now() + 60_000)
    /// }
    /// ```
    ///
    /// # Errors
    /// Where no handler has this name, or the host's storage fails.
    pub fn set_timer(&self, name: &str, at: u64) -> Result {
        known::<R>(name)?;
        let mut timers = load(self.store())?;
        timers.retain(|timer| timer.name != name || self.is_running(timer));
        timers.push(Timer { at, name: name.to_owned(), mark: self.host().uuid().as_u64_pair().0 });
        timers.sort();
        // The alarm comes first: one too many is harmless, a timer without one would never go off.
        self.arm(timers.first().map(|timer| timer.at))?;
        save(self.store(), &timers)
    }

    /// Takes a timer back, and tells whether it was set. The one whose handler is running is not taken back.
    ///
    /// ```
    /// # use websocket_do_runtime::{Result, Room, WebSocketDo};
    /// fn go_on<R: WebSocketDo>(room: &Room<R>) -> Result<bool> {
    ///     room.cancel_timer("end_round")
    /// }
    /// ```
    ///
    /// # Errors
    /// Where no handler has this name, or the host's storage fails.
    pub fn cancel_timer(&self, name: &str) -> Result<bool> {
        known::<R>(name)?;
        let mut timers = load(self.store())?;
        let before = timers.len();
        timers.retain(|timer| timer.name != name || self.is_running(timer));
        if timers.len() == before {
            return Ok(false);
        }
        save(self.store(), &timers)?;
        self.arm(timers.first().map(|timer| timer.at))?;
        Ok(true)
    }

    /// When a timer is to go off, in milliseconds since 1970, if it is set. It is still set while its handler runs, to the time
    /// for which it ran unless the handler has set it again.
    ///
    /// ```
    /// # use websocket_do_runtime::{Result, Room, WebSocketDo};
    /// fn seconds_left<R: WebSocketDo>(room: &Room<R>) -> Result<Option<u64>> {
    ///     let end = room.timer("end_round")?;
    ///     Ok(end.map(|end| end.saturating_sub(room.now()) / 1000))
    /// }
    /// ```
    ///
    /// # Errors
    /// Where no handler has this name, or the host's storage fails.
    pub fn timer(&self, name: &str) -> Result<Option<u64>> {
        known::<R>(name)?;
        let timers = load(self.store())?.into_iter().filter(|timer| timer.name == name);
        Ok(timers.min_by_key(|timer| self.is_running(timer)).map(|timer| timer.at))
    }

    /// The host's alarm has gone off: ends the sessions whose clients have not answered a close in time, and runs the handlers of
    /// all timers that are due, one after the other.
    #[doc(hidden)]
    pub async fn alarm_event(&self) {
        // A handler that still waits has the others wait with it, as on Cloudflare.
        if self.ringing().replace(true) {
            return;
        }
        self.end_unanswered().await;
        let outcome = self.ring().await;
        self.ringing().set(false);
        let not_before = *outcome.as_ref().unwrap_or(&(self.now() + RETRY));
        let armed = next(self.host()).and_then(|next| alarm::set(self.host(), self.closing(), next, not_before));
        if let Err(error) = outcome.and(armed) {
            self.log_error(format_args!("the timers cannot be read or written: {error}"));
        }
    }

    /// Gives the time before which the alarm must not go off again.
    async fn ring(&self) -> Result<u64> {
        let now = self.now();
        let timers = load(self.store())?;
        // Where the clock that the alarm goes by is ahead of ours, nothing is due yet. Workerd forgets an alarm that is set to
        // the time of the one that is going off.
        let not_before = timers.first().map_or(0, |timer| timer.at.saturating_add(1));
        // Those that a handler sets anew are for the next alarm, so that no handler can keep the room for itself.
        for timer in timers.into_iter().filter(|timer| timer.at <= now) {
            if !load(self.store())?.contains(&timer) {
                continue;
            }
            self.running().replace(Some(timer.clone()));
            self.run_timer(&timer.name).await;
            self.running().replace(None);
            let mut timers = load(self.store())?;
            timers.retain(|other| *other != timer);
            save(self.store(), &timers)?;
        }
        Ok(not_before)
    }

    async fn run_timer(&self, name: &str) {
        if !R::TIMERS.contains(&name) {
            self.log_error(format_args!("the timer `{name}` went off and has no handler any more"));
            return;
        }
        match self.alarm_handler(self.value().timer(self, name)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.log_error(format_args!("the timer `{name}` failed: {error}")),
            Err(timeout) => self.log_error(format_args!("the timer `{name}`: {timeout}")),
        }
    }

    /// Runs the handler of a timer, and meanwhile ends the sessions whose clients do not answer a close: the platform's next alarm
    /// comes only when this one is through.
    ///
    /// # Errors
    /// Where the handler was dropped because it took too long.
    async fn alarm_handler(&self, handler: impl Future<Output = Result>) -> Result<Result, Dropped> {
        let mut handler = pin!(self.run_handler(handler));
        loop {
            let is_ending = Cell::new(false);
            let pause = pin!(async {
                self.host().deadline(PAUSE).await;
                is_ending.set(true);
                self.end_unanswered().await;
            });
            match select(handler.as_mut(), pause).await {
                Either::Left((outcome, pause)) => {
                    // Handlers of sessions that have begun are not dropped.
                    if is_ending.get() {
                        pause.await;
                    }
                    return outcome;
                }
                Either::Right(((), _)) => {}
            }
        }
    }

    fn store(&self) -> &dyn Store {
        self.host().store()
    }

    /// Whether the timer's handler is running. It stays set until the handler has returned, so that it is run again where that
    /// never happens.
    fn is_running(&self, timer: &Timer) -> bool {
        self.running().borrow().as_ref() == Some(timer)
    }
}

/// When the first timer goes off.
///
/// # Errors
/// Where the storage fails.
pub(crate) fn next(host: &dyn Host) -> Result<Option<u64>> {
    Ok(load(host.store())?.first().map(|timer| timer.at))
}

fn known<R: WebSocketDo>(name: &str) -> Result {
    if R::TIMERS.contains(&name) {
        return Ok(());
    }
    let names: Vec<_> = R::TIMERS.iter().map(|name| format!("`{name}`")).collect();
    let there_are =
        if names.is_empty() { "there are none".to_owned() } else { format!("there are {}", names.join(", ")) };
    Err(Error::msg(format!("no `#[timer]` handler of `{}` is called `{name}`; {there_are}", R::NAME)))
}

fn load(store: &dyn Store) -> Result<Vec<Timer>> {
    store.get(OWN_TIMERS)?.map_or_else(|| Ok(Vec::new()), |bytes| storage::decode(OWN_TIMERS, &bytes))
}

fn save(store: &dyn Store, timers: &[Timer]) -> Result {
    if timers.is_empty() {
        store.delete(OWN_TIMERS)?;
    } else {
        store.put(OWN_TIMERS, &storage::encode(OWN_TIMERS, timers)?)?;
    }
    Ok(())
}
