//! The threads that rooms run on. A thread on which a handler runs on and on gets no new rooms.

use std::{
    collections::VecDeque,
    fmt,
    future::Future,
    io,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use tokio::{
    runtime::{Builder, Runtime},
    sync::Notify,
    task::{LocalSet, spawn_local},
    time::sleep,
};
use tokio_util::sync::CancellationToken;

use super::activity::Activity;
use crate::server::log;

/// A thread that has been busy for this long is chosen for a new room only where all are.
const LATE: Duration = Duration::from_millis(100);

/// Threads that may be started for each one that is wanted, in place of those that stall.
const REPLACEMENTS: usize = 4;

/// Begins a room on the thread that it will run on.
pub(super) type Job = Box<dyn FnOnce(&Arc<Worker>) -> Pin<Box<dyn Future<Output = ()>>> + Send>;

/// The threads of a server.
pub(super) struct Workers {
    wanted: usize,
    stall_timeout: Duration,
    stop: CancellationToken,
    workers: Mutex<Vec<Arc<Worker>>>,
}

/// One thread. It ends with the server, as soon as its rooms have ended.
#[derive(Default)]
pub(super) struct Worker {
    /// Rooms that wait for their beginning.
    waiting: Mutex<VecDeque<(Arc<Seat>, Job)>>,
    has_waiting: Notify,
    /// Rooms that wait or run.
    rooms: AtomicUsize,
    pub(super) activity: Activity,
    /// The log says that the thread has stalled.
    is_reported: AtomicBool,
}

/// Where a room runs.
pub(super) struct Seat {
    worker: Mutex<Arc<Worker>>,
    has_begun: AtomicBool,
}

impl fmt::Debug for Workers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workers").finish_non_exhaustive()
    }
}

impl Workers {
    /// Starts the threads.
    ///
    /// # Errors
    /// Where the system refuses a thread.
    pub(super) fn start(wanted: usize, stall_timeout: Duration, stop: CancellationToken) -> io::Result<Arc<Self>> {
        let workers = (0..wanted).map(|_| start(&stop)).collect::<io::Result<_>>()?;
        Ok(Arc::new(Self { wanted, stall_timeout, stop, workers: Mutex::new(workers) }))
    }

    /// The thread with the fewest rooms among those that answer. None where no thread answers, and no other may be started.
    pub(super) fn choose(&self) -> Option<Arc<Worker>> {
        let mut workers = lock(&self.workers);
        let answering: Vec<_> = workers
            .iter()
            .map(|worker| (worker.activity.busy_for().unwrap_or_default(), worker))
            .filter(|(busy, _)| *busy < self.stall_timeout)
            .collect();
        if answering.len() < self.wanted && workers.len() < self.wanted * (1 + REPLACEMENTS) {
            match start(&self.stop) {
                Ok(worker) => {
                    workers.push(worker.clone());
                    return Some(worker);
                }
                Err(error) => log::error(&format!("cannot start a thread for rooms: {error}")),
            }
        }
        let by_load = |(busy, worker): &(Duration, &Arc<Worker>)| (*busy >= LATE, worker.rooms.load(Ordering::Relaxed));
        answering.into_iter().min_by_key(by_load).map(|(_, worker)| worker.clone())
    }

    /// Reports threads that stall, and moves the rooms that wait for them. Runs until the server stops.
    pub(super) async fn supervise(&self) {
        let pause = (self.stall_timeout / 4).clamp(Duration::from_millis(10), Duration::from_secs(1));
        while self.stop.run_until_cancelled(sleep(pause)).await.is_some() {
            let workers = lock(&self.workers).clone();
            for worker in workers {
                self.look_after(&worker);
            }
        }
    }

    fn look_after(&self, worker: &Arc<Worker>) {
        match worker.activity.busy_for() {
            Some(busy) if busy >= self.stall_timeout => {
                if !worker.is_reported.swap(true, Ordering::Relaxed) {
                    let (what, rooms) = (worker.activity.describe(), worker.rooms.load(Ordering::Relaxed));
                    log::error(&format!(
                        "{what} has been running for {} s without awaiting: none of the {rooms} rooms on its thread is served",
                        busy.as_secs_f32(),
                    ));
                }
                for (seat, job) in std::mem::take(&mut *lock(&worker.waiting)) {
                    let other = self.choose().unwrap_or_else(|| worker.clone());
                    worker.rooms.fetch_sub(1, Ordering::Relaxed);
                    *lock(&seat.worker) = other.clone();
                    other.add(seat, job);
                }
            }
            _ if worker.is_reported.swap(false, Ordering::Relaxed) => {
                log::error("a thread that had stalled serves its rooms again");
            }
            _ => {}
        }
    }

    /// What runs on threads that do not answer.
    pub(super) fn stalled(&self) -> Vec<String> {
        let workers = lock(&self.workers).clone();
        let stalled = |worker: &&Arc<Worker>| worker.activity.busy_for().is_some_and(|busy| busy >= LATE);
        workers.iter().filter(stalled).map(|worker| worker.activity.describe()).collect()
    }
}

impl Worker {
    /// Takes a room.
    pub(super) fn seat(self: Arc<Self>, job: Job) -> Arc<Seat> {
        let seat = Arc::new(Seat { worker: Mutex::new(self.clone()), has_begun: AtomicBool::new(false) });
        self.add(seat.clone(), job);
        seat
    }

    fn add(&self, seat: Arc<Seat>, job: Job) {
        self.rooms.fetch_add(1, Ordering::Relaxed);
        lock(&self.waiting).push_back((seat, job));
        self.has_waiting.notify_one();
    }

    async fn next(&self) -> (Arc<Seat>, Job) {
        loop {
            if let Some(next) = lock(&self.waiting).pop_front() {
                return next;
            }
            self.has_waiting.notified().await;
        }
    }

    /// Runs rooms until the server stops.
    fn run(self: &Arc<Self>, runtime: &Runtime, stop: &CancellationToken) {
        let rooms = LocalSet::new();
        rooms.block_on(runtime, async {
            while let Some((seat, job)) = stop.run_until_cancelled(self.next()).await {
                seat.has_begun.store(true, Ordering::Relaxed);
                let worker = self.clone();
                spawn_local(async move {
                    let _running = Running(&worker.rooms);
                    job(&worker).await;
                });
            }
        });
        // Rooms end by themselves when the server stops.
        runtime.block_on(rooms);
    }
}

impl Seat {
    /// Waits until the room's thread has stalled. A room that has not begun is moved to another first.
    pub(super) async fn stalled(&self, timeout: Duration) {
        loop {
            let patience = if self.has_begun.load(Ordering::Relaxed) { timeout } else { 2 * timeout };
            let busy = lock(&self.worker).activity.busy_for();
            let Some(left) = patience.checked_sub(busy.unwrap_or_default()).filter(|left| !left.is_zero()) else {
                return;
            };
            sleep(left).await;
        }
    }
}

/// A room that is counted until it ends.
struct Running<'w>(&'w AtomicUsize);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn start(stop: &CancellationToken) -> io::Result<Arc<Worker>> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let (worker, stop) = (Arc::new(Worker::default()), stop.clone());
    let own = worker.clone();
    thread::Builder::new().name("rooms".to_owned()).spawn(move || own.run(&runtime, &stop))?;
    Ok(worker)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
