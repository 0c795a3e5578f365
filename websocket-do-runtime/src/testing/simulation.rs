//! One room in memory and all that is going on in it, one step at a time, in an order that the seed decides.

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

use super::{connection::Outgoing, host::TestHost, trace::shown};
use crate::{
    Room, WebSocketDo,
    codec::Frame,
    connection::heartbeat::{PING, PONG},
    host::{Host, SocketId},
    server::{alarm, dispatch::Event, log, timers},
};

/// How much of the room's time a test waits for something to come.
pub(super) const PATIENCE: u64 = 5_000;

type Handler = Pin<Box<dyn Future<Output = ()>>>;

/// What can be done next, with its place in the order of what has happened.
#[derive(Clone, Copy)]
enum Step {
    /// A handler goes on.
    Handler(u64),
    /// The room hears of a client's next act.
    Act(SocketId),
}

/// A room, its host, and the handlers in flight.
pub(super) struct Simulation<R: WebSocketDo> {
    pub(super) host: Rc<TestHost>,
    /// None for the order in which things happened; else what decides.
    seed: Option<u64>,
    room: RefCell<Room<R>>,
    handlers: RefCell<BTreeMap<u64, Handler>>,
    count: Cell<u64>,
    ready: Arc<Ready>,
    pub(super) survives_panics: Cell<bool>,
}

