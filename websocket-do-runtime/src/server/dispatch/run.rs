//! Running a handler: to its end, until its time is up, or until its session is cut.

use std::{
    fmt,
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

use crate::{
    Room, WebSocketDo,
    server::{room::millis, session::SessionState},
};

/// Why a handler was dropped at the `await` where it waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dropped {
    /// It has taken longer than [`WebSocketDo::HANDLER_TIMEOUT`].
    Timeout {
        /// The limit, in milliseconds.
        millis: u64,
    },
    /// Its session was closed by the room, and the client has not answered in time.
    Cut,
}

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout { millis } => {
                write!(f, "the handler was dropped, as it had not returned after {millis} ms")
            }
            Self::Cut => f.write_str("the handler was dropped, as its session was closed before"),
        }
    }
}

impl<R: WebSocketDo> Room<R> {
    /// Runs a handler that belongs to no session.
    ///
    /// # Errors
    /// [`Dropped::Timeout`].
    pub(crate) async fn run_handler<T>(&self, handler: impl Future<Output = T>) -> Result<T, Dropped> {
        self.run_handler_of(None, handler).await
    }

    /// Runs a handler, for a session that may be cut meanwhile.
    ///
    /// # Errors
    /// [`Dropped`].
    pub(crate) async fn run_handler_of<T>(
        &self,
        session: Option<&SessionState<R::Session>>,
        handler: impl Future<Output = T>,
    ) -> Result<T, Dropped> {
        let mut handler = pin!(handler);
        // Only a handler that waits needs a timer.
        let mut deadline = None;
        poll_fn(|context| {
            if let Poll::Ready(outcome) = handler.as_mut().poll(context) {
                return Poll::Ready(Ok(outcome));
            }
            if session.is_some_and(|session| session.is_cut(context.waker())) {
                return Poll::Ready(Err(Dropped::Cut));
            }
            let limit = millis(R::HANDLER_TIMEOUT);
            let deadline = deadline.get_or_insert_with(|| self.host().deadline(limit));
            deadline.as_mut().poll(context).map(|()| Err(Dropped::Timeout { millis: limit }))
        })
        .await
    }
}
