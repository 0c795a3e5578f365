//! What a test expects of a session, and what it says where that does not come.

use std::{
    fmt::{Debug, Write as _},
    future::Future,
    panic::Location,
};

use super::{
    room::Place,
    session::{Came, TestSession},
    trace::{difference, short},
};
use crate::{
    ServerMessageOf, WebSocketDo,
    client::{ClientError, TypedClient},
};

/// So many of the last messages that were read are told.
const READ: usize = 20;

impl<R: WebSocketDo> TestSession<R>
where
    R::Client: TypedClient,
{
    /// The next message.
    ///
    /// # Panics
    /// Where no message comes within five seconds of the room's time, or an error or the end of the session does.
    #[track_caller]
    #[expect(clippy::should_implement_trait, reason = "it waits, as the client's own `next` does")]
    pub fn next(&mut self) -> impl Future<Output = ServerMessageOf<R>>
    where
        ServerMessageOf<R>: Debug,
    {
        let here = Location::caller();
        async move {
            match self.came().await {
                Came::Message(message) => message,
                other => self.fail(here, "expected a message", &other),
            }
        }
    }

    /// Expects this message next.
    ///
    /// # Panics
    /// Where something else comes, or nothing within five seconds of the room's time.
    #[track_caller]
    pub fn expect(&mut self, message: ServerMessageOf<R>) -> impl Future<Output = ()>
    where
        ServerMessageOf<R>: Debug + PartialEq,
    {
        let here = Location::caller();
        async move { self.expected(&message, here).await }
    }

    /// Expects these messages next, in this order.
    ///
    /// # Panics
    /// As [`expect`](Self::expect).
    #[track_caller]
    pub fn expect_all(&mut self, messages: impl IntoIterator<Item = ServerMessageOf<R>>) -> impl Future<Output = ()>
    where
        ServerMessageOf<R>: Debug + PartialEq,
    {
        let here = Location::caller();
        async move {
            for message in messages {
                self.expected(&message, here).await;
            }
        }
    }

    /// Expects a message next for which `is_it` holds, and gives it.
    ///
    /// # Panics
    /// As [`expect`](Self::expect).
    #[track_caller]
    pub fn expect_that(
        &mut self,
        is_it: impl FnOnce(&ServerMessageOf<R>) -> bool,
    ) -> impl Future<Output = ServerMessageOf<R>>
    where
        ServerMessageOf<R>: Debug,
    {
        let here = Location::caller();
        async move {
            match self.came().await {
                Came::Message(message) if is_it(&message) => message,
                other => self.fail(here, "expected another message", &other),
            }
        }
    }

    /// Expects that nothing comes: nothing has come, and nothing will without time going by.
    ///
    /// # Panics
    /// Where something has.
    #[track_caller]
    pub fn expect_nothing(&mut self) -> impl Future<Output = ()>
    where
        ServerMessageOf<R>: Debug,
    {
        let here = Location::caller();
        self.nothing(here)
    }

    /// Expects the room's answer to a frame that was no valid message, where the room has no `invalid` handler: with this
    /// code and this path.
    ///
    /// # Panics
    /// As [`expect`](Self::expect).
    #[track_caller]
    pub fn expect_rejection(&mut self, code: &str, path: &str) -> impl Future<Output = ()>
    where
        ServerMessageOf<R>: Debug,
    {
        let here = Location::caller();
        async move {
            match self.came().await {
                Came::Error(ClientError::Server { code: Some(its_code), path: its_path, .. })
                    if its_code == code && its_path.as_deref().unwrap_or_default() == path => {}
                other => self.fail(here, &format!("expected the rejection `{code}` at `{path}`"), &other),
            }
        }
    }

    /// Expects the end of the session: the server's code and reason, 1006 for a connection that was lost.
    ///
    /// # Panics
    /// Where something else comes before, or the session goes on.
    #[track_caller]
    pub fn expect_closed(&mut self, code: u16, reason: &str) -> impl Future<Output = ()>
    where
        ServerMessageOf<R>: Debug,
    {
        let here = Location::caller();
        async move {
            match self.came().await {
                Came::Closed(closed) if closed.code() == code && closed.reason() == reason => {}
                other => self.fail(here, &format!("expected the close {code} {reason:?}"), &other),
            }
        }
    }

    pub(super) async fn expected(&mut self, message: &ServerMessageOf<R>, here: &Location<'_>)
    where
        ServerMessageOf<R>: Debug + PartialEq,
    {
        match self.came().await {
            Came::Message(came) if came == *message => {}
            other => {
                let expected = format!("{message:?}");
                let difference = match &other {
                    Came::Message(came) => difference(&expected, &format!("{came:?}")),
                    _ => String::new(),
                };
                self.fail(here, &format!("expected {}{difference}", short(&expected)), &other)
            }
        }
    }

    pub(super) async fn nothing(&mut self, here: &Location<'_>)
    where
        ServerMessageOf<R>: Debug,
    {
        match self.came_already().await {
            Came::Nothing => {}
            other => self.fail(here, "expected nothing", &other),
        }
    }

    pub(super) fn fail(&self, here: &Location<'_>, what: &str, came: &Came<R>) -> !
    where
        ServerMessageOf<R>: Debug,
    {
        let name =
            self.here.as_ref().map_or_else(|| "the session".to_owned(), |(socket, _)| format!("session #{}", socket.0));
        let mut read = String::new();
        let before = match came {
            Came::Nothing => self.read.as_slice(),
            _ => self.read.split_last().map_or(&[][..], |(_, before)| before),
        };
        let left_out = before.len().saturating_sub(READ);
        if left_out > 0 {
            // Writing to a string does not fail.
            let _ = writeln!(read, "  … {left_out} more");
        }
        for message in before.iter().skip(left_out) {
            // Writing to a string does not fail.
            let _ = writeln!(read, "  {message}");
        }
        let read = if read.is_empty() {
            "it had read nothing before\n".to_owned()
        } else {
            format!("it had read before:\n{read}")
        };
        let told = match &self.place {
            Place::Here(world) => world.told(),
            Place::There(remote) => format!("the room is at {}", remote.address()),
        };
        panic!("{here}: {name}: {what}, and got {came}\n{read}{told}")
    }
}
