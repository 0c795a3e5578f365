//! While there is no connection: attempts to open one, and what is sent meanwhile waits.

use std::{future::Future, pin::pin, time::Duration};

use tokio::select;

use super::{Ending, Stop, Task};
use crate::{
    Closed,
    client::{
        ClientError, Disconnect,
        clock::{Instant, pause, sleep_until},
        event::Raw,
        sender::Command,
        transport::Socket,
    },
};

impl Task {
    /// Opens the first connection of a session that has none yet.
    pub(super) async fn first(&mut self) -> Result<Socket, Stop> {
        self.while_away(pause(Duration::ZERO), true).await;
        match self.attempt().await? {
            Ok(socket) => Ok(socket),
            Err(loss) => self.again(loss).await,
        }
    }

    /// Tries until there is a connection, or no use in trying.
    pub(super) async fn again(&mut self, mut loss: Disconnect) -> Result<Socket, Stop> {
        loop {
            if self.is_done() {
                return Err(Stop::Ended(Box::new(self.unopened())));
            }
            let attempt = self.attempts.saturating_add(1);
            if !self.options.goes_on(&loss, attempt) {
                return Err(Stop::Ended(Box::new(Self::given_up(loss))));
            }
            self.attempts = attempt;
            let delay = self.options.delay(&loss, attempt);
            self.tell(Raw::Reconnecting { attempt, delay, why: loss });
            self.while_away(pause(delay), true).await;
            match self.attempt().await? {
                Ok(socket) => return Ok(socket),
                Err(failed) => loss = failed,
            }
        }
    }

    async fn attempt(&mut self) -> Result<Result<Socket, Disconnect>, Stop> {
        let (options, format) = (self.options.clone(), self.shared.format());
        match self.while_away(options.attempt_in(format), false).await {
            Some(opened) => Ok(opened.map_err(Disconnect::Failed)),
            None if self.is_abandoned() => Err(Stop::Abandoned),
            None => Err(Stop::Ended(Box::new(self.unopened()))),
        }
    }

    /// Attends to the application while something else goes on. None where that is of no use any more; a mere wait also ends
    /// where the application wants the session closed.
    async fn while_away<T>(&mut self, future: impl Future<Output = T>, is_wait: bool) -> Option<T> {
        let mut future = pin!(future);
        loop {
            let has_room = self.hand_over();
            if self.is_abandoned() || self.is_done() {
                return None;
            }
            let deadline = self.closing.as_ref().map(|closing| closing.deadline);
            let is_free = self.closing.is_none() && !self.is_mute;
            select! {
                done = &mut future => return Some(done),
                command = self.commands.recv(), if is_free => match command {
                    Some(Command::Send(frame, reply)) => self.keep(frame, reply),
                    Some(Command::Close(close, reply)) => {
                        self.close(close, reply);
                        if is_wait {
                            return None;
                        }
                    }
                    None => self.is_mute = true,
                },
                () = self.events.room(), if !has_room => {}
                () = self.events.closed(), if !self.is_deaf => self.is_deaf = true,
                () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => {}
            }
        }
    }

    /// Whether the session is to be closed, and has nothing to send before or no time left for it.
    fn is_done(&self) -> bool {
        self.closing.as_ref().is_some_and(|closing| self.queue.is_empty() || closing.deadline <= Instant::now())
    }

    /// A session that is closed while it has no connection.
    fn unopened(&self) -> Ending {
        let undelivered = || ClientError::Transport("there was none to deliver what was queued".to_owned());
        let result = if self.queue.is_empty() { Ok(()) } else { Err(undelivered()) };
        Ending { closed: Closed::lost(), error: None, result }
    }

    /// A session whose connection is lost for good.
    fn given_up(loss: Disconnect) -> Ending {
        match loss {
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
}
