//! [`Simulation`] runs rooms in memory, step by step: the next step is the oldest, or the one that the seed selects.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    collections::BTreeMap,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::Pin,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll},
};

use super::{connection::Outgoing, host::Shared, ready::Ready, simulated_room::SimulatedRoom, trace::frame_text};
use crate::{
    codec::Frame,
    connection::heartbeat::{PING, PONG},
    host::{Host, SocketId},
    server::{alarm, event::Event, handler, log, room_class::RoomClass, timers},
};

/// The most steps while no time passes: more have no end.
const MAX_STEPS: u32 = 100_000;

/// How long a test waits for a message, in milliseconds of the room's time.
pub(super) const RECEIVE_TIMEOUT: u64 = 5_000;

type Handler = Pin<Box<dyn Future<Output = ()>>>;

/// A step that can be taken next.
#[derive(Clone)]
enum Step {
    /// Polls a handler.
    Handler(u64),
    /// Delivers the next frame or close of a client.
    Client(Rc<SimulatedRoom>, SocketId),
}

/// Rooms, and their handlers in flight.
pub(super) struct Simulation {
    pub(super) shared: Rc<Shared>,
    /// What selects the next step; without it, the oldest is next.
    seed: Option<u64>,
    rooms: RefCell<Vec<Rc<SimulatedRoom>>>,
    handlers: RefCell<BTreeMap<u64, (Rc<SimulatedRoom>, Handler)>>,
    count: Cell<u64>,
    ready: Arc<Ready>,
    /// How many steps were taken since time has passed, or the test has waited.
    steps: Cell<u32>,
    pub(super) survives_panics: Cell<bool>,
}

impl Simulation {
    pub(super) fn new(seed: Option<u64>) -> Rc<Self> {
        Rc::new_cyclic(|simulation| {
            let shared = Shared::new(seed.unwrap_or_default(), simulation.clone());
            let ready = Ready::new(shared.order.clone());
            Self {
                shared: Rc::new(shared),
                seed,
                rooms: RefCell::default(),
                handlers: RefCell::default(),
                count: Cell::new(0),
                ready: Arc::new(ready),
                steps: Cell::new(0),
                survives_panics: Cell::new(false),
            }
        })
    }

    /// Returns the room of this class and name, which is created if it does not exist.
    pub(super) fn room(&self, class: RoomClass, name: &str) -> Rc<SimulatedRoom> {
        let existing = self.rooms.borrow().iter().find(|room| room.is(class.name, name)).cloned();
        existing.unwrap_or_else(|| {
            let room = Rc::new(SimulatedRoom::new(self.shared.clone(), class, name.to_owned()));
            self.rooms.borrow_mut().push(room.clone());
            room
        })
    }

    /// Renames a room, unless another one of its class has the name. Returns false if it has.
    pub(super) fn rename(&self, room: &Rc<SimulatedRoom>, name: String) -> bool {
        let is_taken =
            self.rooms.borrow().iter().any(|other| !Rc::ptr_eq(other, room) && other.is(room.class_name, &name));
        if !is_taken {
            room.host.name.replace(name);
        }
        !is_taken
    }

    /// Returns all rooms.
    fn rooms(&self) -> Vec<Rc<SimulatedRoom>> {
        self.rooms.borrow().clone()
    }

    /// Returns the last events, and how to repeat them.
    pub(super) fn report(&self) -> String {
        let seed = match self.seed {
            Some(seed) => format!("\nseed {seed}: `TestRoom::seeded({seed})` repeats this run"),
            None => String::new(),
        };
        format!("events:\n{}{seed}", self.shared.trace.report())
    }

    /// Queues a handler of a room to run.
    pub(super) fn spawn(&self, room: &Rc<SimulatedRoom>, handler: impl Future<Output = ()> + 'static) {
        let number = self.count.get();
        self.count.set(number + 1);
        self.handlers.borrow_mut().insert(number, (room.clone(), Box::pin(handler)));
        self.ready.push(number);
    }

