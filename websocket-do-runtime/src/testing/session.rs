//! A client of a room under test: the typed client, and what a test expects of it.

use std::{
    fmt::{Debug, Display, Write as _},
    future::Future,
    ops::{Deref, DerefMut},
    panic::Location,
    sync::Arc,
    time::Duration,
};

use futures_util::FutureExt;
use serde::Serialize;
use tokio::time::timeout;

use super::{
    line::Line,
    room::Place,
    world::{PATIENCE, World},
};
use crate::{
    Close, Closed, ServerMessageOf, WebSocketDo, attachment,
    client::{ClientError, TypedClient},
    host::{Host, SocketId},
};

/// What a room on a server gets to do what it has to do.
const SETTLING: Duration = Duration::from_millis(250);

type ClientOf<R> = <<R as WebSocketDo>::Client as TypedClient>::Session;

/// A session of a room under test. Every message is a method, as of the typed client, which it is for all that is not a
/// method here.
///
/// The methods that begin with `expect` fail the test with what did come, and with what has happened in the room.
pub struct TestSession<R: WebSocketDo>
where
    R::Client: TypedClient,
{
    place: Place<R>,
    client: ClientOf<R>,
    /// For a room in this process.
    here: Option<(SocketId, Arc<Line>)>,
    /// What was read so far.
    read: Vec<String>,
}

/// What came.
enum Came<R: WebSocketDo> {
    Message(ServerMessageOf<R>),
    Error(ClientError),
    Closed(Closed),
    Nothing,
}

