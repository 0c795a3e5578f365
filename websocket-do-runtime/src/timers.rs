//! Named timers: kept in the room's storage, with the host's one alarm set to the earliest of them.

use serde::{Deserialize, Serialize};

use crate::{
    Error, Result, Room, WebSocketDo,
    host::{Host, Store},
    log,
    storage::{self, OWN_TIMERS},
};

/// A timer that is set. Sorted as they go off: by time, then by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Timer {
    at: u64,
    name: String,
    /// Another one each time it is set: what tells a timer that went off from the same one that its handler has set again.
    mark: u64,
}

/// How long after a failure the timers are tried again, in milliseconds: as on Cloudflare.
pub(crate) const RETRY: u64 = 2000;

impl<R: WebSocketDo> Room<R> {
    /// Sets the timer `name` to a time in milliseconds since 1970, in place of the one it was set to before. Its `#[timer]`
    /// handler runs when that time has come, or at once if it is past; after hibernation, a restart or a deploy too.
    ///
    /// Timers are stored as values are: a transaction undoes also what it did to them, and all is durable before a frame that is
    /// sent afterwards leaves. A timer is gone when its handler has returned, unless the handler has set it again. Where the
    /// handler panics, or the machine fails before it has returned, it runs again: a little later, and maybe on another
    /// machine. An error that it returns is logged, and that is all.
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
        timers.retain(|timer| timer.name != name);
        timers.push(Timer { at, name: name.to_owned(), mark: self.host().uuid().as_u64_pair().0 });
        timers.sort();
        // The alarm comes first: one too many is harmless, a timer without one would never go off.
        self.arm(&timers)?;
        save(self.store(), &timers)
    }

    /// Takes a timer back, and tells whether it was set.
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
        timers.retain(|timer| timer.name != name);
        if timers.len() == before {
            return Ok(false);
        }
        save(self.store(), &timers)?;
        self.arm(&timers)?;
        Ok(true)
    }

    /// When a timer is to go off, in milliseconds since 1970, if it is set. It is still set while its handler runs.
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
        Ok(load(self.store())?.into_iter().find(|timer| timer.name == name).map(|timer| timer.at))
    }

    /// The host's alarm has gone off: runs the handlers of all timers that are due, one after the other.
    #[doc(hidden)]
    pub async fn alarm_event(&self) {
        // A handler that still waits has the others wait with it, as on Cloudflare.
        if self.ringing().replace(true) {
            return;
        }
        let outcome = self.ring().await;
        self.ringing().set(false);
        let armed = rearm(self.host(), *outcome.as_ref().unwrap_or(&(self.now() + RETRY)));
        if let Err(error) = outcome.and(armed) {
            log::error(&format!("{}: the timers cannot be read or written: {error}", R::NAME));
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
            self.run(&timer.name).await;
            let mut timers = load(self.store())?;
            timers.retain(|other| *other != timer);
            save(self.store(), &timers)?;
        }
        Ok(not_before)
    }

    async fn run(&self, name: &str) {
        if !R::TIMERS.contains(&name) {
            log::error(&format!("{}: the timer `{name}` went off and has no handler any more", R::NAME));
        } else if let Err(error) = self.value().timer(self, name).await {
            log::error(&format!("{}: the timer `{name}` failed: {error}", R::NAME));
        }
    }

    fn store(&self) -> &dyn Store {
        self.host().store()
    }

    fn arm(&self, timers: &[Timer]) -> Result {
        // When the handlers are through, the alarm is set to what is there then.
        if self.ringing().get() { Ok(()) } else { set_alarm(self.host(), timers, 0) }
    }
}

/// Sets the host's alarm to the earliest timer that is stored, but not before a time: after a transaction was undone, and
/// after the room's memory was lost.
///
/// # Errors
/// Where the storage fails.
pub(crate) fn rearm(host: &dyn Host, not_before: u64) -> Result {
    set_alarm(host, &load(host.store())?, not_before)
}

fn set_alarm(host: &dyn Host, timers: &[Timer], not_before: u64) -> Result {
    Ok(host.set_alarm(timers.first().map(|timer| timer.at.max(not_before)))?)
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
        store.put(OWN_TIMERS, &storage::encode(timers)?)?;
    }
    Ok(())
}
