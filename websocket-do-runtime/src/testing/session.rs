//! A client of a room under test: the typed client, and what a test expects of it.

use std::{
    fmt::{Debug, Display},
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
    connection::Connection,
    room::Place,
    simulation::{PATIENCE, Simulation},
    trace::short,
};
use crate::{
    Close, Closed, ServerMessageOf, WebSocketDo,
    client::{ClientError, TypedClient, transport::InProcessConnection as _},
    host::{Host, SocketId},
    server::attachment::{self, Header, State},
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
    pub(super) place: Place<R>,
    client: ClientOf<R>,
    /// For a room in this process.
    pub(super) here: Option<(SocketId, Arc<Connection>)>,
    /// What was read so far.
    pub(super) read: Vec<String>,
}

/// What came.
pub(super) enum Came<R: WebSocketDo> {
    Message(ServerMessageOf<R>),
    Error(ClientError),
    Closed(Closed),
    Nothing,
}

impl<R: WebSocketDo> TestSession<R>
where
    R::Client: TypedClient,
{
    pub(super) fn new(place: Place<R>, client: ClientOf<R>, here: Option<(SocketId, Arc<Connection>)>) -> Self {
        Self { place, client, here, read: Vec::new() }
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

    /// From now on the client does not answer when the room closes the session, and goes on as if it was open.
    ///
    /// # Panics
    /// For a room on a server.
    #[track_caller]
    pub fn ignore_closes(&self) {
        self.line("ignore_closes").ignore_closes();
    }

    /// From now on the client reads nothing. What the room sends waits for it, up to 4 MiB as on the local host; then the
    /// connection is cut.
    ///
    /// # Panics
    /// For a room on a server.
    #[track_caller]
    pub fn stop_reading(&self) {
        self.line("stop_reading").stop_reading();
    }

    /// From now on nothing arrives in either direction, and the room is not told: a cable that was pulled out. [`lose`](Self::lose)
    /// tells the room.
    ///
    /// # Panics
    /// For a room on a server.
    #[track_caller]
    pub fn vanish(&self) {
        self.line("vanish").vanish();
    }

    #[track_caller]
    fn line(&self, what: &str) -> &Connection {
        match &self.here {
            Some((_, line)) => line,
            None => panic!("`{what}` is for rooms in memory; this one is on a server"),
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
        let header = Header { id, format: self.client.format(), state: State::Open };
        let attached = attachment::encode_unchecked(header, data)
            .map_err(|error| error.to_string())
            .and_then(|bytes| world.host.set_attachment(*socket, &bytes).map_err(|error| error.to_string()));
        assert!(attached.is_ok(), "the data cannot be attached: {attached:?}");
        world.start_over();
    }

    fn here(&self) -> Option<(&Simulation<R>, Arc<Connection>)> {
        match (&self.place, &self.here) {
            (Place::Here(world), Some((_, line))) => Some((world, line.clone())),
            _ => None,
        }
    }

    /// What comes next, for which the room has five seconds of its time.
    pub(super) async fn came(&mut self) -> Came<R>
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
    pub(super) async fn came_already(&mut self) -> Came<R>
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
                self.client.next_before_pong().await
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
}

impl<R: WebSocketDo> Display for Came<R>
where
    ServerMessageOf<R>: Debug,
{
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Message(message) => f.write_str(&short(&format!("{message:?}"))),
            Self::Error(error) => write!(f, "an error: {}", short(&error.to_string())),
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
