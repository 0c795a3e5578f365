//! What a thread of rooms is doing, and since when it has not returned from it.

use std::{
    borrow::Cow,
    fmt,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use super::workers::Worker;

/// What a thread is doing.
#[derive(Default)]
pub(super) struct Activity(Mutex<Option<(Task, Instant)>>);

/// A handler of a room.
#[derive(Debug, Clone)]
pub(super) struct Task {
    pub(super) class: &'static str,
    pub(super) room: Arc<str>,
    pub(super) handler: Cow<'static, str>,
}

impl Activity {
    /// How long the thread has been in the same call of a handler; none where it is in no handler.
    pub(super) fn busy_for(&self) -> Option<Duration> {
        self.current().as_ref().map(|(_, since)| since.elapsed())
    }

    /// What the thread is doing, for the log.
    pub(super) fn describe(&self) -> String {
        self.current().as_ref().map_or_else(String::new, |(task, _)| task.to_string())
    }

    /// Calls a part of a handler: what it does until it awaits.
    pub(super) fn run<T>(&self, task: &Task, part: impl FnOnce() -> T) -> T {
        *self.current() = Some((task.clone(), Instant::now()));
        let _done = Done(self);
        part()
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

/// The thread is done, also after a panic.
struct Done<'a>(&'a Activity);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        *self.0.current() = None;
    }
}

/// A handler whose parts are watched.
pub(super) struct Watched<F> {
    pub(super) worker: Arc<Worker>,
    pub(super) task: Task,
    pub(super) handler: F,
}

impl<F: Future + Unpin> Future for Watched<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let Self { worker, task, handler } = self.get_mut();
        worker.activity.run(task, || Pin::new(handler).poll(context))
    }
}