    /// Takes one step. Returns whether there was one.
    fn step(&self) -> bool {
        self.steps.set(self.steps.get() + 1);
        assert!(
            self.steps.get() <= MAX_STEPS,
            "handlers run without end, and no time passes: let the one that repeats its work sleep\n{}",
            self.report()
        );
        let rooms = self.rooms();
        for room in &rooms {
            for task in room.host.spawned.take() {
                self.spawn(room, task);
            }
        }
        let handlers = self.ready.all().into_iter().map(|(order, handler)| (order, Step::Handler(handler)));
        let clients = rooms.iter().flat_map(|room| {
            room.host.pending().into_iter().map(|(order, socket)| (order, Step::Client(room.clone(), socket)))
        });
        let steps: Vec<_> = handlers.chain(clients).collect();
        let chosen = match self.seed {
            None => steps.into_iter().min_by_key(|(order, _)| *order),
            Some(_) => self.shared.random.borrow_mut().choice(steps),
        };
        match chosen {
            Some((_, Step::Handler(handler))) => self.poll(handler),
            Some((_, Step::Client(room, socket))) => self.deliver(room, socket),
            None => return false,
        }
        true
    }

    fn deliver(&self, room: Rc<SimulatedRoom>, socket: SocketId) {
        let host = &room.host;
        let Some(outgoing) = host.connection(socket).and_then(|connection| connection.take_outgoing()) else {
            return;
        };
        let event = match outgoing {
            Outgoing::Frame(Frame::Text(text)) if text == PING => {
                // The host answers it, as the other hosts do.
                host.connection(socket).map(|connection| connection.deliver(Frame::Text(PONG.to_owned())));
                return;
            }
            Outgoing::Frame(frame) => {
                host.log(|| format!("#{} → {}", socket.0, frame_text(&frame)));
                Event::Message(frame, None)
            }
            Outgoing::Closed(closed) => {
                host.log(|| {
                    if closed.is_clean() {
                        format!("#{} → close {} {:?}", socket.0, closed.code(), closed.reason())
                    } else {
                        format!("#{} loses its connection", socket.0)
                    }
                });
                Event::Closed(closed)
            }
        };
        let handler = room.room().dispatch_event(socket, event);
        self.run(room, handler);
    }

    fn poll(&self, handler: u64) {
        self.ready.take(handler);
        let taken = self.handlers.borrow_mut().remove(&handler);
        if let Some((room, future)) = taken {
            self.poll_handler(handler, room, future);
        }
    }

    /// Runs a handler up to its first await at once, so that events start in their order.
    fn run(&self, room: Rc<SimulatedRoom>, future: Handler) {
        let number = self.count.get();
        self.count.set(number + 1);
        self.poll_handler(number, room, future);
    }

    fn poll_handler(&self, handler: u64, room: Rc<SimulatedRoom>, mut future: Handler) {
        let waker = self.ready.waker(handler);
        let host = room.host.clone();
        let log = move |line: &str| host.log(|| format!("logged: {line}"));
        // Otherwise tokio's channels would stop the handlers of a test that never yields to tokio.
        let mut unconstrained = tokio::task::unconstrained(&mut future);
        let poll = || log::observe::with(log, || Pin::new(&mut unconstrained).poll(&mut Context::from_waker(&waker)));
        match catch_unwind(AssertUnwindSafe(poll)) {
            Ok(Poll::Ready(())) => {}
            Ok(Poll::Pending) => {
                self.handlers.borrow_mut().insert(handler, (room, future));
            }
            Err(panic) => {
                drop(future);
                self.handle_panic(&room, panic);
            }
        }
    }

    /// Restarts the room after a panic, as the other hosts do. Fails the test unless it expects panics.
    fn handle_panic(&self, room: &Rc<SimulatedRoom>, panic: Box<dyn Any + Send>) {
        let line = handler::take_panicked().unwrap_or_else(|| "a handler panicked".to_owned());
        room.host.log(|| format!("{line}; the room restarts"));
        self.restart(room);
        room.restarted.set("a handler of the room panicked");
        if !self.survives_panics.get() {
            #[expect(clippy::print_stderr, reason = "the output of the test, next to the panic's message")]
            {
                eprintln!("{line}");
            }
            resume_unwind(panic);
        }
    }

