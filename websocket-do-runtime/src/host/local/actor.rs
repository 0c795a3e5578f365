//! One running room: handles its commands in order, on one thread, and restarts with empty memory after a panic.

use std::{
    borrow::Cow, cell::Cell, future::Future, panic::AssertUnwindSafe, pin::Pin, rc::Rc, sync::Arc, time::Duration,
};

use futures_util::FutureExt;
use http::HeaderMap;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::sleep,
};

use super::{
    LocalHost, RoomStore,
    activity::{Recorded, Task},
    outbox::Outbox,
    registry::Registry,
    threads::RoomThread,
};
use crate::{
    Closed, Request, Response,
    host::{Host, SocketFilter, SocketId},
    server::{
        alarm,
        dispatch::FetchResult,
        event::Event,
        handler::take_panicked,
        log,
        room_class::{ErasedRoom, RoomClass},
        timers::RETRY,
    },
};

/// A room without sockets, requests and alarm ends after this time, as an idle object on Cloudflare does.
const IDLE_TIMEOUT: Duration = Duration::from_secs(10);

/// How often the delay before a retry of failed timers doubles.
const MAX_DOUBLINGS: u32 = 5;

/// The `close` handler, in the log.
const CLOSE_HANDLER: &str = "the handler of a session's end";

/// Why a room restarts after its data file has failed.
const WRITE_LOST: &str = "a write was lost";

/// A request or an event for a room.
pub(crate) enum Command {
    Fetch { request: Box<Request>, reply: oneshot::Sender<Reply> },
    Event { socket: SocketId, event: Event },
}

/// The result of a request.
pub(crate) enum Reply {
    Response(Response),
    Upgrade { socket: SocketId, headers: HeaderMap, outbox: Arc<Outbox> },
}

type Handler = Pin<Box<dyn Future<Output = ()>>>;

/// Runs a room until it is idle or the server stops.
pub(super) async fn run(
    name: String,
    store: RoomStore,
    mut commands: mpsc::Receiver<Command>,
    registry: Arc<Registry>,
    thread: Arc<RoomThread>,
) {
    let host = LocalHost::new(name.clone(), store, &registry.context);
    let class = registry.class;
    let mut actor = Actor {
        class,
        name: name.as_str().into(),
        room: (class.create)(host.clone()),
        host,
        thread,
        running: JoinSet::new(),
        failed_alarms: Rc::default(),
    };
    actor.set_alarm(0);
    loop {
        tokio::select! {
            command = commands.recv() => match command {
                Some(command) => actor.handle_command(command),
                None => break,
            },
            () = actor.host.alarm_due() => actor.run_due_timers(),
            Some(ended) = actor.running.join_next() => if let Ok(Err(panicked)) = ended {
                actor.restart_after(panicked);
            },
            () = actor.host.has_spawned.notified() => actor.start_spawned(),
            () = actor.host.writes_lost() => actor.restart(WRITE_LOST),
            () = sleep(IDLE_TIMEOUT) => if actor.is_idle() && registry.retire(&name, &commands, &actor.host.store) {
                break;
            },
            () = registry.stopped() => break,
        }
    }
    // Sessions that have ended while the server stopped.
    while let Ok(command) = commands.try_recv() {
        if let Command::Event { .. } = command {
            actor.handle_command(command);
        }
    }
    // A waiting handler or task holds the room's store until it is dropped.
    actor.running.shutdown().await;
    actor.host.spawned.take();
}

struct Actor {
    class: RoomClass,
    name: Arc<str>,
    thread: Arc<RoomThread>,
    host: Rc<LocalHost>,
    room: Rc<dyn ErasedRoom>,
    /// Handlers that have been awaiting something. The error of one that panicked is its name for the log.
    running: JoinSet<Result<(), Option<String>>>,
    /// How many times in a row a panic has ended the handlers of timers.
    failed_alarms: Rc<Cell<u32>>,
}

impl Actor {
    fn handle_command(&mut self, command: Command) {
        // A later event must not see memory that depends on the lost write.
        if self.host.has_lost_writes() {
            self.restart(WRITE_LOST);
        }
        match command {
            Command::Fetch { request, reply } => {
                let handler = format!("`{} {}`", request.method(), request.uri().path());
                let fetch = fetch(self.room.clone(), self.host.clone(), *request, reply);
                self.start(handler.into(), Box::pin(fetch));
            }
            Command::Event { socket, event } => {
                let handler = match &event {
                    Event::Message(..) => "a message's handler",
                    Event::Closed(_) | Event::Unanswered => CLOSE_HANDLER,
                };
                self.start(handler.into(), self.room.dispatch_event(socket, event));
            }
        }
    }

