//! The clock of a room under test, which moves only when the test advances it.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    future::{Future, poll_fn},
    pin::Pin,
    rc::{Rc, Weak},
    task::{Poll, Waker},
};

/// The time at which tests start, in milliseconds since 1970: 24 November 2025.
const START: u64 = 1_764_000_000_000;

/// The time, which all rooms of a simulation share, the tasks of one room that wait for it, and the room's alarm.
pub(super) struct Clock {
    now: Rc<Cell<u64>>,
    alarm: Cell<Option<u64>>,
    /// By due time and number.
    sleepers: RefCell<BTreeMap<(u64, u64), Weak<Sleeper>>>,
    count: Cell<u64>,
}

struct Sleeper {
    is_due: Cell<bool>,
    /// Whether it is a time limit, not a sleeping handler.
    is_deadline: bool,
    waker: RefCell<Option<Waker>>,
}

/// The time at which a simulation starts.
pub(super) fn start() -> Rc<Cell<u64>> {
    Rc::new(Cell::new(START))
}

impl Clock {
    pub(super) fn new(now: Rc<Cell<u64>>) -> Self {
        Self { now, alarm: Cell::default(), sleepers: RefCell::default(), count: Cell::default() }
    }

    pub(super) fn now(&self) -> u64 {
        self.now.get()
    }

    pub(super) fn elapsed(&self) -> u64 {
        self.now.get() - START
    }

    pub(super) fn set_alarm(&self, at: Option<u64>) {
        self.alarm.set(at);
    }

    pub(super) fn sleep(&self, millis: u64) -> Pin<Box<dyn Future<Output = ()>>> {
        self.wait(millis, false)
    }

    pub(super) fn deadline(&self, millis: u64) -> Pin<Box<dyn Future<Output = ()>>> {
        self.wait(millis, true)
    }

    fn wait(&self, millis: u64, is_deadline: bool) -> Pin<Box<dyn Future<Output = ()>>> {
        let sleeper = Rc::new(Sleeper { is_due: Cell::new(false), is_deadline, waker: RefCell::default() });
        self.count.set(self.count.get() + 1);
        let at = self.now.get().saturating_add(millis);
        self.sleepers.borrow_mut().insert((at, self.count.get()), Rc::downgrade(&sleeper));
        Box::pin(poll_fn(move |context| {
            if sleeper.is_due.get() {
                return Poll::Ready(());
            }
            *sleeper.waker.borrow_mut() = Some(context.waker().clone());
            Poll::Pending
        }))
    }

    /// Returns how many handlers are sleeping.
    pub(super) fn sleepers(&self) -> usize {
        let sleepers = self.sleepers.borrow();
        sleepers.values().filter_map(Weak::upgrade).filter(|sleeper| !sleeper.is_deadline).count()
    }

    /// Returns the time of the next sleeper or alarm.
    pub(super) fn next_due(&self) -> Option<u64> {
        let mut sleepers = self.sleepers.borrow_mut();
        // A dropped handler no longer waits.
        sleepers.retain(|_, sleeper| sleeper.strong_count() > 0);
        let sleeper = sleepers.keys().next().map(|(at, _)| *at);
        sleeper.into_iter().chain(self.alarm.get()).min()
    }

    /// Moves the time forward and wakes the first due sleeper. Returns whether the alarm is due instead.
    pub(super) fn move_to(&self, time: u64) -> bool {
        self.now.set(self.now.get().max(time));
        let is_due = |at: u64| at <= self.now.get();
        if self.alarm.get().is_some_and(is_due) {
            self.alarm.set(None);
            return true;
        }
        let mut sleepers = self.sleepers.borrow_mut();
        let due = sleepers.first_entry().filter(|entry| is_due(entry.key().0));
        if let Some(sleeper) = due.and_then(|entry| entry.remove().upgrade()) {
            sleeper.is_due.set(true);
            if let Some(waker) = sleeper.waker.borrow_mut().take() {
                waker.wake();
            }
        }
        false
    }

    /// Removes all sleepers: the room loses its memory.
    pub(super) fn clear_sleepers(&self) {
        self.sleepers.borrow_mut().clear();
    }
}
