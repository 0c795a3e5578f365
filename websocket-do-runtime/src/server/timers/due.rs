//! Runs the handlers of timers whose time has come.

use std::{cell::Cell, future::Future, pin::pin};

use futures_util::future::{Either, select};

use super::{RETRY, load, next, save};
use crate::{
    Handler, Result, Room, StorageError, WebSocketDo,
    server::{alarm, dispatch::Dropped},
};

/// How often expired closes are looked for while the handler of a timer waits, in milliseconds.
const CLOSE_INTERVAL: u64 = 500;

impl<R: WebSocketDo> Room<R> {
    /// Handles the host's alarm: ends the sessions whose clients have not answered a close in time, runs the handlers of all due
    /// timers one after the other, and sets the next alarm.
    pub(crate) async fn dispatch_alarm(&self) {
        // While a handler waits, the other timers wait too, as on Cloudflare.
        if self.timers_running().replace(true) {
            return;
        }
        self.end_unanswered().await;
        let outcome = self.run_due_timers().await;
        self.timers_running().set(false);
        let not_before = *outcome.as_ref().unwrap_or(&(self.host().now() + RETRY));
        let armed = next(self.host()).and_then(|next| alarm::set(self.host(), self.closing(), next, not_before));
        if let Err(error) = outcome.and(armed) {
            self.log_error(format_args!("the timers cannot be read or written: {error}"));
        }
    }

    /// Runs the handlers of due timers, and returns the earliest time for the next alarm.
    async fn run_due_timers(&self) -> Result<u64, StorageError> {
        let now = self.host().now();
        let timers = load(self.store())?;
        // If the alarm's clock is ahead of the room's, no timer is due yet. workerd drops an alarm that is set to the time of the
        // alarm that is being handled, so the next one is at least a millisecond later.
        let not_before = timers.first().map_or(0, |timer| timer.at.saturating_add(1));
        // A timer that a handler sets is left to the next alarm, so that other events get their turn.
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
        let Some(name) = R::TIMERS.iter().copied().find(|timer| *timer == name) else {
            self.log_error(format_args!("the timer `{name}` has no handler any more; it is removed"));
            return;
        };
        match self.run_timer_handler(name, async { self.handlers().timer(self, name).await }).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.log_error(format_args!("the timer `{name}` failed: {error}")),
            Err(dropped) => self.log_error(format_args!("the timer `{name}`: {dropped}")),
        }
    }

    /// Runs the handler of a timer. Meanwhile it ends the sessions whose clients do not answer a close, as the platform calls the
    /// next alarm only after this one has returned.
    ///
    /// # Errors
    /// Returns an error if the handler was dropped because it took too long.
    async fn run_timer_handler(
        &self,
        name: &'static str,
        handler: impl Future<Output = Result>,
    ) -> Result<Result, Dropped> {
        let mut handler = pin!(self.run_handler(Handler::timer(name), handler));
        loop {
            let is_ending = Cell::new(false);
            let closes = pin!(async {
                self.host().deadline(CLOSE_INTERVAL).await;
                is_ending.set(true);
                self.end_unanswered().await;
            });
            match select(handler.as_mut(), closes).await {
                Either::Left((outcome, closes)) => {
                    // `close` handlers that have begun are not dropped.
                    if is_ending.get() {
                        closes.await;
                    }
                    return outcome;
                }
                Either::Right(((), _)) => {}
            }
        }
    }
}
