//! Runs a handler until it returns, exceeds its time limit, or is aborted with its session.

use std::{
    fmt,
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use crate::{
    Handler, Room, WebSocketDo,
    host::millis,
    server::{handler::Running, session::SessionState},
};

/// Why a handler was dropped at its current `await`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dropped {
    /// It ran longer than [`WebSocketDo::HANDLER_TIMEOUT`].
    Timeout {
        /// The limit, in milliseconds.
        millis: u64,
    },
    /// The room closed its session, and the client did not answer in time.
    Aborted,
}

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout { millis } => {
                write!(f, "the handler was dropped: it had not returned after {millis} ms")
            }
            Self::Aborted => f.write_str("the handler was dropped: its session was closed before it returned"),
        }
    }
}

impl<R: WebSocketDo> Room<R> {
    /// Runs a handler of the room, and returns its result. `name` names it in the log.
    ///
    /// # Errors
    /// Returns [`Dropped::Timeout`] if the handler exceeds its time limit.
    pub(crate) async fn run_handler<T>(&self, name: Handler, handler: impl Future<Output = T>) -> Result<T, Dropped> {
        self.run_handler_of(&mut Some(Running::new(self.log_name(), None, name)), None, handler).await
    }

    /// Runs a handler of the room, or of a session if there is one, and returns its result. `running` names it during each poll.
    ///
    /// # Errors
    /// Returns [`Dropped::Timeout`] if the handler exceeds its time limit, and [`Dropped::Aborted`] if the session's handler is
    /// aborted.
    pub(crate) async fn run_handler_of<T>(
        &self,
        running: &mut Option<Running>,
        session: Option<&SessionState<R::Session>>,
        handler: impl Future<Output = T>,
    ) -> Result<T, Dropped> {
        self.within(R::HANDLER_TIMEOUT, running, session, handler).await
    }

    /// Polls a handler or a background task to its end, for at most `limit`. The parameters are those of
    /// [`run_handler_of`](Self::run_handler_of).
    ///
    /// # Errors
    /// As [`run_handler_of`](Self::run_handler_of).
    pub(crate) async fn within<T>(
        &self,
        limit: Duration,
        running: &mut Option<Running>,
        session: Option<&SessionState<R::Session>>,
        handler: impl Future<Output = T>,
    ) -> Result<T, Dropped> {
        let mut handler = pin!(handler);
        // The timer is only created for a handler that waits.
        let mut deadline = None;
        poll_fn(|context| {
            if let Poll::Ready(outcome) = Running::poll(running, || handler.as_mut().poll(context)) {
                return Poll::Ready(Ok(outcome));
            }
            if session.is_some_and(|session| session.is_aborted(context.waker())) {
                return Poll::Ready(Err(Dropped::Aborted));
            }
            let limit = millis(limit);
            let deadline = deadline.get_or_insert_with(|| self.host().deadline(limit));
            deadline.as_mut().poll(context).map(|()| Err(Dropped::Timeout { millis: limit }))
        })
        .await
    }
}
