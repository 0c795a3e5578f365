//! The task of a session that reconnects: opens its connections one after the other and serves each.

mod connected;
mod disconnected;

use std::{convert::Infallible, sync::Arc, time::Duration};

use tokio::sync::{mpsc, oneshot, watch};

use super::{
    ClientError, Sent,
    backlog::{EventSender, Notices, Outgoing, Queue, TrySendError},
    call::CallError,
    calls::{Calls, OutgoingCall},
    clock::Instant,
    event::RawEvent,
    options::Options,
    sender::{Command, Shared, Status},
    transport::Socket,
};
use crate::{Close, Closed, SendError, codec::Frame};

/// The time for a connection to be made so that a close can be sent, and again for the close to be answered.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// Which commands the task still takes.
enum Phase {
    /// All.
    Running,
    /// None, as a close is requested.
    Closing(CloseRequest),
    /// None, as all senders are dropped.
    SendersGone,
}

/// A close that the application has requested.
struct CloseRequest {
    close: Close,
    reply: oneshot::Sender<Result<(), ClientError>>,
    deadline: Instant,
}

/// How a session ended.
struct Ending {
    closed: Closed,
    /// The error of the last attempt to connect, if that is the cause.
    error: Option<ClientError>,
    /// The result of the requested close.
    result: Result<(), ClientError>,
}

/// Why the task stops.
enum Stop {
    Ended(Box<Ending>),
    /// Both halves of the session are dropped.
    Abandoned,
}

impl From<Ending> for Stop {
    fn from(ending: Ending) -> Self {
        Self::Ended(Box::new(ending))
    }
}

pub(super) struct Task {
    options: Arc<Options>,
    commands: mpsc::Receiver<Command>,
    phase: Phase,
    events: EventSender,
    receiver_gone: bool,
    /// Events that the application gets before any further frames of the server.
    notices: Notices,
    /// Messages and calls waiting for a connection.
    queue: Queue,
    calls: Calls,
    shared: Arc<Shared>,
    status: watch::Sender<Status>,
    /// Attempts since the last stable connection.
    attempts: u32,
}

impl Task {
    pub(super) fn new(
        options: Options,
        commands: mpsc::Receiver<Command>,
        events: EventSender,
        calls: Calls,
        shared: Arc<Shared>,
        status: watch::Sender<Status>,
    ) -> Self {
        Self {
            queue: Queue::new(options.queue, options.queue_bytes),
            options: Arc::new(options),
            commands,
            phase: Phase::Running,
            events,
            receiver_gone: false,
            notices: Notices::default(),
            calls,
            shared,
            status,
            attempts: 0,
        }
    }

    /// Runs until the session ends or is dropped.
    pub(super) async fn run(mut self, socket: Option<Socket>) {
        let Err(stop) = self.serve_connections(socket).await;
        if let Stop::Ended(ending) = stop {
            self.finish(*ending).await;
        }
    }

    async fn serve_connections(&mut self, socket: Option<Socket>) -> Result<Infallible, Stop> {
        let mut socket = match socket {
            Some(socket) => socket,
            None => self.connect().await?,
        };
        let mut opened = RawEvent::Opened;
        loop {
            self.status.send_replace(Status::Open);
            self.notify(opened);
            let disconnect = self.serve(socket).await?;
            self.status.send_replace(Status::Connecting);
            socket = self.reconnect(disconnect).await?;
            opened = RawEvent::Reconnected { attempts: self.attempts };
        }
    }

    /// Adds an event, which the application gets as soon as it reads.
    fn notify(&mut self, notice: RawEvent) {
        self.notices.push(notice);
        self.send_notices();
    }

    /// Sends notices while there is capacity. Returns whether all are sent and there is capacity for a frame. While a call waits for
    /// its answer, the buffer is bounded by its bytes alone.
    fn send_notices(&mut self) -> bool {
        let calls_wait = self.calls.are_waiting();
        while let Some(notice) = self.notices.pop() {
            match self.events.try_send(notice, calls_wait) {
                Ok(()) => {}
                Err(TrySendError::Full(notice)) => {
                    self.notices.push_front(notice);
                    return false;
                }
                Err(TrySendError::Closed) => {
                    self.notices.clear();
                    self.receiver_gone = true;
                }
            }
        }
        self.receiver_gone || self.events.has_capacity(calls_wait)
    }

    fn is_abandoned(&self) -> bool {
        matches!(self.phase, Phase::SendersGone) && self.receiver_gone
    }

    fn takes_commands(&self) -> bool {
        matches!(self.phase, Phase::Running)
    }

    fn close_deadline(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Closing(request) => Some(request.deadline),
            Phase::Running | Phase::SendersGone => None,
        }
    }

    /// Queues a message while there is no connection.
    fn enqueue(&mut self, frame: Frame, reply: oneshot::Sender<Result<Sent, SendError>>) {
        let result = self.queue.push(Outgoing::Message(frame)).map(|()| Sent::Queued).map_err(|_| SendError::Full);
        // Fails if the caller no longer waits.
        let _ = reply.send(result);
    }

    /// Queues a call while there is no connection.
    fn enqueue_call(&mut self, call: OutgoingCall) {
        if let Err(Outgoing::Call(call)) = self.queue.push(Outgoing::Call(call)) {
            call.fail(CallError::Busy);
        }
    }

    fn request_close(&mut self, close: Close, reply: oneshot::Sender<Result<(), ClientError>>) {
        self.queue.remove_forgotten();
        self.phase = Phase::Closing(CloseRequest { close, reply, deadline: Instant::now() + CLOSE_TIMEOUT });
    }

    /// Reports the end of the session, answers the commands that are left, and waits until the application has read all notices.
    async fn finish(mut self, ending: Ending) {
        let Ending { closed, error, result } = ending;
        self.shared.end(closed.clone(), error.clone());
        self.status.send_replace(Status::Closed);
        // No call is sent again, as there will be no connection.
        for call in self.calls.lose() {
            call.fail(CallError::Lost);
        }
        let frames = self.queue.take();
        if !frames.is_empty() {
            self.notify(RawEvent::Undelivered { frames, omitted: 0, may_have_arrived: false });
        }
        if let Some(error) = error {
            self.notify(RawEvent::Error(error));
        }
        self.notify(RawEvent::Closed(closed));
        if let Phase::Closing(request) = std::mem::replace(&mut self.phase, Phase::Running) {
            let _ = request.reply.send(result);
        }
        self.commands.close();
        while let Some(command) = self.commands.recv().await {
            match command {
                Command::Send(_, reply) => drop(reply.send(Err(SendError::Closed))),
                Command::Call(call) => call.fail(CallError::Closed),
                Command::Close(_, reply) => drop(reply.send(Ok(()))),
            }
        }
        while !self.send_notices() && !self.notices.is_empty() {
            self.events.capacity().await;
        }
    }
}
