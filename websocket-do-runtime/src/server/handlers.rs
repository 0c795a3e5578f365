//! What `#[websocket_do]` makes of an impl block: one trait that dispatch calls.

use std::{future::Future, time::Duration};

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Accept, Close, Closed, Error, HttpError, PreviousSession, Request, Response, Result, Room, Session, Upgrade,
    codec::{Format, Frame},
    protocol::{ClientMessage, ValidationError},
    server::http::{Parameters, Route},
};

/// The largest [`MAX_MESSAGE`](WebSocketDo::MAX_MESSAGE), in bytes: 32 MiB, as
/// [Cloudflare](https://developers.cloudflare.com/durable-objects/platform/limits/) accepts no larger WebSocket message.
#[doc(hidden)]
pub const MAX_MESSAGE_LIMIT: usize = 32 << 20;

/// A room: implemented by `#[websocket_do]` on the impl block that holds its handlers.
pub trait WebSocketDo: Sized + 'static {
    /// What clients send; what the room sends is its [`ClientMessage::Server`].
    type Client: ClientMessage;

    /// What the room knows of one session, kept across hibernation.
    type Session: Serialize + DeserializeOwned + 'static;

    /// The name of the Durable Object class.
    const NAME: &'static str;

    /// The name of the Durable Object binding, which the attribute sets with `binding`.
    const BINDING: &'static str;

    /// The format of all sessions, where the room fixes one.
    const FORMAT: Option<Format>;

    /// The largest message that a client may send, in bytes of the frame's payload; 1 MiB unless the attribute sets
    /// `max_message`. A larger one closes the session with 1009 before it is decoded, and no handler but `close` runs.
    const MAX_MESSAGE: usize = 1 << 20;

    /// How long a handler of a session may take; 30 seconds unless the attribute sets `handler_timeout`. Then the session
    /// is closed with 1011 and the handler is dropped at the `await` where it waits.
    const HANDLER_TIMEOUT: Duration = Duration::from_secs(30);

    /// The names of the timers that have a handler.
    const TIMERS: &'static [&'static str];

    /// The HTTP routes, sorted so that the first that matches handles the request.
    const ROUTES: &'static [Route];

    /// The room's own memory, made at its first event and again after hibernation.
    fn new(room: &Room<Self>) -> Self;

    /// Lets a client in, or turns it away with an HTTP answer.
    fn connect(
        &self,
        room: &Room<Self>,
        upgrade: &Upgrade,
    ) -> impl Future<Output = Result<Accept<Self::Session>, HttpError>>;

    /// A session has begun.
    fn open(&self, session: &Session<Self>) -> impl Future<Output = Result>;

    /// A valid message has come.
    fn message(&self, session: &Session<Self>, message: Self::Client) -> impl Future<Output = Result>;

    /// Raw bytes came in a session that speaks JSON.
    fn binary(&self, session: &Session<Self>, bytes: Vec<u8>) -> impl Future<Output = Result>;

    /// A frame came of the kind that the session does not speak.
    fn protocol_error(&self, session: &Session<Self>, frame: &Frame) -> impl Future<Output = Result>;

    /// A frame came that is not a valid message.
    fn invalid(&self, session: &Session<Self>, why: &ValidationError) -> impl Future<Output = Result>;

    /// A handler returned an error.
    fn error(&self, session: &Session<Self>, error: &Error) -> impl Future<Output = Result>;

    /// The session is over; it is still counted.
    fn close(&self, session: &Session<Self>, how: &Closed) -> impl Future<Output = Result>;

    /// The session's data could not be read after hibernation: give it new data, or close it.
    ///
    /// # Errors
    /// The close frame the client gets.
    fn migrate(&self, room: &Room<Self>, failure: &PreviousSession) -> Result<Self::Session, Close>;

    /// The timer `name` has gone off, which is one of [`TIMERS`](Self::TIMERS).
    fn timer(&self, room: &Room<Self>, name: &str) -> impl Future<Output = Result>;

    /// Handles a request to `route`, which is one of [`ROUTES`](Self::ROUTES).
    fn http(
        &self,
        room: &Room<Self>,
        route: &Route,
        parameters: Parameters,
        request: Request,
    ) -> impl Future<Output = Response>;
}

/// What a handler may return: nothing, or a `Result` whose error becomes an [`Error`].
#[diagnostic::on_unimplemented(
    message = "a handler cannot return `{Self}`",
    label = "neither `()` nor a `Result` whose error is a `std::error::Error`",
    note = "return `websocket_do::Result`, or nothing"
)]
pub trait IntoOutcome {
    /// The outcome, whatever its `Ok` holds.
    ///
    /// # Errors
    /// What the handler returned.
    fn into_outcome(self) -> Result;
}

impl IntoOutcome for () {
    fn into_outcome(self) -> Result {
        Ok(())
    }
}

impl<T, E: Into<Error>> IntoOutcome for Result<T, E> {
    fn into_outcome(self) -> Result {
        self.map(drop).map_err(Into::into)
    }
}
