//! One running room: takes its commands in order, on one thread, and starts over with empty memory after a panic.

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
    activity::{Task, Watched},
    outbox::Outbox,
    registry::Registry,
    workers::Worker,
};
use crate::{
    Closed, Request, Response,
    host::{Host, SocketFilter, SocketId},
    server::{
        alarm,
        dispatch::{Answer, Event},
        log,
        room_class::{ErasedRoom, RoomClass},
        timers::RETRY,
    },
};

/// A room without sockets, requests and alarm is let go after this time, as an idle object on Cloudflare is.
const IDLE: Duration = Duration::from_secs(10);

/// How often the time before timers are tried again doubles.
const LAST_BACKOFF: u32 = 5;

/// What the log calls the handler of a session's end.
const CLOSED: &str = "the handler of a session's end";

/// Why a room starts over when its data file does not take what it has written.
const WRITE_LOST: &str = "a write was lost";

/// What a room is asked to do.
pub(crate) enum Command {
    Fetch { request: Box<Request>, reply: oneshot::Sender<Reply> },
    Event { socket: SocketId, event: Event },
}

/// What a room says to a request.
pub(crate) enum Reply {
    Response(Response),
    Upgrade { socket: SocketId, headers: HeaderMap, outbox: Arc<Outbox> },
}

pub(super) async fn run(
    name: String,
    store: RoomStore,
    mut commands: mpsc::Receiver<Command>,
    registry: Arc<Registry>,
    worker: Arc<Worker>,
) {
    let host = Rc::new(LocalHost::new(name.clone(), store, registry.max_backlog()));
    let class = registry.class;
    let mut actor = Actor {
        class,
        name: name.as_str().into(),
        room: (class.create)(host.clone()),
        host,
        worker,
        running: JoinSet::new(),
        failed_alarms: Rc::default(),
    };
    actor.set_alarm(0);
    loop {
        tokio::select! {
            command = commands.recv() => match command {
                Some(command) => actor.obey(command),
                None => break,
            },
            () = actor.host.alarm_due() => actor.ring(),
            Some(ended) = actor.running.join_next() => if ended.is_err_and(|error| error.is_panic()) {
                actor.start_over("a handler panicked");
            },
            () = actor.host.writes_lost() => actor.start_over(WRITE_LOST),
            () = sleep(IDLE) => if actor.is_idle() && registry.retire(&name, &commands, &actor.host.store) {
                break;
            },
            () = registry.stopped() => break,
        }
    }
    // Sessions that have ended while the server stopped.
    while let Ok(command) = commands.try_recv() {
        if let Command::Event { .. } = command {
            actor.obey(command);
        }
    }
    // Handlers that wait hold the room's storage until they are dropped.
    actor.running.shutdown().await;
}

struct Actor {
    class: RoomClass,
    name: Arc<str>,
    worker: Arc<Worker>,
    host: Rc<LocalHost>,
    room: Rc<dyn ErasedRoom>,
    /// Handlers that wait for something.
    running: JoinSet<()>,
    /// How often in a row a panic has ended the handlers of timers.
    failed_alarms: Rc<Cell<u32>>,
}

impl Actor {
    fn obey(&mut self, command: Command) {
        // An event that comes after the loss must not see the memory that goes with it.
        if self.host.has_lost_writes() {
            self.start_over(WRITE_LOST);
        }
        match command {
            Command::Fetch { request, reply } => {
                let (room, host) = (self.room.clone(), self.host.clone());
                let handler = format!("`{} {}`", request.method(), request.uri().path());
                self.start(
                    handler.into(),
                    Box::pin(async move {
                        let answer = room.fetch(*request).await;
                        if host.written().await.is_err() {
                            // The answer is not true; the room restarts, and takes care of a socket that was accepted.
                            return;
                        }
                        let answer = match answer {
                            Answer::Response(response) => Some(Reply::Response(response)),
                            Answer::Upgrade { socket, headers } => {
                                host.claim(socket).map(|outbox| Reply::Upgrade { socket, headers, outbox })
                            }
                        };
                        let accepted = match &answer {
                            Some(Reply::Upgrade { socket, .. }) => Some(*socket),
                            _ => None,
                        };
                        let is_gone = answer.is_some_and(|answer| reply.send(answer).is_err());
                        // A client that is gone by now never takes its socket over: nobody else tells of its end.
                        if let (Some(socket), true) = (accepted, is_gone) {
                            room.event(socket, Event::Closed(Closed::lost())).await;
                        }
                    }),
                );
            }
            Command::Event { socket, event } => {
                let handler = match &event {
                    Event::Message(..) => "a message's handler",
                    Event::Closed(_) | Event::Unanswered => CLOSED,
                };
                self.start(handler.into(), self.room.event(socket, event));
            }
        }
    }

    fn ring(&mut self) {
        self.host.alarm.set(None);
        let (room, failed) = (self.room.clone(), self.failed_alarms.clone());
        self.start(
            "a timer's handler".into(),
            Box::pin(async move {
                room.alarm_event().await;
                failed.set(0);
            }),
        );
    }

    /// Sets the alarm to the earliest timer that is stored, but not before a time.
    fn set_alarm(&self, not_before: u64) {
        if let Err(error) = alarm::rearm(&*self.host, not_before) {
            log::error(&format!("{} `{}`: the alarm was not set: {error}", self.class.name, self.host.name));
        }
    }

    /// Runs a handler up to its first wait at once, so that events begin in the order they came.
    fn start(&mut self, name: Cow<'static, str>, handler: Pin<Box<dyn Future<Output = ()>>>) {
        let task = Task { class: self.class.name, room: self.name.clone(), handler: name };
        let mut handler = AssertUnwindSafe(handler).catch_unwind();
        match self.worker.activity.run(&task, || (&mut handler).now_or_never()) {
            Some(Ok(())) => {}
            Some(Err(_)) => self.start_over("a handler panicked"),
            None => {
                let handler = Watched { worker: self.worker.clone(), task, handler };
                self.running.spawn_local(async move {
                    if let Err(panic) = handler.await {
                        std::panic::resume_unwind(panic);
                    }
                });
            }
        }
    }

    /// A handler has panicked, or a write was lost: as on workerd, memory and handlers in flight are lost, sockets stay.
    fn start_over(&mut self, why: &str) {
        log::error(&format!("{} `{}`: {why}; the room starts over", self.class.name, self.host.name));
        self.running.abort_all();
        self.host.restart_store();
        // Timers that were going off do so again, each time later, as on Cloudflare: else one that always panics would
        // keep the room busy.
        let not_before = if self.room.is_running_timers() {
            let failed = self.failed_alarms.get();
            self.failed_alarms.set(failed.saturating_add(1));
            self.host.now() + (RETRY << failed.min(LAST_BACKOFF))
        } else {
            0
        };
        self.room = (self.class.create)(self.host.clone());
        self.set_alarm(not_before);
        // Their requests will not be answered, and nobody else tells of their end.
        for socket in self.host.take_unclaimed() {
            self.start(CLOSED.into(), self.room.event(socket, Event::Closed(Closed::lost())));
        }
    }

    fn is_idle(&self) -> bool {
        self.running.is_empty()
            && self.host.barrier().is_none()
            && self.host.alarm.get().is_none()
            && self.host.sockets(SocketFilter::All).is_empty()
    }
}

impl LocalHost {
    /// Waits until the alarm is due; for ever where none is set.
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
