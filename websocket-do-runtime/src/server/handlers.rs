//! The trait that `#[websocket_do]` implements for a room. The dispatch code calls its methods.

use std::{future::Future, time::Duration};

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Accept, Close, Closed, Error, HttpError, PreviousSession, Request, Response, Result, Room, Session, StateType,
    Upgrade,
    codec::{Format, Frame},
    protocol::{ClientMessage, ValidationError},
    server::http::{Parameters, Route},
};

/// The largest allowed [`MAX_MESSAGE`](WebSocketDo::MAX_MESSAGE), in bytes: 32 MiB, Cloudflare's
/// [limit](https://developers.cloudflare.com/durable-objects/platform/limits/) for a received WebSocket message.
#[doc(hidden)]
pub const MAX_MESSAGE_LIMIT: usize = 32 << 20;

/// A room. The attribute `#[websocket_do]` on the impl block with the handlers implements it.
pub trait WebSocketDo: Sized + 'static {
    /// The messages that clients send. The room sends [`ClientMessage::Server`].
    type Client: ClientMessage;

    /// The data of one session. It survives hibernation.
    type Session: Serialize + DeserializeOwned + 'static;

    /// The name of the Durable Object class.
    const NAME: &'static str;

    /// The name of the Durable Object binding, which the attribute sets with `binding`.
    const BINDING: &'static str;

    /// The format of all sessions. [`None`] if it is negotiated for each session.
    const FORMAT: Option<Format>;

    /// The largest message that a client may send, in bytes of the frame's payload. The default is 1 MiB; the attribute changes
    /// it with `max_message`.
    ///
    /// A larger message is not decoded. It closes the session with 1009, and only the `close` handler runs.
    const MAX_MESSAGE: usize = 1 << 20;

    /// How long a handler may run. The default is 30 seconds; the attribute changes it with `handler_timeout`.
    ///
    /// A handler that runs longer is dropped at its current `await`, and its session is closed with 1011.
    const HANDLER_TIMEOUT: Duration = Duration::from_secs(30);

    /// How many concurrent handlers of one session may run at once. The default is 64; the attribute changes it with
    /// `max_concurrent`.
    ///
    /// A message beyond that is not handled: its sender gets an error frame with the code `busy`.
    const MAX_CONCURRENT: usize = 64;

    /// The application's state that the room declares, with `state = …` in the attribute.
    const STATES: &'static [StateType] = &[];

    /// The names of the timers with a handler.
    const TIMERS: &'static [&'static str];

    /// The HTTP routes. The first route that matches a request handles it.
    const ROUTES: &'static [Route];

    /// The handler of requests that no route handles: none, or one.
    const FALLBACK: &'static [Route] = &[];

    /// Creates the value that the handlers are called on, at the room's first event and again after hibernation.
    fn new(room: &Room<Self>) -> Self;

    /// Accepts or rejects a request for a session.
    ///
    /// # Errors
    /// Returns an [`HttpError`], the response to the client, if the request is rejected.
    fn connect(
        &self,
        room: &Room<Self>,
        upgrade: &Upgrade,
    ) -> impl Future<Output = Result<Accept<Self::Session>, HttpError>>;

    /// Handles the start of a session.
    fn open(&self, session: &Session<Self>) -> impl Future<Output = Result>;

    /// Whether the handler of a message is concurrent: messages after it do not wait for it.
    fn is_concurrent(message: &Self::Client) -> bool {
        let _ = message;
        false
    }

    /// Handles a valid message.
    fn message(&self, session: &Session<Self>, message: Self::Client) -> impl Future<Output = Result>;

    /// Handles a binary frame in a JSON session.
    fn binary(&self, session: &Session<Self>, bytes: Vec<u8>) -> impl Future<Output = Result>;

    /// Handles a frame of the type that the session does not accept.
    fn protocol_error(&self, session: &Session<Self>, frame: &Frame) -> impl Future<Output = Result>;

    /// Handles a frame that is not a valid message.
    fn invalid(&self, session: &Session<Self>, error: &ValidationError) -> impl Future<Output = Result>;

    /// Handles an error that another handler of the session returned.
    fn error(&self, session: &Session<Self>, error: &Error) -> impl Future<Output = Result>;

    /// Handles the end of a session. [`Room::len`] counts the session until this returns.
    fn close(&self, session: &Session<Self>, closed: &Closed) -> impl Future<Output = Result>;

    /// Returns new data for a session whose data could not be read after hibernation.
    ///
    /// # Errors
    /// Returns a [`Close`] if the session cannot continue. The client receives it.
    fn migrate(&self, room: &Room<Self>, previous: &PreviousSession) -> Result<Self::Session, Close>;

    /// Handles the timer `name`, one of [`TIMERS`](Self::TIMERS).
    fn timer(&self, room: &Room<Self>, name: &str) -> impl Future<Output = Result>;

    /// Handles a request to `route`, one of [`ROUTES`](Self::ROUTES) or [`FALLBACK`](Self::FALLBACK).
    fn http(
        &self,
        room: &Room<Self>,
        route: &Route,
        parameters: Parameters,
        request: Request,
    ) -> impl Future<Output = Response>;
}

/// The return types of a handler: `()`, or a `Result` whose error converts into an [`Error`].
#[diagnostic::on_unimplemented(
    message = "a handler cannot return `{Self}`",
    label = "neither `()` nor a `Result` whose error is a `std::error::Error`",
    note = "return `websocket_do::Result`, or nothing"
)]
pub trait IntoOutcome {
    /// Converts the value into a [`Result`] without the handler's `Ok` value.
    ///
    /// # Errors
    /// Returns the handler's error.
    fn into_outcome(self) -> Result;
}

impl IntoOutcome for () {
    fn into_outcome(self) -> Result {
        Ok(())
    }
}

/// A function with an output, by which stable Rust can name `!`.
#[doc(hidden)]
pub trait Function {
    /// The output.
    type Output;
}

impl<T> Function for fn() -> T {
    type Output = T;
}

/// The output of a background task that loops forever, `!`.
#[diagnostic::do_not_recommend]
impl IntoOutcome for <fn() -> ! as Function>::Output {
    fn into_outcome(self) -> Result {
        self
    }
}

impl<T, E: Into<Error>> IntoOutcome for Result<T, E> {
    fn into_outcome(self) -> Result {
        self.map(drop).map_err(Into::into)
    }
}
