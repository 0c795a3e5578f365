//! [`Simulation`] runs one room in memory, step by step: the next step is the oldest, or the one that the seed selects.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    collections::BTreeMap,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::Pin,
    rc::Rc,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use futures_util::task::AtomicWaker;

use super::{connection::Outgoing, host::TestHost, trace::frame_text};
use crate::{
    Room, WebSocketDo,
    codec::Frame,
    connection::heartbeat::{PING, PONG},
    host::{Host, SocketId},
    server::{alarm, event::Event, handler, log, timers},
};

/// How long a test waits for a message, in milliseconds of the room's time.
pub(super) const RECEIVE_TIMEOUT: u64 = 5_000;

type Handler = Pin<Box<dyn Future<Output = ()>>>;

/// A step that can be taken next.
#[derive(Clone, Copy)]
enum Step {
    /// Polls a handler.
    Handler(u64),
    /// Delivers the next frame or close of a client.
    Client(SocketId),
}

/// A room, its host, and the handlers in flight.
pub(super) struct Simulation<R: WebSocketDo> {
    pub(super) host: Rc<TestHost>,
    /// What selects the next step; without it, the oldest is next.
    seed: Option<u64>,
    room: RefCell<Room<R>>,
    handlers: RefCell<BTreeMap<u64, Handler>>,
    count: Cell<u64>,
    ready: Arc<Ready>,
    pub(super) survives_panics: Cell<bool>,
}

/// The handlers that are ready to be polled, each with its number in the order.
struct Ready {
    handlers: Mutex<Vec<(u64, u64)>>,
    order: Arc<AtomicU64>,
    /// The test, while it waits for a handler to be woken from outside of the room.
    outside: AtomicWaker,
}

struct HandlerWaker {
    handler: u64,
    ready: Arc<Ready>,
}

impl Wake for HandlerWaker {
    fn wake(self: Arc<Self>) {
        self.ready.push(self.handler);
    }
}

impl Ready {
    fn push(&self, handler: u64) {
        let mut handlers = self.handlers.lock().unwrap_or_else(PoisonError::into_inner);
        if handlers.iter().all(|(_, ready)| *ready != handler) {
            handlers.push((self.order.fetch_add(1, Ordering::Relaxed), handler));
        }
        drop(handlers);
        self.outside.wake();
    }

    fn take(&self, handler: u64) {
        self.handlers.lock().unwrap_or_else(PoisonError::into_inner).retain(|(_, ready)| *ready != handler);
    }

