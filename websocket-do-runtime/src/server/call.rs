//! Calls of a session's client: their answers, and the bound of those that run concurrently. Independent of hosts.

use std::{cell::Cell, rc::Rc};

use crate::{
    Error, IntoOutcome, Result, SendError, ServerMessageOf, Session, WebSocketDo, codec,
    protocol::{
        ClientMessage, Message, ValidationError,
        call::{self, AnyError, CallId, CallValue, CallVariant, ErrorFrame},
    },
    server::handler::Running,
};

/// A call that is being handled, until it is answered.
pub(crate) trait PendingCall {
    /// Returns the id, and records that the call is answered. [`None`] if it was already.
    fn take(&self) -> Option<CallId>;

    /// Records that the call is not answered after all.
    fn put_back(&self, id: CallId);
}

/// A call with an id. Dropped without an answer, by a panic or a restart of the room, it is answered with `internal`.
pub(crate) struct Pending<R: WebSocketDo> {
    session: Session<R>,
    id: Cell<Option<CallId>>,
}

impl<R: WebSocketDo> Pending<R> {
    /// Answers the call with `internal`, unless it is answered.
    fn fail(&self) {
        if let Some(id) = self.take() {
            send_internal(&self.session, Some(&id));
        }
    }

    pub(super) fn new(session: &Session<R>, id: CallId) -> Rc<Self> {
        let pending = Rc::new(Self { session: session.clone(), id: Cell::new(Some(id)) });
        #[cfg(target_arch = "wasm32")]
        in_flight::add(&pending);
        pending
    }
}

impl<R: WebSocketDo> PendingCall for Pending<R> {
    fn take(&self) -> Option<CallId> {
        self.id.take()
    }

    fn put_back(&self, id: CallId) {
        self.id.set(Some(id));
    }
}

impl<R: WebSocketDo> Drop for Pending<R> {
    fn drop(&mut self) {
        self.fail();
    }
}

/// The calls of this wasm instance, which a panic ends without dropping them.
#[cfg(target_arch = "wasm32")]
pub(crate) mod in_flight {
    use std::{
        cell::RefCell,
        rc::{Rc, Weak},
    };

    use super::Pending;
    use crate::WebSocketDo;

    thread_local! {
        static CALLS: RefCell<Vec<Weak<dyn Fail>>> = const { RefCell::new(Vec::new()) };
    }

    trait Fail {
        fn fail(&self);
    }

    impl<R: WebSocketDo> Fail for Pending<R> {
        fn fail(&self) {
            Self::fail(self);
        }
    }

    pub(super) fn add<R: WebSocketDo>(call: &Rc<Pending<R>>) {
        let call: Rc<dyn Fail> = call.clone();
        CALLS.with_borrow_mut(|calls| {
            if calls.len() == calls.capacity() {
                calls.retain(|call| call.strong_count() > 0);
            }
            calls.push(Rc::downgrade(&call));
        });
    }

    /// Answers all with `internal`, as the panic that is being reported ends them.
    pub(crate) fn fail_all() {
        let calls = CALLS.with(|calls| calls.try_borrow_mut().map(|mut calls| std::mem::take(&mut *calls)));
        calls.unwrap_or_default().iter().filter_map(Weak::upgrade).for_each(|call| call.fail());
    }
}

/// Sends an error frame, with the id of the call that it answers.
///
/// # Errors
/// Returns [`SendError::Closed`] if the session is closed.
pub(super) fn send_error<R: WebSocketDo>(
    session: &Session<R>,
    error: &str,
    code: &str,
    path: Option<&str>,
    id: Option<&CallId>,
) -> Result<(), SendError> {
    let name = R::Client::SCHEMA.call_id.unwrap_or_default();
    let frame = ErrorFrame { error, code, path, call: id.map(|id| (name, id)) };
    session.send_frame(&codec::encode_as::<ServerMessageOf<R>, _>(&frame, session.format())?)
}

/// Sends the error frame of a handler that failed.
pub(super) fn send_internal<R: WebSocketDo>(session: &Session<R>, id: Option<&CallId>) {
    // A closed session needs no answer.
    let _ = send_error(session, "Internal error", "internal", None, id);
}

