//! The task while there is a connection: sends and receives frames, and checks the heartbeat.

use tokio::{select, sync::oneshot};

use super::{CLOSE_TIMEOUT, Ending, Phase, Stop, Task};
use crate::{
    Close, Closed, SendError,
    client::{
        ClientError, Disconnect, Sent,
        backlog::Outgoing,
        calls::OutgoingCall,
        clock::{Instant, sleep_until, spawn, timeout},
        event::RawEvent,
        heartbeat::{Action, Heartbeat},
        sender::Command,
        transport::{Incoming, Progress, Socket},
    },
    codec::Frame,
    connection::heartbeat::{PING, PONG},
};

type Reply = oneshot::Sender<Result<Sent, SendError>>;

/// An open connection.
struct Open {
    socket: Socket,
    heartbeat: Heartbeat,
    is_writing: bool,
    /// The caller that waits until the frame is written.
    reply: Option<Reply>,
    /// Whether reading is paused because the event buffer is full.
    is_paused: bool,
}

impl Open {
    fn write(&mut self, frame: Frame, reply: Option<Reply>) {
        self.heartbeat.frame_sent(Some(frame.clone()), Instant::now());
        self.socket.start(frame);
        (self.is_writing, self.reply) = (true, reply);
    }

    fn write_call(&mut self, frame: Frame) {
        self.heartbeat.frame_sent(None, Instant::now());
        self.socket.start(frame);
        self.is_writing = true;
    }

    fn written(&mut self) {
        self.is_writing = false;
        if let Some(reply) = self.reply.take() {
            // Fails if the caller no longer waits.
            let _ = reply.send(Ok(Sent::Now));
        }
    }

    /// Sends a ping if one is due. Returns how the connection ended if the last one was not answered in time.
    fn check_heartbeat(&mut self) -> Option<Closed> {
        let now = Instant::now();
        match self.heartbeat.check(self.socket.last_activity(), now) {
            Action::Wait => None,
            Action::Ping => {
                self.socket.start(Frame::Text(PING.to_owned()));
                self.heartbeat.ping_sent(now);
                None
            }
            Action::Disconnect(timeout) => Some(Closed::failed(format!("no sign of life within {timeout:?}"))),
        }
    }
}

impl Task {
    /// Serves a connection until it ends.
    pub(super) async fn serve(&mut self, socket: Socket) -> Result<Disconnect, Stop> {
        let opened_at = Instant::now();
        let heartbeat = Heartbeat::new(self.options.heartbeat, opened_at);
        let mut open = Open { socket, heartbeat, is_writing: false, reply: None, is_paused: false };
        let closed = loop {
            let can_read = self.send_notices();
            if self.is_abandoned() {
                return Err(Stop::Abandoned);
            }
            if can_read && open.is_paused {
                open.heartbeat.reading_resumed(Instant::now());
            }
            open.is_paused = !can_read;
            if !open.is_writing {
                if let Some(outgoing) = self.queue.pop() {
                    match outgoing {
                        Outgoing::Message(frame) => open.write(frame, None),
                        Outgoing::Call(call) => self.send_call(&mut open, call),
                    }
                } else if let Phase::Closing(request) = &self.phase {
                    let (result, closed) = close(&mut open.socket, &request.close).await;
                    if result.is_err() {
                        self.report_undelivered(open.heartbeat);
                    }
                    return Err(Ending { closed, error: None, result }.into());
                }
            } else if self.close_deadline().is_some_and(|deadline| deadline <= Instant::now()) {
                // A frame sent before the close cannot be written.
                self.report_undelivered(open.heartbeat);
                let result = Err(ClientError::Timeout(CLOSE_TIMEOUT));
                return Err(Ending { closed: Closed::lost(), error: None, result }.into());
            }
            // Checked on each turn: `select!` may find frames to read each time.
            if can_read && let Some(closed) = open.check_heartbeat() {
                break closed;
            }
            if let Some(closed) = self.turn(&mut open).await {
                break closed;
            }
        };
        open.written();
        let mut socket = open.socket;
        // Lets the answer to the peer's close frame be written in the background. Fails only without a runtime.
        let _ = spawn(async move { socket.flush(CLOSE_TIMEOUT).await });
        self.report_undelivered(open.heartbeat);
        let again = self.calls.lose();
        self.queue.push_front(again);
        if opened_at.elapsed() >= self.options.stable_after {
            self.attempts = 0;
        }
        if matches!(self.phase, Phase::Closing(_)) && self.queue.is_empty() {
            let result = if closed.is_clean() { Ok(()) } else { Err(lost_before_answer()) };
            return Err(Ending { closed, error: None, result }.into());
        }
        Ok(Disconnect::Closed(closed))
    }

    /// Waits for one thing to happen and handles it. Returns how the connection ended, if it did.
    async fn turn(&mut self, open: &mut Open) -> Option<Closed> {
        let can_read = !open.is_paused;
        let heartbeat = open.heartbeat.due(open.socket.last_activity()).filter(|_| can_read);
        let due = heartbeat.into_iter().chain(self.close_deadline()).min();
        let takes_commands = !open.is_writing && self.takes_commands();
        select! {
            progress = open.socket.drive(can_read) => match progress {
                Progress::Written => open.written(),
                Progress::Received(Incoming::Frame(Frame::Text(text))) if text == PONG => {
                    open.heartbeat.pong_received(Instant::now());
                }
                Progress::Received(Incoming::Frame(frame)) => {
                    open.heartbeat.frame_received(Instant::now());
                    let calls_wait = self.calls.are_waiting();
                    if let Some(frame) = self.calls.take_answer(frame) {
                        // There is capacity, as frames are read only then.
                        let _ = self.events.try_send(RawEvent::Frame(frame), calls_wait);
                    }
                }
                Progress::Received(Incoming::Closed(closed)) => return Some(closed),
            },
            command = self.commands.recv(), if takes_commands => match command {
                Some(Command::Send(frame, reply)) => open.write(frame, Some(reply)),
                Some(Command::Call(call)) => self.send_call(open, call),
                Some(Command::Close(close, reply)) => self.request_close(close, reply),
                None => self.phase = Phase::SendersGone,
            },
            // The next turn reads again.
            () = self.events.capacity(), if !can_read => {}
            () = self.events.closed(), if !self.receiver_gone => self.receiver_gone = true,
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {}
        }
        None
    }

    fn send_call(&mut self, open: &mut Open, call: OutgoingCall) {
        open.write_call(call.frame.clone());
        self.calls.add(call);
    }

    /// Reports the frames whose arrival the server has not confirmed.
    fn report_undelivered(&mut self, heartbeat: Heartbeat) {
        let (frames, omitted) = heartbeat.into_unacknowledged().into_frames();
        if !frames.is_empty() {
            self.notify(RawEvent::Undelivered { frames, omitted, may_have_arrived: true });
        }
    }
}

/// Sends the close frame, once all frames before it are written, and waits for the answer.
async fn close(socket: &mut Socket, close: &Close) -> (Result<(), ClientError>, Closed) {
    let answer = async {
        socket.close(close).await;
        loop {
            if let Incoming::Closed(closed) = socket.next().await {
                return closed;
            }
        }
    };
    match timeout(CLOSE_TIMEOUT, answer).await {
        Ok(closed) if closed.is_clean() => (Ok(()), closed),
        Ok(closed) => (Err(lost_before_answer()), closed),
        Err(_) => (Err(ClientError::Timeout(CLOSE_TIMEOUT)), Closed::lost()),
    }
}

fn lost_before_answer() -> ClientError {
    ClientError::Transport("it was lost before the server answered the close".to_owned())
}