    /// Restarts a room without its memory and its handlers in flight.
    pub(super) fn restart(&self, room: &Rc<SimulatedRoom>) {
        let ended: Vec<_> = self.handlers.borrow_mut().extract_if(.., |_, (of, _)| Rc::ptr_eq(of, room)).collect();
        room.restarted.set("the room restarted before it replied");
        drop((ended, room.host.spawned.take()));
        room.host.clock.clear_sleepers();
        // Due timers run again, as on the other hosts.
        let was_running_timers = room.forget();
        let not_before = if was_running_timers { room.host.now() + timers::RETRY } else { 0 };
        if let Err(error) = alarm::rearm(&*room.host, not_before) {
            room.host.log(|| format!("the alarm was not set: {error}"));
        }
    }

    /// Takes all steps that need no time to pass.
    pub(super) fn settle(&self) {
        self.steps.set(0);
        while self.step() {}
    }

    /// Whether handlers of a room are in flight.
    pub(super) fn is_busy(&self, room: &Rc<SimulatedRoom>) -> bool {
        self.handlers.borrow().values().any(|(of, _)| Rc::ptr_eq(of, room)) || !room.host.spawned.borrow().is_empty()
    }

    /// Advances the time by `millis`, with all steps and due timers on the way.
    pub(super) fn advance(&self, millis: u64) {
        let until = self.shared.now.get().saturating_add(millis);
        self.settle();
        while self.tick(until) {
            self.settle();
        }
        self.shared.now.set(until);
    }

    /// Advances the time to the next sleeper or alarm. Returns whether there is one by then.
    fn tick(&self, until: u64) -> bool {
        let rooms = self.rooms();
        let mut due: Vec<_> = rooms.iter().filter_map(|room| Some((room.host.clock.next_due()?, room))).collect();
        let Some(next) = due.iter().map(|(at, _)| *at).min().filter(|at| *at <= until) else { return false };
        self.steps.set(0);
        due.retain(|(at, _)| *at == next);
        // Without a seed, the oldest room is first.
        let chosen = match self.seed {
            Some(_) if due.len() > 1 => self.shared.random.borrow_mut().choice(&due),
            _ => due.first(),
        };
        if let Some((_, room)) = chosen
            && room.host.clock.move_to(next)
        {
            room.host.log(|| "the alarm is due".to_owned());
            self.spawn(room, room.room().dispatch_alarm());
        }
        true
    }

    /// Takes steps until `poll` returns a value, for up to five seconds of the rooms' time.
    pub(super) async fn wait_for<T>(&self, poll: impl FnMut() -> Option<T>) -> Option<T> {
        self.wait_until(self.shared.now.get() + RECEIVE_TIMEOUT, poll).await
    }

    /// Takes steps until `poll` returns a value, up to this time of the rooms. Handlers that wait for something outside of the rooms
    /// get five seconds of real time.
    pub(super) async fn wait_until<T>(&self, until: u64, mut poll: impl FnMut() -> Option<T>) -> Option<T> {
        self.steps.set(0);
        loop {
            if let Some(found) = poll() {
                return Some(found);
            }
            if self.step() || self.tick(until) {
                continue;
            }
            if !self.has_external_wait() {
                return None;
            }
            self.external_wake().await?;
        }
    }

    /// Whether a handler waits for anything but the time and other rooms.
    fn has_external_wait(&self) -> bool {
        let sleepers: usize = self.rooms.borrow().iter().map(|room| room.host.clock.sleepers()).sum();
        self.handlers.borrow().len() > sleepers + self.shared.calls.get()
    }

    /// Waits, in real time, for a handler to be woken from outside of the rooms.
    async fn external_wake(&self) -> Option<()> {
        tokio::time::timeout(std::time::Duration::from_millis(RECEIVE_TIMEOUT), self.ready.any()).await.ok()
    }
}
