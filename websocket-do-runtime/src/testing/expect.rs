//! The methods of [`TestSession`] that begin with `expect`, and the report of a failed one.

use std::{
    fmt::{Debug, Write as _},
    future::Future,
    panic::Location,
};

use super::{
    receive::Received,
    room::Backend,
    session::TestSession,
    trace::{difference, short},
};
use crate::{
    ServerMessageOf, WebSocketDo,
    client::{ClientError, TypedClient},
};

/// How many of the last received messages a report lists.
const MAX_RECEIVED_SHOWN: usize = 20;

impl<R: WebSocketDo> TestSession<R>
where
    R::Client: TypedClient,
{
    /// Returns the next message.
    ///
    /// # Panics
    /// Panics if no message arrives within five seconds of the room's time, or if an error or the end of the session does.
    #[track_caller]
    #[expect(clippy::should_implement_trait, reason = "async, as `next` of the client")]
    pub fn next(&mut self) -> impl Future<Output = ServerMessageOf<R>>
    where
        ServerMessageOf<R>: Debug,
    {
        let caller = Location::caller();
        async move {
            match self.receive().await {
                Received::Message(message) => message,
                other => self.fail(caller, "expected a message", &other),
            }
        }
    }

    /// Expects this message next.
    ///
    /// # Panics
    /// Panics if anything else arrives, or nothing within five seconds of the room's time.
    #[track_caller]
    pub fn expect(&mut self, message: ServerMessageOf<R>) -> impl Future<Output = ()>
    where
        ServerMessageOf<R>: Debug + PartialEq,
    {
        let caller = Location::caller();
        async move { self.expect_message(&message, caller).await }
    }

    /// Expects these messages next, in this order.
    ///
    /// # Panics
    /// Panics as [`expect`](Self::expect) does.
    #[track_caller]
    pub fn expect_all(&mut self, messages: impl IntoIterator<Item = ServerMessageOf<R>>) -> impl Future<Output = ()>
    where
        ServerMessageOf<R>: Debug + PartialEq,
    {
        let caller = Location::caller();
        async move {
            for message in messages {
                self.expect_message(&message, caller).await;
            }
        }
    }

    /// Expects a message that `predicate` accepts next, and returns it.
    ///
    /// # Panics
    /// Panics as [`expect`](Self::expect) does.
    #[track_caller]
    pub fn expect_that(
        &mut self,
        predicate: impl FnOnce(&ServerMessageOf<R>) -> bool,
    ) -> impl Future<Output = ServerMessageOf<R>>
    where
        ServerMessageOf<R>: Debug,
    {
        let caller = Location::caller();
        async move {
            match self.receive().await {
                Received::Message(message) if predicate(&message) => message,
                other => self.fail(caller, "expected a message that the predicate accepts", &other),
            }
        }
    }

    /// Expects that nothing was received, and that nothing arrives without time passing.
    ///
    /// # Panics
    /// Panics if a message, an error or the end of the session was received.
    #[track_caller]
    pub fn expect_nothing(&mut self) -> impl Future<Output = ()>
    where
        ServerMessageOf<R>: Debug,
    {
        let caller = Location::caller();
        self.expect_no_message(caller)
    }

    /// Expects the validation error, with this code and path, that a room without `#[invalid]` handler sends for a frame that is
    /// not a valid message.
    ///
    /// # Panics
    /// Panics as [`expect`](Self::expect) does.
    #[track_caller]
    pub fn expect_validation_error(&mut self, code: &str, path: &str) -> impl Future<Output = ()>
    where
        ServerMessageOf<R>: Debug,
    {
        let caller = Location::caller();
        async move {
            match self.receive().await {
                Received::Error(ClientError::Server { code: Some(found_code), path: found_path, .. })
                    if found_code == code && found_path.as_deref().unwrap_or_default() == path => {}
                other => self.fail(caller, &format!("expected the validation error `{code}` at `{path}`"), &other),
            }
        }
    }

    /// Expects the end of the session, with this code and reason: those of the server, or 1006 for a lost connection.
    ///
    /// # Panics
    /// Panics if anything else arrives first, or the session remains open.
    #[track_caller]
    pub fn expect_closed(&mut self, code: u16, reason: &str) -> impl Future<Output = ()>
    where
        ServerMessageOf<R>: Debug,
    {
        let caller = Location::caller();
        async move {
            match self.receive().await {
                Received::Closed(closed) if closed.code() == code && closed.reason() == reason => {}
                other => self.fail(caller, &format!("expected the close {code} {reason:?}"), &other),
            }
        }
    }

    pub(super) async fn expect_message(&mut self, message: &ServerMessageOf<R>, caller: &Location<'_>)
    where
        ServerMessageOf<R>: Debug + PartialEq,
    {
        match self.receive().await {
            Received::Message(received) if received == *message => {}
            other => {
                let expected = format!("{message:?}");
                let difference = match &other {
                    Received::Message(received) => difference(&expected, &format!("{received:?}")),
                    _ => String::new(),
                };
                self.fail(caller, &format!("expected {}{difference}", short(&expected)), &other)
            }
        }
    }

    pub(super) async fn expect_no_message(&mut self, caller: &Location<'_>)
    where
        ServerMessageOf<R>: Debug,
    {
        match self.receive_now().await {
            Received::Nothing => {}
            other => self.fail(caller, "expected nothing", &other),
        }
    }

    pub(super) fn fail(&self, caller: &Location<'_>, expectation: &str, received: &Received<R>) -> !
    where
        ServerMessageOf<R>: Debug,
    {
        let name = self
            .connection
            .as_ref()
            .map_or_else(|| "the session".to_owned(), |(socket, _)| format!("session #{}", socket.0));
        let mut listed = String::new();
        let before = match received {
            Received::Nothing => self.received.as_slice(),
            _ => self.received.split_last().map_or(&[][..], |(_, before)| before),
        };
        let left_out = before.len().saturating_sub(MAX_RECEIVED_SHOWN);
        if left_out > 0 {
            // Writing to a string does not fail.
            let _ = writeln!(listed, "  … {left_out} more");
        }
        for message in before.iter().skip(left_out) {
            // Writing to a string does not fail.
            let _ = writeln!(listed, "  {message}");
        }
        let listed = if listed.is_empty() {
            "it had received nothing before\n".to_owned()
        } else {
            format!("it had received before:\n{listed}")
        };
        let report = match &self.backend {
            Backend::InMemory(room) => room.simulation.report(),
            Backend::Remote(remote) => format!("the room is at {}", remote.address()),
        };
        panic!("{caller}: {name}: {expectation}, found {received}\n{listed}{report}")
    }
}
