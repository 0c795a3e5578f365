//! A call: sends a message with an id, and is the future of its answer. The senders wait for the frame; this file decodes it.

use std::{
    error::Error,
    fmt,
    future::Future,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use serde_json::{Map, Value};

use crate::{
    codec::{self, Format, Frame},
    protocol::{
        ClientMessage, ValidationCode, ValidationError,
        call::{self, Answer, AnswerKind, CallId, CallValue, NoError},
    },
};

/// Why a call has no reply.
///
/// ```
/// # use websocket_do_runtime::client::CallError;
/// /// Whether the call was certainly not carried out.
/// fn may_repeat<E>(error: &CallError<E>) -> bool {
///     matches!(error, CallError::Busy | CallError::Closed)
/// }
///
/// assert!(may_repeat(&CallError::<std::fmt::Error>::Busy));
/// assert_eq!(CallError::<std::fmt::Error>::Failed.to_string(), "the call failed on the server");
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum CallError<E = NoError> {
    /// The handler answered with this error, of the type in `#[ws(error = …)]`.
    Refused(E),
    /// The call breaks one of its rules, and is not carried out; or its reply does.
    Invalid(ValidationError),
    /// The handler failed. The server has logged why.
    Failed,
    /// There was no answer in time. The call may have been carried out, unless it was never sent.
    Timeout,
    /// The connection ended before the answer. The call may have been carried out.
    Lost,
    /// The session is over, and the call was not sent.
    Closed,
    /// The call is not carried out: too many concurrent calls of the session are unanswered, or there is no connection and the
    /// client's queue is full.
    Busy,
}

impl<E: fmt::Debug> fmt::Display for CallError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => write!(f, "the call was refused: {error:?}"),
            Self::Invalid(error) => write!(f, "the call or its reply is not valid: {error}"),
            Self::Failed => f.write_str("the call failed on the server"),
            Self::Timeout => f.write_str("the call was not answered in time"),
            Self::Lost => f.write_str("the connection was lost before the call was answered"),
            Self::Closed => f.write_str("the session is closed"),
            Self::Busy => f.write_str("too many calls are unanswered"),
        }
    }
}

impl<E: fmt::Debug> Error for CallError<E> {}

/// Why no frame answers a call.
pub(crate) type CallFailure = CallError;

/// The frame that answers a call.
#[doc(hidden)]
#[derive(Debug)]
pub struct RawAnswer {
    pub(crate) frame: Frame,
    pub(crate) kind: AnswerKind,
}

/// A future that is boxed, as callers name its type.
pub(crate) type AnswerFuture<'a> = Pin<Box<dyn Future<Output = Result<RawAnswer, CallFailure>> + Send + 'a>>;

/// A call that is to be sent.
#[doc(hidden)]
#[derive(Debug)]
pub struct PreparedCall {
    pub(crate) id: u64,
    pub(crate) frame: Frame,
    pub(crate) is_idempotent: bool,
}

impl PreparedCall {
    /// Checks a call and writes it with this id.
    pub(super) fn new<M: ClientMessage>(
        message: &M,
        id: u64,
        is_idempotent: bool,
        format: Format,
    ) -> Result<Self, CallFailure> {
        let frame = call::call(message, &CallId::Integer(id), format).map_err(CallError::Invalid)?;
        Ok(Self { id, frame, is_idempotent })
    }
}

/// Sends calls and waits for their answers: the part of [`SendMessage`](super::SendMessage) that a [`Call`] holds.
#[doc(hidden)]
pub trait MakeCall<M: ClientMessage> {
    /// The future of the answer.
    type Answer: Future<Output = Result<RawAnswer, CallError>> + Unpin;

    /// Checks a call and gives it an id.
    ///
    /// # Errors
    /// Returns [`CallError::Invalid`] if it breaks one of its rules.
    fn prepare(&mut self, message: &M, is_idempotent: bool) -> Result<PreparedCall, CallError>;

    /// Sends a call, and waits for its answer: for `timeout`, or the time of the session.
    fn send_call(self, call: PreparedCall, timeout: Option<Duration>) -> Self::Answer;
}

