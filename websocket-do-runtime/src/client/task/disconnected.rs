//! The task while there is no connection: attempts to open one, while messages are queued.

use std::{future::Future, pin::pin, time::Duration};

use tokio::select;

use super::{Ending, Phase, Stop, Task};
use crate::{
    Closed,
    client::{
        ClientError, Disconnect,
        clock::{Instant, pause, sleep_until},
        event::RawEvent,
        sender::Command,
        transport::Socket,
    },
};

impl Task {
    /// Opens the first connection.
    pub(super) async fn connect(&mut self) -> Result<Socket, Stop> {
        self.serve_during(pause(Duration::ZERO), true).await;
        match self.attempt().await? {
            Ok(socket) => Ok(socket),
            Err(disconnect) => self.reconnect(disconnect).await,
        }
    }

    /// Makes attempts until there is a connection, or the options end the session.
    pub(super) async fn reconnect(&mut self, mut disconnect: Disconnect) -> Result<Socket, Stop> {
        loop {
            if self.can_close() {
                return Err(self.closed_without_connection().into());
            }
            let attempt = self.attempts.saturating_add(1);
            if !self.options.should_retry(&disconnect, attempt) {
                return Err(given_up(disconnect).into());
            }
            self.attempts = attempt;
            let delay = self.options.delay(&disconnect, attempt);
            self.notify(RawEvent::Reconnecting { attempt, delay, reason: disconnect });
            self.serve_during(pause(delay), true).await;
            match self.attempt().await? {
                Ok(socket) => return Ok(socket),
                Err(failed) => disconnect = failed,
            }
        }
    }

    async fn attempt(&mut self) -> Result<Result<Socket, Disconnect>, Stop> {
        let (options, format) = (self.options.clone(), self.shared.format());
        match self.serve_during(options.open_with_format(format), false).await {
            Some(opened) => Ok(opened.map_err(Disconnect::Failed)),
            None if self.is_abandoned() => Err(Stop::Abandoned),
            None => Err(self.closed_without_connection().into()),
        }
    }

    /// Handles commands until the future completes. Returns `None` if the session is dropped or can be closed before; a delay
    /// (`is_delay`) also ends when a close is requested, so that its messages are delivered without waiting.
    async fn serve_during<T>(&mut self, future: impl Future<Output = T>, is_delay: bool) -> Option<T> {
        let mut future = pin!(future);
        loop {
            let has_capacity = self.send_notices();
            if self.is_abandoned() || self.can_close() {
                return None;
            }
            let deadline = self.close_deadline();
            let takes_commands = self.takes_commands();
            select! {
                output = &mut future => return Some(output),
                command = self.commands.recv(), if takes_commands => match command {
                    Some(Command::Send(frame, reply)) => self.enqueue(frame, reply),
                    Some(Command::Call(call)) => self.enqueue_call(call),
                    Some(Command::Close(close, reply)) => {
                        self.request_close(close, reply);
                        if is_delay {
                            return None;
                        }
                    }
                    None => self.phase = Phase::SendersGone,
                },
                () = self.events.capacity(), if !has_capacity => {}
                () = self.events.closed(), if !self.receiver_gone => self.receiver_gone = true,
                () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => {}
            }
        }
    }

    /// Whether a close is requested, and nothing is queued or the time to deliver it is over.
    fn can_close(&self) -> bool {
        self.close_deadline().is_some_and(|deadline| self.queue.is_empty() || deadline <= Instant::now())
    }

    fn closed_without_connection(&self) -> Ending {
        let undelivered = || ClientError::Transport("there was none to deliver the queued messages".to_owned());
        let result = if self.queue.is_empty() { Ok(()) } else { Err(undelivered()) };
        Ending { closed: Closed::lost(), error: None, result }
    }
}

/// The end of a session after the last attempt.
fn given_up(disconnect: Disconnect) -> Ending {
    match disconnect {
        Disconnect::Closed(closed) => {
            let result = Err(ClientError::Closed(closed.clone()));
            Ending { closed, error: None, result }
        }
        Disconnect::Failed(error) => {
            let closed = Closed::failed(error.to_string());
            Ending { closed, error: Some(error.clone()), result: Err(error) }
        }
    }
}
