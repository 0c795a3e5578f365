//! While there is a connection: frames go out and in, and the heart beats.

use tokio::{select, sync::oneshot};

use super::{Closing, Ending, FAREWELL, Stop, Task};
use crate::{
    Closed, SendError,
    client::{
        ClientError, Disconnect, Sent,
        clock::{Instant, sleep_until, spawn, timeout},
        event::Raw,
        heartbeat::{Beat, Pulse},
        sender::Command,
        transport::{Driven, Incoming, Socket},
    },
    codec::Frame,
    connection::heartbeat::{PING, PONG},
};

type Reply = oneshot::Sender<Result<Sent, SendError>>;

/// A connection that is open.
struct Open {
    socket: Socket,
    pulse: Pulse,
    is_writing: bool,
    /// Who waits for it to be written.
    reply: Option<Reply>,
    /// Whether the application is behind, so that nothing is read.
    is_behind: bool,
}

impl Open {
    fn write(&mut self, frame: Frame, reply: Option<Reply>) {
        self.pulse.sent(frame.clone(), Instant::now());
        self.socket.start(frame);
        (self.is_writing, self.reply) = (true, reply);
    }

    fn written(&mut self) {
        self.is_writing = false;
        if let Some(reply) = self.reply.take() {
            // Who does not wait for the answer does not want it.
            let _ = reply.send(Ok(Sent::Now));
        }
    }

    /// Asks the server for a sign of life, if it is time. How it ended, if there was none.
    fn beat(&mut self) -> Option<Closed> {
        let now = Instant::now();
        match self.pulse.beat(self.socket.heard(), now) {
            Beat::Wait => None,
            Beat::Ask => {
                self.socket.start(Frame::Text(PING.to_owned()));
                self.pulse.asked(now);
                None
            }
            Beat::Dead(limit) => Some(Closed::failed(format!("no sign of life within {limit:?}"))),
        }
    }
}

impl Task {
    /// Serves a connection until it is lost.
    pub(super) async fn serve(&mut self, socket: Socket) -> Result<Disconnect, Stop> {
        let opened = Instant::now();
        let pulse = Pulse::new(self.options.heartbeat, opened);
        let mut open = Open { socket, pulse, is_writing: false, reply: None, is_behind: false };
        let closed = loop {
            let has_room = self.hand_over();
            if self.is_abandoned() {
                return Err(Stop::Abandoned);
            }
            if has_room && open.is_behind {
                open.pulse.listens(Instant::now());
            }
            open.is_behind = !has_room;
            if !open.is_writing {
                if let Some(frame) = self.queue.pop() {
                    open.write(frame, None);
                } else if let Some(closing) = self.closing.take() {
                    return Err(Stop::Ended(Box::new(self.part(open, closing).await)));
                }
            } else if self.closing.as_ref().is_some_and(|closing| closing.deadline <= Instant::now()) {
                // What was sent before the close cannot even be written.
                self.report(open.pulse);
                let result = Err(ClientError::Timeout(FAREWELL));
                return Err(Stop::Ended(Box::new(Ending { closed: Closed::lost(), error: None, result })));
            }
            // Checked on each round, as there may be more to read than time to ask.
            if has_room && let Some(closed) = open.beat() {
                break closed;
            }
            if let Some(closed) = self.turn(&mut open).await {
                break closed;
            }
        };
        open.written();
        let mut socket = open.socket;
        // The peer gets the answer to its close, and nobody waits for that. Without a runtime nobody is there to wait.
        let _ = spawn(async move { socket.flush(FAREWELL).await });
        self.report(open.pulse);
        if opened.elapsed() >= self.options.stable_after {
            self.attempts = 0;
        }
        if self.closing.is_some() && self.queue.is_empty() {
            // It was to be closed, and is.
            let result = if closed.is_clean() { Ok(()) } else { Err(lost()) };
            return Err(Stop::Ended(Box::new(Ending { closed, error: None, result })));
        }
        Ok(Disconnect::Closed(closed))
    }

    /// Does the next thing that there is to do. How the connection ended, if it did.
    async fn turn(&mut self, open: &mut Open) -> Option<Closed> {
        let has_room = !open.is_behind;
        let beat = open.pulse.due(open.socket.heard()).filter(|_| has_room);
        let due = beat.into_iter().chain(self.closing.as_ref().map(|closing| closing.deadline)).min();
        let is_free = !open.is_writing && self.closing.is_none() && !self.is_mute;
        select! {
            driven = open.socket.drive(has_room) => match driven {
                Driven::Written => open.written(),
                Driven::Came(Incoming::Frame(Frame::Text(text))) if text == PONG => open.pulse.answered(Instant::now()),
                Driven::Came(Incoming::Frame(frame)) => {
                    open.pulse.heard();
                    // There is room: nothing is read where there is none.
                    let _ = self.events.try_send(Raw::Frame(frame));
                }
                Driven::Came(Incoming::Closed(closed)) => return Some(closed),
            },
            command = self.commands.recv(), if is_free => match command {
                Some(Command::Send(frame, reply)) => open.write(frame, Some(reply)),
                Some(Command::Close(close, reply)) => self.close(close, reply),
                None => self.is_mute = true,
            },
            // That there is room is seen on the next round.
            () = self.events.room(), if !has_room => {}
            () = self.events.closed(), if !self.is_deaf => self.is_deaf = true,
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {}
        }
        None
    }

    /// Takes leave, once all is written that was sent before.
    async fn part(&mut self, mut open: Open, closing: Closing) -> Ending {
        let farewell = async {
            open.socket.close(&closing.close).await;
            loop {
                if let Incoming::Closed(closed) = open.socket.next().await {
                    return closed;
                }
            }
        };
        let (closed, result) = match timeout(FAREWELL, farewell).await {
            Ok(closed) if closed.is_clean() => (closed, Ok(())),
            Ok(closed) => (closed, Err(lost())),
            Err(_) => (Closed::lost(), Err(ClientError::Timeout(FAREWELL))),
        };
        if result.is_err() {
            self.report(open.pulse);
        }
        self.closing = Some(closing);
        Ending { closed, error: None, result }
    }

    /// Tells the application what the server has not confirmed.
    fn report(&mut self, pulse: Pulse) {
        let (frames, more) = pulse.unconfirmed();
        if !frames.is_empty() {
            self.tell(Raw::Undelivered { frames, more, may_have_arrived: true });
        }
    }
}

fn lost() -> ClientError {
    ClientError::Transport("it was lost before the server answered the close".to_owned())
}
