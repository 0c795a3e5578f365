//! Which handler a thread of rooms is running, and since when.

use std::{
    borrow::Cow,
    fmt,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use super::threads::RoomThread;

/// The handler that a thread is polling, if any, and when the poll began.
#[derive(Default)]
pub(super) struct Activity(Mutex<Option<(Task, Instant)>>);

/// A handler of a room, as the log names it.
#[derive(Debug, Clone)]
pub(super) struct Task {
    pub(super) class: &'static str,
    pub(super) room: Arc<str>,
    pub(super) handler: Cow<'static, str>,
}

impl Activity {
    /// How long the current poll has taken; none if no handler is being polled.
    pub(super) fn busy_for(&self) -> Option<Duration> {
        self.current().as_ref().map(|(_, since)| since.elapsed())
    }

    /// The current handler, for the log.
    pub(super) fn describe(&self) -> String {
        self.current().as_ref().map_or_else(String::new, |(task, _)| task.to_string())
    }

    /// Runs one poll of a handler.
    pub(super) fn run<T>(&self, task: &Task, poll: impl FnOnce() -> T) -> T {
        *self.current() = Some((task.clone(), Instant::now()));
        let _reset = Reset(self);
        poll()
    }

    fn current(&self) -> MutexGuard<'_, Option<(Task, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of the room {:?} of `{}`", self.handler, self.room, self.class)
    }
}

/// Clears the activity when it is dropped, also by a panic.
struct Reset<'a>(&'a Activity);

impl Drop for Reset<'_> {
    fn drop(&mut self) {
        *self.0.current() = None;
    }
}

/// A handler whose polls are recorded in the activity of its thread.
pub(super) struct Recorded<F> {
    pub(super) thread: Arc<RoomThread>,
    pub(super) task: Task,
    pub(super) handler: F,
}

impl<F: Future + Unpin> Future for Recorded<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let Self { thread, task, handler } = self.get_mut();
        thread.activity.run(task, || Pin::new(handler).poll(context))
    }
}