impl<R: WebSocketDo> TestSession<R>
where
    R::Client: TypedClient,
{
    pub(super) fn new(place: Place<R>, client: ClientOf<R>, here: Option<(SocketId, Arc<Line>)>) -> Self {
        Self { place, client, here, read: Vec::new() }
    }

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

    /// Expects the room's answer to a frame that was no valid message, where the room has no `rejected` handler: with this
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

    /// What has come and was not read.
    pub async fn unread(&mut self) -> Vec<Result<ServerMessageOf<R>, ClientError>>
    where
        ServerMessageOf<R>: Debug,
    {
        let mut unread = Vec::new();
        loop {
            match self.came_already().await {
                Came::Message(message) => unread.push(Ok(message)),
                Came::Error(error) => unread.push(Err(error)),
                Came::Closed(_) | Came::Nothing => return unread,
            }
        }
    }

    /// Closes with code 1000, and gives the server's answer. What has come and was not read is dropped.
    ///
    /// # Panics
    /// Where the server does not answer.
    #[track_caller]
    pub fn close(&mut self) -> impl Future<Output = Closed>
    where
        ServerMessageOf<R>: Debug,
    {
        self.close_with(1000, "")
    }

    /// Closes with a code and a reason, and gives the server's answer. What has come and was not read is dropped.
    ///
    /// # Panics
    /// Where the code may not be sent, the reason is too long, or the server does not answer.
    #[track_caller]
    pub fn close_with(&mut self, code: u16, reason: &str) -> impl Future<Output = Closed>
    where
        ServerMessageOf<R>: Debug,
    {
        let caller = Location::caller();
        async move {
            let close = Close::new(code, reason).unwrap_or_else(|error| panic!("{caller}: {error}"));
            match self.here() {
                Some((_, line)) => drop(line.close(&close)),
                None => drop(self.client.close_with(code, reason).await),
            }
            loop {
                match self.came().await {
                    Came::Closed(closed) => return closed,
                    nothing @ Came::Nothing => self.fail(caller, "expected an answer to the close", &nothing),
                    Came::Message(_) | Came::Error(_) => {}
                }
            }
        }
    }

    /// The connection breaks, without a close frame.
    pub fn lose(&mut self) {
        match self.here() {
            Some((_, line)) => line.lose(),
            None => self.client.abandon(),
        }
    }

    /// Puts other data into the session's attachment, as an older version of the room may have left it there, and has the
    /// room forget what it knew.
    ///
    /// # Panics
    /// For a room on a server; where the data does not fit an attachment.
    #[track_caller]
    pub fn set_attachment(&self, data: &impl Serialize) {
        let (Place::Here(world), Some((socket, _))) = (&self.place, &self.here) else {
            panic!("`set_attachment` is for rooms in memory; this one is on a server")
        };
        world.settle();
        let tags = world.host.tags(*socket);
        let id = tags.iter().find_map(|tag| tag.parse().ok()).unwrap_or_default();
        let attached = attachment::encode(id, self.client.format(), data)
            .map_err(|error| error.to_string())
            .and_then(|bytes| world.host.set_attachment(*socket, &bytes).map_err(|error| error.to_string()));
        assert!(attached.is_ok(), "the data cannot be attached: {attached:?}");
        world.start_over();
    }

    pub(super) async fn expected(&mut self, message: &ServerMessageOf<R>, here: &Location<'_>)
    where
        ServerMessageOf<R>: Debug + PartialEq,
    {
        match self.came().await {
            Came::Message(came) if came == *message => {}
            other => self.fail(here, &format!("expected {message:?}"), &other),
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

    fn here(&self) -> Option<(&World<R>, Arc<Line>)> {
        match (&self.place, &self.here) {
            (Place::Here(world), Some((_, line))) => Some((world, line.clone())),
            _ => None,
        }
    }

    /// What comes next, for which the room has five seconds of its time.
    async fn came(&mut self) -> Came<R>
    where
        ServerMessageOf<R>: Debug,
    {
        let came = match self.here() {
            None => timeout(Duration::from_millis(PATIENCE), self.client.next()).await.ok(),
            Some(_) => loop {
                let Some((world, line)) = self.here() else { break None };
                if world.wait_for(|| line.has_news().then_some(())).await.is_none() {
                    break None;
                }
                // The answer to a ping is no news to the client.
                if let Some(came) = self.client.next().now_or_never() {
                    break Some(came);
                }
            },
        };
        self.told(came)
    }

    /// What has come, without time going by.
    async fn came_already(&mut self) -> Came<R>
    where
        ServerMessageOf<R>: Debug,
    {
        if self.client.closed().is_some() {
            return Came::Nothing;
        }
        let came = match self.here() {
            None => {
                // The ping is answered by the host, which does not wait for the room.
                tokio::time::sleep(SETTLING).await;
                self.client.next_before_a_pong().await
            }
            Some((world, _)) => {
                world.settle();
                self.client.next().now_or_never()
            }
        };
        self.told(came)
    }

    /// Keeps what came, for a failure to tell.
    #[expect(clippy::option_option, reason = "nothing has come, or the end has")]
    fn told(&mut self, came: Option<Option<Result<ServerMessageOf<R>, ClientError>>>) -> Came<R>
    where
        ServerMessageOf<R>: Debug,
    {
        let came = match came {
            None => Came::Nothing,
            Some(Some(Ok(message))) => Came::Message(message),
            Some(Some(Err(error))) => Came::Error(error),
            Some(None) => Came::Closed(self.client.closed().cloned().unwrap_or_else(Closed::lost)),
        };
        if !matches!(came, Came::Nothing) {
            self.read.push(came.to_string());
        }
        came
    }

    fn fail(&self, here: &Location<'_>, what: &str, came: &Came<R>) -> !
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
        for message in before {
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

impl<R: WebSocketDo> Display for Came<R>
where
    ServerMessageOf<R>: Debug,
{
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Message(message) => write!(f, "{message:?}"),
            Self::Error(error) => write!(f, "an error: {error}"),
            Self::Closed(closed) => write!(f, "the close {} {:?}", closed.code(), closed.reason()),
            Self::Nothing => f.write_str("nothing"),
        }
    }
}

impl<R: WebSocketDo> Deref for TestSession<R>
where
    R::Client: TypedClient,
{
    type Target = ClientOf<R>;

    fn deref(&self) -> &ClientOf<R> {
        &self.client
    }
}

impl<R: WebSocketDo> DerefMut for TestSession<R>
where
    R::Client: TypedClient,
{
    fn deref_mut(&mut self) -> &mut ClientOf<R> {
        &mut self.client
    }
}

/// A session that nobody holds any more has lost its connection.
impl<R: WebSocketDo> Drop for TestSession<R>
where
    R::Client: TypedClient,
{
    fn drop(&mut self) {
        if let Some((_, line)) = &self.here {
            line.lose();
        }
    }
}

impl<R: WebSocketDo> Debug for TestSession<R>
where
    R::Client: TypedClient,
{
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestSession").field("read", &self.read).finish_non_exhaustive()
    }
}
