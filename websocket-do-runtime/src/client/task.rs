//! The task that owns a session's connection: opens it, serves it, and opens the next.

mod connected;
mod disconnected;

use std::{convert::Infallible, sync::Arc, time::Duration};

use tokio::sync::{mpsc, oneshot, watch};

use super::{
    ClientError, Sent,
    backlog::{EventSender, Notices, Queue, Unsent},
    clock::Instant,
    event::Raw,
    options::Options,
    sender::{Command, Shared, Status},
    transport::Socket,
};
use crate::{Close, Closed, SendError, codec::Frame};

/// How long a close may take: to get a connection where there is none, and to be answered.
const FAREWELL: Duration = Duration::from_secs(5);

/// A close that was asked for.
struct Closing {
    close: Close,
    reply: oneshot::Sender<Result<(), ClientError>>,
    deadline: Instant,
}

/// How a session ends.
struct Ending {
    closed: Closed,
    /// Why, if the last attempt failed.
    error: Option<ClientError>,
    /// What who asked for the close is told.
    result: Result<(), ClientError>,
}

/// Why the task has nothing more to do.
enum Stop {
    Ended(Box<Ending>),
    /// Nobody is there any more.
    Abandoned,
}

pub(super) struct Task {
    options: Arc<Options>,
    commands: mpsc::Receiver<Command>,
    /// Nobody can send any more.
    is_mute: bool,
    closing: Option<Closing>,
    events: EventSender,
    /// Nobody can receive any more.
    is_deaf: bool,
    /// What the application is still to be told before it gets more of the server's frames.
    notices: Notices,
    /// What waits for a connection.
    queue: Queue,
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
        shared: Arc<Shared>,
        status: watch::Sender<Status>,
    ) -> Self {
        Self {
            queue: Queue::new(options.queue, options.queue_bytes),
            options: Arc::new(options),
            commands,
            is_mute: false,
            closing: None,
            events,
            is_deaf: false,
            notices: Notices::default(),
            shared,
            status,
            attempts: 0,
        }
    }

    /// Runs the session to its end.
    pub(super) async fn run(mut self, socket: Option<Socket>) {
        let Err(stop) = self.live(socket).await;
        if let Stop::Ended(ending) = stop {
            self.end(*ending).await;
        }
    }

    async fn live(&mut self, socket: Option<Socket>) -> Result<Infallible, Stop> {
        let mut socket = match socket {
            Some(socket) => socket,
            None => self.first().await?,
        };
        let mut opened = Raw::Opened;
        loop {
            self.status.send_replace(Status::Open);
            self.tell(opened);
            let loss = self.serve(socket).await?;
            self.status.send_replace(Status::Connecting);
            socket = self.again(loss).await?;
            opened = Raw::Reconnected { attempts: self.attempts };
        }
    }

    /// Tells the application of something, as soon as it listens.
    fn tell(&mut self, notice: Raw) {
        self.notices.push(notice);
        self.hand_over();
    }

    /// Hands the application what there is room for. True once it has all, and there is room for more.
    fn hand_over(&mut self) -> bool {
        while let Some(notice) = self.notices.pop() {
            match self.events.try_send(notice) {
                Ok(()) => {}
                Err(Unsent::Full(notice)) => {
                    self.notices.push_front(notice);
                    return false;
                }
                Err(Unsent::Closed) => {
                    self.notices.clear();
                    self.is_deaf = true;
                }
            }
        }
        self.is_deaf || self.events.has_room()
    }

    fn is_abandoned(&self) -> bool {
        self.is_mute && self.is_deaf
    }

    /// Takes what there is to send, in the order in which it came, where there is no connection to send it on.
    fn keep(&mut self, frame: Frame, reply: oneshot::Sender<Result<Sent, SendError>>) {
        let result = if self.queue.push(frame) { Ok(Sent::Queued) } else { Err(SendError::Full) };
        // Who does not wait for the answer does not want it.
        let _ = reply.send(result);
    }

    fn close(&mut self, close: Close, reply: oneshot::Sender<Result<(), ClientError>>) {
        self.closing = Some(Closing { close, reply, deadline: Instant::now() + FAREWELL });
    }

    /// Tells everyone, and waits until the application has heard all.
    async fn end(mut self, ending: Ending) {
        let Ending { closed, error, result } = ending;
        self.shared.end(closed.clone(), error.clone());
        self.status.send_replace(Status::Over);
        if !self.queue.is_empty() {
            let frames = self.queue.take();
            self.tell(Raw::Undelivered { frames, more: 0, may_have_arrived: false });
        }
        if let Some(error) = error {
            self.tell(Raw::Error(error));
        }
        self.tell(Raw::Closed(closed));
        if let Some(closing) = self.closing.take() {
            let _ = closing.reply.send(result);
        }
        self.commands.close();
        while let Some(command) = self.commands.recv().await {
            match command {
                Command::Send(_, reply) => drop(reply.send(Err(SendError::Closed))),
                Command::Close(_, reply) => drop(reply.send(Ok(()))),
            }
        }
        while !self.hand_over() && !self.notices.is_empty() {
            self.events.room().await;
        }
    }
}
