//! Receiving in a test: the next message, error or end of a session, recorded for the report of a failure.

use std::{
    fmt::{Debug, Display},
    time::Duration,
};

use futures_util::FutureExt;
use tokio::time::timeout;

use super::{session::TestSession, simulation::RECEIVE_TIMEOUT, trace::short};
use crate::{
    Closed, ServerMessageOf, WebSocketDo,
    client::{ClientError, TypedClient},
};

/// How long to wait for messages of a room on a server, in real time.
const SETTLE_TIME: Duration = Duration::from_millis(250);

/// The result of waiting for a frame.
pub(super) enum Received<R: WebSocketDo> {
    Message(ServerMessageOf<R>),
    Error(ClientError),
    Closed(Closed),
    Nothing,
}

impl<R: WebSocketDo> TestSession<R>
where
    R::Client: TypedClient,
{
    /// Waits for the next message, up to five seconds of the room's time.
    pub(super) async fn receive(&mut self) -> Received<R>
    where
        ServerMessageOf<R>: Debug,
    {
        if let Some(item) = self.client.next_unread() {
            return self.record(Some(Some(item)));
        }
        let received = match self.in_memory() {
            None => timeout(Duration::from_millis(RECEIVE_TIMEOUT), self.client.next()).await.ok(),
            Some(_) => loop {
                let Some((simulation, connection)) = self.in_memory() else { break None };
                if simulation.wait_for(|| connection.has_incoming().then_some(())).await.is_none() {
                    break None;
                }
                // The client does not return the answer to a ping.
                if let Some(received) = self.client.next().now_or_never() {
                    break Some(received);
                }
            },
        };
        self.record(received)
    }

    /// Returns the next message that was received already, or is without time passing.
    pub(super) async fn receive_now(&mut self) -> Received<R>
    where
        ServerMessageOf<R>: Debug,
    {
        if let Some(item) = self.client.next_unread() {
            return self.record(Some(Some(item)));
        }
        if self.client.closed().is_some() {
            return Received::Nothing;
        }
        let received = match self.in_memory() {
            None => {
                // The host answers the ping itself, without waiting for the room.
                tokio::time::sleep(SETTLE_TIME).await;
                self.client.next_before_pong().await
            }
            Some((simulation, _)) => {
                simulation.settle();
                self.client.next().now_or_never()
            }
        };
        self.record(received)
    }

    /// Records what was received, for the report of a failure.
    #[expect(clippy::option_option, reason = "the outer is whether anything was received, the inner the end")]
    fn record(&mut self, received: Option<Option<Result<ServerMessageOf<R>, ClientError>>>) -> Received<R>
    where
        ServerMessageOf<R>: Debug,
    {
        let received = match received {
            None => Received::Nothing,
            Some(Some(Ok(message))) => Received::Message(message),
            Some(Some(Err(error))) => Received::Error(error),
            Some(None) => Received::Closed(self.client.closed().cloned().unwrap_or_else(Closed::lost)),
        };
        if !matches!(received, Received::Nothing) {
            self.received.push(received.to_string());
        }
        received
    }
}

impl<R: WebSocketDo> Display for Received<R>
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