    fn all(&self) -> Vec<(u64, u64)> {
        self.handlers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl<R: WebSocketDo> Simulation<R> {
    pub(super) fn new(seed: Option<u64>, host: Rc<TestHost>) -> Rc<Self> {
        let ready = Ready { handlers: Mutex::default(), order: host.order.clone(), outside: AtomicWaker::new() };
        Rc::new(Self {
            room: RefCell::new(Room::new(host.clone())),
            host,
            seed,
            handlers: RefCell::default(),
            count: Cell::new(0),
            ready: Arc::new(ready),
            survives_panics: Cell::new(false),
        })
    }

    /// Returns a simulation of another room on the same host.
    pub(super) fn deploy<N: WebSocketDo>(&self) -> Rc<Simulation<N>> {
        Simulation::new(self.seed, self.host.clone())
    }

    pub(super) fn room(&self) -> Room<R> {
        self.room.borrow().clone()
    }

    pub(super) fn log(&self, event: impl FnOnce() -> String) {
        self.host.trace.push(self.host.clock.elapsed(), event);
    }

    /// Returns the last events, and how to repeat them.
    pub(super) fn report(&self) -> String {
        let seed = match self.seed {
            Some(seed) => format!("\nseed {seed}: `TestRoom::seeded({seed})` repeats this run"),
            None => String::new(),
        };
        format!("events:\n{}{seed}", self.host.trace.report())
    }

    /// Queues a handler to run.
    pub(super) fn spawn(&self, handler: impl Future<Output = ()> + 'static) {
        let number = self.count.get();
        self.count.set(number + 1);
        self.handlers.borrow_mut().insert(number, Box::pin(handler));
        self.ready.push(number);
    }

    /// Takes one step. Returns whether there was one.
    fn step(&self) -> bool {
        for task in self.host.spawned.take() {
            self.spawn(task);
        }
        let handlers = self.ready.all().into_iter().map(|(order, handler)| (order, Step::Handler(handler)));
        let clients = self.host.pending().into_iter().map(|(order, socket)| (order, Step::Client(socket)));
        let steps: Vec<_> = handlers.chain(clients).collect();
        let chosen = match self.seed {
            None => steps.iter().min_by_key(|(order, _)| *order),
            Some(_) => self.host.random.borrow_mut().choice(&steps),
        };
        match chosen {
            Some((_, Step::Handler(handler))) => self.poll(*handler),
            Some((_, Step::Client(socket))) => self.deliver(*socket),
            None => return false,
        }
        true
    }

    fn deliver(&self, socket: SocketId) {
        let Some(outgoing) = self.host.connection(socket).and_then(|connection| connection.take_outgoing()) else {
            return;
        };
        let event = match outgoing {
            Outgoing::Frame(Frame::Text(text)) if text == PING => {
                // The host answers it, as the other hosts do.
                self.host.connection(socket).map(|connection| connection.deliver(Frame::Text(PONG.to_owned())));
                return;
            }
            Outgoing::Frame(frame) => {
                self.log(|| format!("#{} → {}", socket.0, frame_text(&frame)));
                Event::Message(frame, None)
            }
            Outgoing::Closed(closed) => {
                self.log(|| {
                    if closed.is_clean() {
                        format!("#{} → close {} {:?}", socket.0, closed.code(), closed.reason())
                    } else {
                        format!("#{} loses its connection", socket.0)
                    }
                });
                Event::Closed(closed)
            }
        };
        let room = self.room();
        self.run(Box::pin(async move { room.dispatch_event(socket, event).await }));
    }

    fn poll(&self, handler: u64) {
        self.ready.take(handler);
        let future = self.handlers.borrow_mut().remove(&handler);
        if let Some(future) = future {
            self.poll_handler(handler, future);
        }
    }

    /// Runs a handler up to its first await at once, so that events start in their order.
    fn run(&self, future: Handler) {
        let number = self.count.get();
        self.count.set(number + 1);
        self.poll_handler(number, future);
    }

    fn poll_handler(&self, handler: u64, mut future: Handler) {
        let waker = Waker::from(Arc::new(HandlerWaker { handler, ready: self.ready.clone() }));
        let host = self.host.clone();
        let log = move |line: &str| host.trace.push(host.clock.elapsed(), || format!("logged: {line}"));
        let poll = || log::observe::with(log, || future.as_mut().poll(&mut Context::from_waker(&waker)));
        match catch_unwind(AssertUnwindSafe(poll)) {
            Ok(Poll::Ready(())) => {}
            Ok(Poll::Pending) => {
                self.handlers.borrow_mut().insert(handler, future);
            }
            Err(panic) => self.handle_panic(panic),
        }
    }

    /// Restarts the room after a panic, as the other hosts do. Fails the test unless it expects panics.
    fn handle_panic(&self, panic: Box<dyn Any + Send>) {
        let line = handler::take_panicked().unwrap_or_else(|| "a handler panicked".to_owned());
        self.log(|| format!("{line}; the room restarts"));
        self.restart();
        if !self.survives_panics.get() {
            #[expect(clippy::print_stderr, reason = "the output of the test, next to the panic's message")]
            {
                eprintln!("{line}");
            }
            resume_unwind(panic);
        }
    }

    /// Restarts the room without its memory and the handlers in flight.
    pub(super) fn restart(&self) {
        self.handlers.borrow_mut().clear();
        self.host.spawned.take();
        self.host.clock.clear_sleepers();
        // Due timers run again, as on the other hosts.
        let was_ringing = self.room.borrow().timers_running().get();
        *self.room.borrow_mut() = Room::new(self.host.clone());
        let not_before = if was_ringing { self.host.now() + timers::RETRY } else { 0 };
        if let Err(error) = alarm::rearm(&*self.host, not_before) {
            self.log(|| format!("the alarm was not set: {error}"));
        }
    }

    /// Takes all steps that need no time to pass.
    pub(super) fn settle(&self) {
        while self.step() {}
    }

    /// Whether handlers are in flight.
    pub(super) fn is_busy(&self) -> bool {
        !self.handlers.borrow().is_empty() || !self.host.spawned.borrow().is_empty()
    }

    /// Advances the time to `until`, with all steps and due timers on the way.
    pub(super) fn advance_to(&self, until: u64) {
        loop {
            self.settle();
            match self.host.clock.next_due().filter(|due| *due <= until) {
                Some(due) => self.tick(due),
                None => break,
            }
        }
        self.host.clock.move_to(until);
    }

    fn tick(&self, due: u64) {
        if self.host.clock.move_to(due) {
            self.log(|| "the alarm is due".to_owned());
            let room = self.room();
            self.spawn(async move { room.dispatch_alarm().await });
        }
    }

    /// Takes steps until `poll` returns a value, for up to five seconds of the room's time. Handlers that wait for something outside
    /// of the room get five seconds of real time.
    pub(super) async fn wait_for<T>(&self, mut poll: impl FnMut() -> Option<T>) -> Option<T> {
        let until = self.host.now() + RECEIVE_TIMEOUT;
        loop {
            if let Some(found) = poll() {
                return Some(found);
            }
            if self.step() {
                continue;
            }
            match self.host.clock.next_due().filter(|due| *due <= until) {
                Some(due) => self.tick(due),
                None if self.has_external_wait() => self.external_wake().await?,
                None => return None,
            }
        }
    }

    /// Whether a handler waits for anything but the room's time.
    fn has_external_wait(&self) -> bool {
        self.handlers.borrow().len() > self.host.clock.sleepers()
    }

    /// Waits, in real time, for a handler to be woken from outside of the room.
    async fn external_wake(&self) -> Option<()> {
        let woken = std::future::poll_fn(|context| {
            self.ready.outside.register(context.waker());
            if self.ready.all().is_empty() { Poll::Pending } else { Poll::Ready(()) }
        });
        tokio::time::timeout(std::time::Duration::from_millis(RECEIVE_TIMEOUT), woken).await.ok()
    }
}