/// The handlers that can go on, each with its place in the order.
struct Ready {
    handlers: Mutex<Vec<(u64, u64)>>,
    order: Arc<AtomicU64>,
    /// Whoever waits for what happens outside.
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
            room: RefCell::new(Room::on(host.clone())),
            host,
            seed,
            handlers: RefCell::default(),
            count: Cell::new(0),
            ready: Arc::new(ready),
            survives_panics: Cell::new(false),
        })
    }

    /// The same host with another room on it.
    pub(super) fn deployed<N: WebSocketDo>(&self) -> Rc<Simulation<N>> {
        Simulation::new(self.seed, self.host.clone())
    }

    pub(super) fn room(&self) -> Room<R> {
        self.room.borrow().clone()
    }

    pub(super) fn say(&self, what: impl FnOnce() -> String) {
        self.host.trace.say(self.host.clock.since_beginning(), what);
    }

    /// What has happened, and how to have it happen again.
    pub(super) fn told(&self) -> String {
        let seed = match self.seed {
            Some(seed) => format!("\nthe seed was {seed}: `TestRoom::seeded({seed})` has it all happen again"),
            None => String::new(),
        };
        format!("what has happened:\n{}{seed}", self.host.trace.told())
    }

    /// Has a handler run as the room's turn comes.
    pub(super) fn start(&self, handler: impl Future<Output = ()> + 'static) {
        let number = self.count.get();
        self.count.set(number + 1);
        self.handlers.borrow_mut().insert(number, Box::pin(handler));
        self.ready.push(number);
    }

    /// Does one thing, if there is one to do now.
    fn step(&self) -> bool {
        let handlers = self.ready.all().into_iter().map(|(order, handler)| (order, Step::Handler(handler)));
        let acts = self.host.acts().into_iter().map(|(order, socket)| (order, Step::Act(socket)));
        let steps: Vec<_> = handlers.chain(acts).collect();
        let chosen = match self.seed {
            None => steps.iter().min_by_key(|(order, _)| *order),
            Some(_) => self.host.random.borrow_mut().choice(&steps),
        };
        match chosen {
            Some((_, Step::Handler(handler))) => self.poll(*handler),
            Some((_, Step::Act(socket))) => self.act(*socket),
            None => return false,
        }
        true
    }

    fn act(&self, socket: SocketId) {
        let Some(act) = self.host.line(socket).and_then(|line| line.take_act()) else { return };
        let event = match act {
            Outgoing::Frame(Frame::Text(text)) if text == PING => {
                // Answered by the host, as on the others.
                self.host.line(socket).map(|line| line.deliver(Frame::Text(PONG.to_owned())));
                return;
            }
            Outgoing::Frame(frame) => {
                self.say(|| format!("#{} → {}", socket.0, shown(&frame)));
                Event::Message(frame, None)
            }
            Outgoing::Closed(closed) => {
                self.say(|| {
                    if closed.is_clean() {
                        format!("#{} → close {} {:?}", socket.0, closed.code(), closed.reason())
                    } else {
                        format!("#{} is lost", socket.0)
                    }
                });
                Event::Closed(closed)
            }
        };
        let room = self.room();
        self.run(Box::pin(async move { room.event(socket, event).await }));
    }

    fn poll(&self, handler: u64) {
        self.ready.take(handler);
        let future = self.handlers.borrow_mut().remove(&handler);
        if let Some(future) = future {
            self.go_on(handler, future);
        }
    }

    /// Runs a handler up to its first wait at once, as events begin in the order they came.
    fn run(&self, future: Handler) {
        let number = self.count.get();
        self.count.set(number + 1);
        self.go_on(number, future);
    }

    fn go_on(&self, handler: u64, mut future: Handler) {
        let waker = Waker::from(Arc::new(HandlerWaker { handler, ready: self.ready.clone() }));
        let host = self.host.clone();
        let log = move |line: &str| host.trace.say(host.clock.since_beginning(), || format!("logged: {line}"));
        let poll = || log::observe::with(log, || future.as_mut().poll(&mut Context::from_waker(&waker)));
        match catch_unwind(AssertUnwindSafe(poll)) {
            Ok(Poll::Ready(())) => {}
            Ok(Poll::Pending) => {
                self.handlers.borrow_mut().insert(handler, future);
            }
            Err(panic) => self.panicked(panic),
        }
    }

    /// As on the other hosts, memory and handlers in flight are lost, and sockets stay. A test that does not expect it
    /// fails.
    fn panicked(&self, panic: Box<dyn Any + Send>) {
        self.say(|| "a handler panics; the room starts over".to_owned());
        self.start_over();
        if !self.survives_panics.get() {
            resume_unwind(panic);
        }
    }

    /// The room's memory is gone, with the handlers in flight.
    pub(super) fn start_over(&self) {
        self.handlers.borrow_mut().clear();
        self.host.clock.forget_sleepers();
        // Timers that were going off do so again, as on the other hosts.
        let was_ringing = self.room.borrow().ringing().get();
        *self.room.borrow_mut() = Room::on(self.host.clone());
        let not_before = if was_ringing { self.host.now() + timers::RETRY } else { 0 };
        if let Err(error) = alarm::rearm(&*self.host, not_before) {
            self.say(|| format!("the alarm was not set: {error}"));
        }
    }

    /// Does all that can be done without time going by.
    pub(super) fn settle(&self) {
        while self.step() {}
    }

    /// Whether handlers are in flight.
    pub(super) fn is_busy(&self) -> bool {
        !self.handlers.borrow().is_empty()
    }

    /// Lets time go by up to `until`, with all that happens meanwhile.
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
            self.say(|| "the alarm goes off".to_owned());
            let room = self.room();
            self.start(async move { room.alarm_event().await });
        }
    }

    /// Waits until `look` finds something, with all that happens meanwhile: five seconds of the room's time, in which it
    /// also waits for what handlers wait for outside of the room.
    pub(super) async fn wait_for<T>(&self, mut look: impl FnMut() -> Option<T>) -> Option<T> {
        let until = self.host.now() + PATIENCE;
        loop {
            if let Some(found) = look() {
                return Some(found);
            }
            if self.step() {
                continue;
            }
            match self.host.clock.next_due().filter(|due| *due <= until) {
                Some(due) => self.tick(due),
                None if self.waits_outside() => self.outside().await?,
                None => return None,
            }
        }
    }

    /// Whether a handler waits for something else than the room's time.
    fn waits_outside(&self) -> bool {
        self.handlers.borrow().len() > self.host.clock.sleepers()
    }

    /// Waits, in real time, for a handler to be woken from outside of the room.
    async fn outside(&self) -> Option<()> {
        let woken = std::future::poll_fn(|context| {
            self.ready.outside.register(context.waker());
            if self.ready.all().is_empty() { Poll::Pending } else { Poll::Ready(()) }
        });
        tokio::time::timeout(std::time::Duration::from_millis(PATIENCE), woken).await.ok()
    }
}