/// A call of the room: the future of its reply, which the typed client's method returns. It is sent when it is first polled.
///
/// The reply is an error of the type [`CallError`] if the room refuses the call, if it fails, or if there is no answer in time. If the
/// future is dropped, the call may still be carried out, and its answer is dropped.
///
/// ```no_run
/// # use std::time::Duration;
/// # use websocket_do_runtime::client::{Call, CallError, MakeCall};
/// # use websocket_do_runtime::protocol::ClientMessage;
/// # async fn example<K: MakeCall<M> + Unpin, M: ClientMessage>(history: Call<K, M, Vec<String>>) {
/// // `room.history(20)` returns a call.
/// match history.timeout(Duration::from_secs(5)).await {
///     Ok(said) => println!("{} messages", said.len()),
///     Err(CallError::Timeout) => println!("no answer within 5 seconds"),
///     Err(error) => println!("{error}"),
/// }
/// # }
/// ```
#[must_use = "a call is sent when it is awaited"]
pub struct Call<K: MakeCall<M>, M: ClientMessage, T, E = NoError> {
    state: State<K, K::Answer>,
    types: PhantomData<fn(M) -> (T, E)>,
}

enum State<K, A> {
    Ready { maker: K, call: Result<PreparedCall, CallFailure>, timeout: Option<Duration> },
    Sent(A),
    Done,
}

impl<K: MakeCall<M>, M: ClientMessage, T, E> Call<K, M, T, E> {
    /// Creates a call. Generated code uses it.
    #[doc(hidden)]
    pub fn new(mut maker: K, message: &M, is_idempotent: bool) -> Self {
        let call = maker.prepare(message, is_idempotent);
        Self { state: State::Ready { maker, call, timeout: None }, types: PhantomData }
    }

    /// Sets how long the call waits for its answer, from the first poll on, with the time in the queue while there is no connection.
    /// The default is that of [`Builder::call_timeout`](super::Builder::call_timeout). Has no effect on a call that is already sent.
    pub fn timeout(mut self, time: Duration) -> Self {
        if let State::Ready { timeout, .. } = &mut self.state {
            *timeout = Some(time);
        }
        self
    }
}

impl<K, M, T, E> Future for Call<K, M, T, E>
where
    K: MakeCall<M> + Unpin,
    M: ClientMessage,
    T: CallValue,
    E: CallValue,
{
    type Output = Result<T, CallError<E>>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let state = &mut self.get_mut().state;
        if matches!(state, State::Ready { .. })
            && let State::Ready { maker, call, timeout } = std::mem::replace(state, State::Done)
        {
            match call {
                Ok(call) => *state = State::Sent(maker.send_call(call, timeout)),
                Err(failure) => return Poll::Ready(Err(CallError::of(failure))),
            }
        }
        // Nothing comes after the answer.
        let State::Sent(answer) = state else { return Poll::Pending };
        let answer = ready!(Pin::new(answer).poll(context));
        *state = State::Done;
        Poll::Ready(answer.map_err(CallError::of).and_then(|answer| read::<M, T, E>(&answer)))
    }
}

impl<E> CallError<E> {
    /// Converts the error of a call without a typed error.
    fn of(failure: CallFailure) -> Self {
        match failure {
            // There is no such value.
            CallError::Refused(_) | CallError::Failed => Self::Failed,
            CallError::Invalid(error) => Self::Invalid(error),
            CallError::Timeout => Self::Timeout,
            CallError::Lost => Self::Lost,
            CallError::Closed => Self::Closed,
            CallError::Busy => Self::Busy,
        }
    }
}

impl<K: MakeCall<M>, M: ClientMessage, T, E> fmt::Debug for Call<K, M, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}

/// Decodes the frame that answers a call.
fn read<M: ClientMessage, T: CallValue, E: CallValue>(answer: &RawAnswer) -> Result<T, CallError<E>> {
    match answer.kind {
        AnswerKind::Reply => match call::answer::<M, T, E>(&answer.frame) {
            Ok(Answer::Value(value)) => Ok(value),
            Ok(Answer::Error(error)) => Err(CallError::Refused(error)),
            Err(error) => Err(CallError::Invalid(error)),
        },
        AnswerKind::Error => Err(reported::<M, E>(&answer.frame)),
    }
}

/// Reads the error frame that answers a call.
fn reported<M: ClientMessage, E>(frame: &Frame) -> CallError<E> {
    let object: Map<String, Value> = codec::decode_as::<M::Server, _>(frame).unwrap_or_default();
    let text = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default();
    match (text("code"), text("path")) {
        ("busy", _) => CallError::Busy,
        (code, path) => match ValidationCode::of(code) {
            Some(code) => {
                let message = text("error");
                // The message begins with the path.
                let message = message.strip_prefix(&format!("`{path}` ")).unwrap_or(message).to_owned();
                CallError::Invalid(ValidationError::new(code, message).within(path))
            }
            None => CallError::Failed,
        },
    }
}
