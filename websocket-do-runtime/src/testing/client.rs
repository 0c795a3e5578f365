//! [`TestConnection`], on which the typed client of a [`TestSession`](super::TestSession) sends: its calls run the simulation until they
//! are answered.

use std::{
    future::Future,
    ops::{Deref, DerefMut},
    pin::Pin,
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use futures_util::FutureExt;

use super::{connection, simulation::Simulation};
use crate::{
    Closed, SendError,
    client::{
        CallError, CallFailure, ClientError, Connection, MakeCall, PreparedCall, RawAnswer, SendCall, SendMessage,
    },
    codec::Frame,
    host::millis,
    protocol::ClientMessage,
};

/// The connection of a [`TestSession`](super::TestSession).
#[derive(Debug)]
pub struct TestConnection<M: ClientMessage> {
    connection: Connection<M>,
    in_memory: Option<InMemory>,
}

/// The simulation of a room in memory, and the queues of the connection.
#[derive(Clone)]
struct InMemory {
    simulation: Rc<Simulation>,
    queues: Arc<connection::Connection>,
}

impl std::fmt::Debug for InMemory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InMemory")
    }
}

impl<M: ClientMessage> TestConnection<M> {
    pub(super) fn in_memory(
        connection: Connection<M>,
        simulation: Rc<Simulation>,
        queues: Arc<connection::Connection>,
    ) -> Self {
        Self { connection, in_memory: Some(InMemory { simulation, queues }) }
    }

    /// As [`Connection::wait_for`], in the time of the rooms if they are in memory.
    pub(super) async fn wait_for(
        &mut self,
        mut fits: impl FnMut(&M::Server) -> bool,
        timeout: Duration,
    ) -> Result<M::Server, ClientError> {
        let Some(in_memory) = &self.in_memory else { return self.connection.wait_for(fits, timeout).await };
        if let Some(message) = self.connection.take_unread(&mut fits) {
            return Ok(message);
        }
        let until = in_memory.after(timeout);
        loop {
            match next_frame(&mut self.connection, in_memory, until).await {
                Ok(Some(frame)) => {
                    if let Some(message) = self.connection.take_or_leave(frame, &mut fits) {
                        return Ok(message);
                    }
                }
                Ok(None) => {
                    let closed = self.connection.closed().cloned();
                    return Err(ClientError::Closed(closed.unwrap_or_else(Closed::lost)));
                }
                Err(Elapsed) => return Err(ClientError::Timeout(timeout)),
            }
        }
    }

    pub(super) fn remote(connection: Connection<M>) -> Self {
        Self { connection, in_memory: None }
    }
}

/// Runs the simulation until a frame has arrived, at most up to this time of the rooms. [`None`] if the session is over.
///
/// # Errors
/// Returns an error if no frame arrives in time. The time has then passed.
async fn next_frame<M: ClientMessage>(
    connection: &mut Connection<M>,
    InMemory { simulation, queues }: &InMemory,
    until: u64,
) -> Result<Option<Frame>, Elapsed> {
    loop {
        if simulation.wait_until(until, || queues.has_incoming().then_some(())).await.is_none() {
            simulation.advance(until.saturating_sub(simulation.shared.now.get()));
            return Err(Elapsed);
        }
        // The connection may have ended instead.
        if let Some(frame) = connection.next_frame().now_or_never() {
            return Ok(frame);
        }
    }
}

/// The time limit is over.
struct Elapsed;

impl InMemory {
    /// Returns the time of the rooms after this time.
    fn after(&self, time: Duration) -> u64 {
        self.simulation.shared.now.get().saturating_add(millis(time))
    }
}

impl<M: ClientMessage> Deref for TestConnection<M> {
    type Target = Connection<M>;

    fn deref(&self) -> &Connection<M> {
        &self.connection
    }
}

impl<M: ClientMessage> DerefMut for TestConnection<M> {
    fn deref_mut(&mut self) -> &mut Connection<M> {
        &mut self.connection
    }
}

impl<M: ClientMessage> SendMessage<M> for TestConnection<M> {
    type Sent = ();

    fn send_message(&mut self, message: M) -> impl Future<Output = Result<(), SendError>> + Send {
        self.connection.send_message(message)
    }
}

impl<M: ClientMessage> SendCall<M> for TestConnection<M> {
    type Caller<'a> = &'a mut Self;

    fn caller(&mut self) -> &mut Self {
        self
    }
}

impl<'a, M: ClientMessage> MakeCall<M> for &'a mut TestConnection<M> {
    type Answer = Pin<Box<dyn Future<Output = Result<RawAnswer, CallFailure>> + 'a>>;

    fn prepare(&mut self, message: &M, is_idempotent: bool) -> Result<PreparedCall, CallFailure> {
        (&mut self.connection).prepare(message, is_idempotent)
    }

    fn send_call(self, call: PreparedCall, timeout: Option<Duration>) -> Self::Answer {
        let connection = &mut self.connection;
        let Some(in_memory) = self.in_memory.clone() else {
            return connection.send_call(call, timeout);
        };
        Box::pin(async move {
            let until = in_memory.after(timeout.unwrap_or(connection.call_timeout()));
            connection.send_frame(call.frame).await.map_err(|_| CallError::Closed)?;
            // Calls that wait at once, as with `join!`, are all sent before the simulation runs on.
            tokio::task::yield_now().await;
            loop {
                match next_frame(connection, &in_memory, until).await {
                    Ok(Some(frame)) => {
                        if let Some(answer) = connection.take_answer(frame, call.id) {
                            return Ok(answer);
                        }
                    }
                    Ok(None) => return Err(CallError::Lost),
                    Err(Elapsed) => return Err(CallError::Timeout),
                }
            }
        })
    }
}
