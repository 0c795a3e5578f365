//! One running room: takes its commands in order, on one thread, and starts over with empty memory after a panic.

use std::{future::Future, panic::AssertUnwindSafe, rc::Rc, sync::Arc, time::Duration};

use futures_util::FutureExt;
use http::HeaderMap;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::sleep,
};

use super::{LocalHost, Way, registry::Registry};
use crate::{
    Closed, Request, Response, Room, WebSocketDo,
    dispatch::{Answer, Event},
    host::{Host, SocketId},
    log,
};

/// A room without sockets, requests and alarm is let go after this time, as an idle object on Cloudflare is.
const IDLE: Duration = Duration::from_secs(10);

/// What a room is asked to do.
pub(crate) enum Command {
    Fetch { request: Box<Request>, reply: oneshot::Sender<Reply> },
    Event { socket: SocketId, event: Event },
}

/// What a room says to a request.
pub(crate) enum Reply {
    Response(Response),
    Upgrade { socket: SocketId, headers: HeaderMap, way: Way },
}

pub(super) async fn run<R: WebSocketDo>(name: String, mut commands: mpsc::Receiver<Command>, registry: Arc<Registry>) {
    let host = Rc::new(LocalHost::new(name.clone()));
    let mut actor = Actor::<R> { room: Room::on(host.clone()), host, running: JoinSet::new() };
    loop {
        tokio::select! {
            command = commands.recv() => match command {
                Some(command) => actor.obey(command),
                None => break,
            },
            () = actor.host.alarm_due() => actor.ring(),
            Some(ended) = actor.running.join_next() => if ended.is_err_and(|error| error.is_panic()) {
                actor.start_over();
            },
            () = sleep(IDLE) => if actor.is_idle() && registry.retire(&name, &commands) {
                break;
            },
        }
    }
}

struct Actor<R: WebSocketDo> {
    host: Rc<LocalHost>,
    room: Room<R>,
    /// Handlers that wait for something.
    running: JoinSet<()>,
}

impl<R: WebSocketDo> Actor<R> {
    fn obey(&mut self, command: Command) {
        let (room, host) = (self.room.clone(), self.host.clone());
        match command {
            Command::Fetch { request, reply } => self.start(async move {
                let answer = match room.fetch(*request).await {
                    Answer::Response(response) => Some(Reply::Response(response)),
                    Answer::Upgrade { socket, headers } => {
                        host.way(socket).map(|way| Reply::Upgrade { socket, headers, way })
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
            Command::Event { socket, event } => self.start(async move { room.event(socket, event).await }),
        }
    }

    fn ring(&mut self) {
        self.host.alarm.set(None);
        let room = self.room.clone();
        self.start(async move { room.alarm_event().await });
    }

    /// Runs a handler up to its first wait at once, so that events begin in the order they came.
    fn start(&mut self, handler: impl Future<Output = ()> + 'static) {
        let mut handler = Box::pin(AssertUnwindSafe(handler).catch_unwind());
        match handler.as_mut().now_or_never() {
            Some(Ok(())) => {}
            Some(Err(_)) => self.start_over(),
            None => {
                self.running.spawn_local(async move {
                    if let Err(panic) = handler.await {
                        std::panic::resume_unwind(panic);
                    }
                });
            }
        }
    }

    /// A handler has panicked: as on workerd, memory and handlers in flight are lost, sockets stay.
    fn start_over(&mut self) {
        log::error(&format!("{} `{}`: a handler panicked; the room starts over", R::NAME, self.host.name));
        self.running.abort_all();
        self.room = Room::on(self.host.clone());
    }

    fn is_idle(&self) -> bool {
        self.running.is_empty() && self.host.alarm.get().is_none() && self.host.sockets(None).is_empty()
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
