//! Work in the background of a room's handlers.

use std::{error::Error, fmt, future::Future, panic::Location, time::Duration};

use crate::{
    Handler, IntoOutcome, Room, WebSocketDo,
    server::{counted::Counted, handler::Running},
};

/// How many background tasks a room runs at most.
const MAX_TASKS: usize = 256;

/// How long a background task may run.
const TASK_TIMEOUT: Duration = Duration::from_mins(15);

/// The error of [`Room::spawn`]: the room runs 256 background tasks already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpawnError(());

impl fmt::Display for SpawnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the room runs {MAX_TASKS} background tasks already; wait until one of them has ended")
    }
}

impl Error for SpawnError {}

impl<R: WebSocketDo> Room<R> {
    /// Runs `task` in the background: the handler that spawns it does not wait for it. An error that the task returns is logged.
    ///
    /// A room runs at most 256 tasks at once, and drops each after 15 minutes. A task ends with the room's memory: after a panic, a
    /// deploy or a restart it is gone. Store what must not be lost, and use a [timer](crate::Timer) for what must happen. The room does
    /// not hibernate while a task runs.
    ///
    /// # Errors
    /// Returns [`SpawnError`], and does not run the task, if 256 tasks are running.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use websocket_do_runtime::{Room, SpawnError, ServerMessageOf, WebSocketDo};
    /// fn remind<R: WebSocketDo>(room: &Room<R>, reminder: ServerMessageOf<R>) -> Result<(), SpawnError> {
    ///     let later = room.clone();
    ///     room.spawn(async move {
    ///         later.sleep(Duration::from_secs(30)).await;
    ///         later.broadcast(reminder)
    ///     })
    /// }
    /// ```
    ///
    /// A task may also loop, until it is dropped:
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use websocket_do_runtime::{Room, SpawnError, WebSocketDo};
    /// fn tick<R: WebSocketDo>(room: &Room<R>) -> Result<(), SpawnError> {
    ///     let clock = room.clone();
    ///     room.spawn(async move {
    ///         loop {
    ///             clock.sleep(Duration::from_secs(1)).await;
    ///             println!("{} sessions", clock.len());
    ///         }
    ///     })
    /// }
    /// ```
    #[track_caller]
    pub fn spawn<T: IntoOutcome>(&self, task: impl Future<Output = T> + 'static) -> Result<(), SpawnError> {
        let caller = Location::caller();
        let counted = Counted::begin(self.tasks(), MAX_TASKS).ok_or(SpawnError(()))?;
        let room = self.clone();
        self.host().spawn(Box::pin(async move {
            let _counted = counted;
            let mut running = Some(Running::new(room.log_name(), None, Handler::task(caller)));
            match room.within(TASK_TIMEOUT, &mut running, None, task).await.map(IntoOutcome::into_outcome) {
                Ok(Ok(())) => {}
                Ok(Err(error)) => room.log_error(format_args!("the background task of {caller} failed: {error}")),
                Err(_) => room.log_error(format_args!(
                    "the background task of {caller} was dropped: it had not returned after {} minutes",
                    TASK_TIMEOUT.as_secs() / 60,
                )),
            }
        }));
        Ok(())
    }
}