/// Sends the error frame of a frame that is not a valid message.
///
/// # Errors
/// As [`send_error`].
pub(super) fn send_invalid<R: WebSocketDo>(
    session: &Session<R>,
    error: &ValidationError,
    id: Option<&CallId>,
) -> Result<(), SendError> {
    send_error(session, &error.to_string(), error.code().as_str(), Some(error.path()), id)
}

/// Returns the id of the call whose handler is running, if it has one and is not answered yet. The call then counts as answered.
pub(super) fn take_current() -> Option<CallId> {
    Running::with(|running| running.call.take())?.and_then(|call| call.take())
}

/// The values that a handler of a call may return: the reply, or a `Result` of it. With a typed error also `Result<Reply, Error>`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the handler of a call cannot return `{Self}`",
    label = "expected `Result<{Reply}, {Error}>`, as the protocol promises",
    note = "return the type in `#[ws(reply = …)]` or a `websocket_do::Result` of it; with `error = E` also `Result<…, E>`, alone or \
            in a `websocket_do::Result`"
)]
pub trait IntoReply<Reply, Error> {
    /// Converts the value into the reply, or else the typed error.
    ///
    /// # Errors
    /// Returns the handler's error, of which the caller learns only that the call failed.
    fn into_reply(self) -> Result<Result<Reply, Error>>;
}

#[diagnostic::do_not_recommend]
impl<T, E> IntoReply<T, E> for T {
    fn into_reply(self) -> Result<Result<T, E>> {
        Ok(Ok(self))
    }
}

#[diagnostic::do_not_recommend]
impl<T, X: Into<Error>> IntoReply<T, AnyError> for Result<T, X> {
    fn into_reply(self) -> Result<Result<T, AnyError>> {
        self.map(Ok).map_err(Into::into)
    }
}

#[diagnostic::do_not_recommend]
impl<T, E> IntoReply<T, E> for Result<T, E> {
    fn into_reply(self) -> Result<Self> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T, E, X: Into<Error>> IntoReply<T, E> for Result<Result<T, E>, X> {
    fn into_reply(self) -> Result<Result<T, E>> {
        self.map_err(Into::into)
    }
}

/// The variant of the client enum `M` whose name has this hash. Its inherent function takes precedence over that of [`PlainVariant`],
/// so that a variant that is no call needs no impl.
#[doc(hidden)]
#[derive(Debug)]
pub struct Variant<M, const HASH: u64>(M);

impl<M: ClientMessage + CallVariant<HASH>, const HASH: u64> Variant<M, HASH> {
    /// Answers a call with the value that its handler has returned.
    ///
    /// # Errors
    /// Returns the handler's error, or that of a reply which breaks its own rules.
    pub fn finish<R: WebSocketDo<Client = M>>(
        session: &Session<R>,
        value: impl IntoReply<M::Reply, M::Error>,
    ) -> Result {
        answer::<R, M::Reply, M::Error>(session, &value.into_reply()?, M::IS_ABSENT)
    }
}

/// The function of a variant that is no call.
#[doc(hidden)]
pub trait PlainVariant<M> {
    /// Returns the handler's outcome.
    ///
    /// # Errors
    /// Returns the handler's error.
    fn finish<R: WebSocketDo<Client = M>>(_session: &Session<R>, value: impl IntoOutcome) -> Result {
        value.into_outcome()
    }
}

impl<M, const HASH: u64> PlainVariant<M> for Variant<M, HASH> {}

fn answer<R: WebSocketDo, T: CallValue + 'static, E: CallValue>(
    session: &Session<R>,
    result: &Result<T, E>,
    is_absent: fn(&T) -> bool,
) -> Result {
    let Some(pending) = Running::with(|running| running.call.clone()).flatten() else { return Ok(()) };
    let Some(id) = pending.take() else { return Ok(()) };
    match call::reply::<R::Client, T, E>(&id, result, is_absent, session.format()) {
        Ok(frame) => match session.send_frame(&frame) {
            // A closed session needs no answer.
            Ok(()) | Err(SendError::Closed) => Ok(()),
            Err(error) => Err(error.into()),
        },
        Err(error) => {
            pending.put_back(id);
            Err(SendError::Invalid(error).into())
        }
    }
}
