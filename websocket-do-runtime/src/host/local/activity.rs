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
use crate::server::handler::shared;

/// The handler that a thread is polling, if any, and when the poll began.
#[derive(Default)]
pub(super) struct Activity {
    current: Mutex<Option<(Task, Instant)>>,
    /// The handler within the task, which is known after the message is decoded.
    pub(super) handler: shared::Latest,
}

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
        let handler = *self.handler.lock().unwrap_or_else(PoisonError::into_inner);
        self.current().as_ref().map_or_else(String::new, |(task, _)| match handler {
            Some(handler) => format!("{handler} of {}", task.room_name()),
            None => task.to_string(),
        })
    }

    /// Runs one poll of a handler.
    pub(super) fn run<T>(&self, task: &Task, poll: impl FnOnce() -> T) -> T {
        *self.handler.lock().unwrap_or_else(PoisonError::into_inner) = None;
        *self.current() = Some((task.clone(), Instant::now()));
        let _reset = Reset(self);
        poll()
    }

    fn current(&self) -> MutexGuard<'_, Option<(Task, Instant)>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Task {
    fn room_name(&self) -> String {
        format!("the room {:?} of `{}`", self.room, self.class)
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.handler, self.room_name())
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