    fn run_due_timers(&mut self) {
        self.host.alarm.set(None);
        let (room, failed) = (self.room.clone(), self.failed_alarms.clone());
        let run = async move {
            room.dispatch_alarm().await;
            failed.set(0);
        };
        self.start("a timer's handler".into(), Box::pin(run));
    }

    /// Starts the background tasks that handlers have spawned.
    fn start_spawned(&mut self) {
        for task in self.host.spawned.take() {
            self.start("a background task".into(), task);
        }
    }

    /// Sets the alarm to the earliest stored timer, or to `not_before` if that is later.
    fn set_alarm(&self, not_before: u64) {
        if let Err(error) = alarm::rearm(&*self.host, not_before) {
            log::error(&format!("{} `{}`: the alarm was not set: {error}", self.class.name, self.host.name));
        }
    }

    /// Polls a handler once, so that events begin in the order in which they arrived. A pending handler continues as a task.
    fn start(&mut self, name: Cow<'static, str>, handler: Handler) {
        let task = Task { class: self.class.name, room: self.name.clone(), handler: name };
        let mut handler = AssertUnwindSafe(handler).catch_unwind();
        match self.thread.activity.run(&task, || (&mut handler).now_or_never()) {
            Some(Ok(())) => {}
            Some(Err(_)) => self.restart_after(take_panicked()),
            None => {
                let handler = Recorded { thread: self.thread.clone(), task, handler };
                self.running.spawn_local(async move { handler.await.map_err(|_| take_panicked()) });
            }
        }
    }

    /// Drops the room's memory and its running handlers, as workerd does after a panic. Sockets stay.
    fn restart(&mut self, reason: &str) {
        self.restart_with(&format!("{} `{}`: {reason}", self.class.name, self.host.name));
    }

    /// Restarts the room after a panic of the handler that `panicked` names.
    fn restart_after(&mut self, panicked: Option<String>) {
        match panicked {
            Some(panicked) => self.restart_with(&panicked),
            None => self.restart("a handler panicked"),
        }
    }

    fn restart_with(&mut self, reason: &str) {
        log::error(&format!("{reason}; the room restarts"));
        self.running.abort_all();
        self.host.spawned.take();
        self.host.restart_store();
        // Interrupted timers run again, after a growing delay as on Cloudflare: a timer that always panics must not keep the
        // room busy.
        let not_before = if self.room.is_running_timers() {
            let failed = self.failed_alarms.get();
            self.failed_alarms.set(failed.saturating_add(1));
            self.host.now() + (RETRY << failed.min(MAX_DOUBLINGS))
        } else {
            0
        };
        self.room = (self.class.create)(self.host.clone());
        self.set_alarm(not_before);
        // The requests that accepted these sockets get no response, so no connection will report their end.
        for socket in self.host.take_unclaimed() {
            self.start(CLOSE_HANDLER.into(), self.room.dispatch_event(socket, Event::Closed(Closed::lost())));
        }
    }

    fn is_idle(&self) -> bool {
        self.running.is_empty()
            && self.host.spawned.borrow().is_empty()
            && self.host.barrier().is_none()
            && self.host.alarm.get().is_none()
            && self.host.sockets(SocketFilter::All).is_empty()
    }
}

/// Handles a request, and replies once everything that the room has written is durable.
async fn fetch(room: Rc<dyn ErasedRoom>, host: Rc<LocalHost>, request: Request, reply: oneshot::Sender<Reply>) {
    let answer = room.fetch(request).await;
    if host.written().await.is_err() {
        // The response depends on a lost write. The restart of the room ends an accepted socket.
        return;
    }
    match answer {
        FetchResult::Response(response) => drop(reply.send(Reply::Response(response))),
        FetchResult::Upgrade { socket, headers } => {
            let Some(outbox) = host.claim(socket) else { return };
            if reply.send(Reply::Upgrade { socket, headers, outbox }).is_err() {
                // The client has disconnected: no connection will report the socket's end.
                room.dispatch_event(socket, Event::Closed(Closed::lost())).await;
            }
        }
    }
}

impl LocalHost {
    /// Waits until the alarm is due; forever if none is set.
    async fn alarm_due(&self) {
        loop {
            let changed = self.alarm_changed.notified();
            let Some(at) = self.alarm.get() else {
                changed.await;
                continue;
            };
            tokio::select! {
                () = changed => {}
                () = sleep(Duration::from_millis(at.saturating_sub(self.now()))) => return,
            }
        }
    }
}
