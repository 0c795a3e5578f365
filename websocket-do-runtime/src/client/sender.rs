//! The sending half of a session, and the state shared by both halves and the task.

use std::{
    fmt,
    future::Future,
    marker::PhantomData,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::sync::{mpsc, oneshot, watch};

use super::{
    ClientError, Sent,
    call::{AnswerFuture, CallError, CallFailure, MakeCall, PreparedCall},
    calls::OutgoingCall,
    clock,
};
use crate::{
    Close, Closed, SendError,
    codec::{self, Format, Frame},
    protocol::ClientMessage,
};

/// A command to the task.
#[derive(Debug)]
pub(super) enum Command {
    Send(Frame, oneshot::Sender<Result<Sent, SendError>>),
    Call(OutgoingCall),
    Close(Close, oneshot::Sender<Result<(), ClientError>>),
}

/// The state of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Connecting,
    Open,
    Closed,
}

/// The state shared by both halves and the task.
pub(super) struct Shared {
    format: Format,
    /// How long a call waits for its answer.
    call_timeout: Duration,
    /// How many calls were made: the id of the last one.
    calls: AtomicU64,
    ended: OnceLock<(Closed, Option<ClientError>)>,
    status: watch::Receiver<Status>,
}

impl Shared {
    pub(super) fn new(format: Format, call_timeout: Duration) -> (Arc<Self>, watch::Sender<Status>) {
        let (sender, status) = watch::channel(Status::Connecting);
        let shared = Self { format, call_timeout, calls: AtomicU64::new(0), ended: OnceLock::new(), status };
        (Arc::new(shared), sender)
    }

    pub(super) fn format(&self) -> Format {
        self.format
    }

    pub(super) fn closed(&self) -> Option<&Closed> {
        self.ended.get().map(|(closed, _)| closed)
    }

    /// Records how the session ended; the first call counts.
    pub(super) fn end(&self, closed: Closed, error: Option<ClientError>) {
        let _ = self.ended.set((closed, error));
    }

    /// Returns why the session is over.
    pub(super) fn end_reason(&self) -> ClientError {
        match self.ended.get() {
            Some((_, Some(error))) => error.clone(),
            Some((closed, None)) => ClientError::Closed(closed.clone()),
            None => ClientError::Closed(Closed::lost()),
        }
    }
}

/// The sending half of a session. The messages of one clone keep their order.
pub struct Sender<M: ClientMessage> {
    commands: mpsc::Sender<Command>,
    shared: Arc<Shared>,
    messages: PhantomData<fn(M)>,
}

impl<M: ClientMessage> Sender<M> {
    pub(super) fn new(commands: mpsc::Sender<Command>, shared: Arc<Shared>) -> Self {
        Self { commands, shared, messages: PhantomData }
    }

    /// As [`Reconnecting::send`](super::Reconnecting::send).
    ///
    /// # Errors
    /// As [`Reconnecting::send`](super::Reconnecting::send).
    #[expect(clippy::needless_pass_by_value, reason = "a message that was sent cannot be used again")]
    pub fn send(&self, message: M) -> impl Future<Output = Result<Sent, SendError>> + Send {
        let frame = codec::encode(&message, self.format());
        async move { self.send_frame(frame?).await }
    }

    /// As [`Reconnecting::send_frame`](super::Reconnecting::send_frame).
    ///
    /// # Errors
    /// As [`Reconnecting::send_frame`](super::Reconnecting::send_frame).
    pub async fn send_frame(&self, frame: Frame) -> Result<Sent, SendError> {
        let (reply, sent) = oneshot::channel();
        self.commands.send(Command::Send(frame, reply)).await.map_err(|_| SendError::Closed)?;
        sent.await.unwrap_or(Err(SendError::Closed))
    }

    /// As [`Reconnecting::wait_open`](super::Reconnecting::wait_open).
    ///
    /// # Errors
    /// As [`Reconnecting::wait_open`](super::Reconnecting::wait_open).
    pub async fn wait_open(&self) -> Result<(), ClientError> {
        let mut status = self.shared.status.clone();
        match status.wait_for(|status| *status != Status::Connecting).await.as_deref() {
            Ok(Status::Open) => Ok(()),
            _ => Err(self.shared.end_reason()),
        }
    }

    /// As [`Reconnecting::close`](super::Reconnecting::close).
    ///
    /// # Errors
    /// As [`Reconnecting::close`](super::Reconnecting::close).
    pub async fn close(&self) -> Result<(), ClientError> {
        self.close_with(1000, "").await
    }

    /// As [`Reconnecting::close_with`](super::Reconnecting::close_with).
    ///
    /// # Errors
    /// As [`Reconnecting::close_with`](super::Reconnecting::close_with).
    pub fn close_with(
        &self,
        code: u16,
        reason: impl Into<String>,
    ) -> impl Future<Output = Result<(), ClientError>> + Send {
        let close = Close::new(code, reason);
        async move {
            let (reply, closed) = oneshot::channel();
            match self.commands.send(Command::Close(close?, reply)).await {
                // The task has ended, and the session with it.
                Ok(()) => closed.await.unwrap_or(Ok(())),
                Err(_) => Ok(()),
            }
        }
    }

    /// As [`Reconnecting::closed`](super::Reconnecting::closed).
    pub fn closed(&self) -> Option<&Closed> {
        self.shared.closed()
    }

    /// Returns the format of the session.
    pub fn format(&self) -> Format {
        self.shared.format()
    }
}

impl<M: ClientMessage> MakeCall<M> for Sender<M> {
    type Answer = AnswerFuture<'static>;

    fn prepare(&mut self, message: &M, is_idempotent: bool) -> Result<PreparedCall, CallFailure> {
        let id = self.shared.calls.fetch_add(1, Ordering::Relaxed) + 1;
        PreparedCall::new(message, id, is_idempotent, self.format())
    }

    fn send_call(self, call: PreparedCall, timeout: Option<Duration>) -> AnswerFuture<'static> {
        Box::pin(async move {
            let PreparedCall { id, frame, is_idempotent } = call;
            let (reply, answer) = oneshot::channel();
            let exchange = async {
                let call = OutgoingCall { id, frame, is_idempotent, reply };
                self.commands.send(Command::Call(call)).await.map_err(|_| CallError::Closed)?;
                answer.await.unwrap_or(Err(CallError::Closed))
            };
            let answer = clock::timeout(timeout.unwrap_or(self.shared.call_timeout), exchange).await;
            answer.unwrap_or(Err(CallError::Timeout))
        })
    }
}

impl<M: ClientMessage> Clone for Sender<M> {
    fn clone(&self) -> Self {
        Self::new(self.commands.clone(), self.shared.clone())
    }
}

impl<M: ClientMessage> fmt::Debug for Sender<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("closed", &self.closed()).finish_non_exhaustive()
    }
}
