//! The threads that rooms run on. A stalled thread, on which a handler does not return, gets no new rooms.

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
use crate::server::{handler::shared, log};

/// A thread that has been busy for this long is chosen for a new room only if all are.
const BUSY: Duration = Duration::from_millis(100);

/// How many replacements for stalled threads may be started, for each thread of the pool.
const MAX_REPLACEMENTS: usize = 4;

/// Starts a room on the thread that it will run on.
pub(super) type StartRoom = Box<dyn FnOnce(&Arc<RoomThread>) -> Pin<Box<dyn Future<Output = ()>>> + Send>;

/// The threads of a server.
pub(super) struct ThreadPool {
    size: usize,
    stall_timeout: Duration,
    stop: CancellationToken,
    threads: Mutex<Vec<Arc<RoomThread>>>,
}

/// One thread. It ends after its last room when the server stops.
#[derive(Default)]
pub(super) struct RoomThread {
    /// Rooms that are not started yet.
    waiting: Mutex<VecDeque<(Arc<Placement>, StartRoom)>>,
    has_waiting: Notify,
    /// How many rooms wait or run.
    rooms: AtomicUsize,
    pub(super) activity: Activity,
    /// Whether the log reports the thread as stalled.
    is_reported: AtomicBool,
}

/// The thread that a room is assigned to.
pub(super) struct Placement {
    thread: Mutex<Arc<RoomThread>>,
    is_started: AtomicBool,
}

impl fmt::Debug for ThreadPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThreadPool").finish_non_exhaustive()
    }
}

impl ThreadPool {
    /// Starts the threads.
    ///
    /// # Errors
    /// Returns the system's error if a thread cannot be started.
    pub(super) fn start(size: usize, stall_timeout: Duration, stop: CancellationToken) -> io::Result<Arc<Self>> {
        let threads = (0..size).map(|_| start(&stop)).collect::<io::Result<_>>()?;
        Ok(Arc::new(Self { size, stall_timeout, stop, threads: Mutex::new(threads) }))
    }

    /// The thread with the fewest rooms among those that are not stalled. None if all are and no other may be started.
    pub(super) fn choose(&self) -> Option<Arc<RoomThread>> {
        let mut threads = lock(&self.threads);
        let responsive: Vec<_> = threads
            .iter()
            .map(|thread| (thread.activity.busy_for().unwrap_or_default(), thread))
            .filter(|(busy, _)| *busy < self.stall_timeout)
            .collect();
        if responsive.len() < self.size && threads.len() < self.size * (1 + MAX_REPLACEMENTS) {
            match start(&self.stop) {
                Ok(thread) => {
                    threads.push(thread.clone());
                    return Some(thread);
                }
                Err(error) => log::error(&format!("cannot start a thread for rooms: {error}")),
            }
        }
        let by_load =
            |(busy, thread): &(Duration, &Arc<RoomThread>)| (*busy >= BUSY, thread.rooms.load(Ordering::Relaxed));
        responsive.into_iter().min_by_key(by_load).map(|(_, thread)| thread.clone())
    }

    /// Reports stalled threads, and moves the rooms that wait for them. Runs until the server stops.
    pub(super) async fn supervise(&self) {
        let interval = (self.stall_timeout / 4).clamp(Duration::from_millis(10), Duration::from_secs(1));
        while self.stop.run_until_cancelled(sleep(interval)).await.is_some() {
            let threads = lock(&self.threads).clone();
            for thread in threads {
                self.check(&thread);
            }
        }
    }

    fn check(&self, thread: &Arc<RoomThread>) {
        match thread.activity.busy_for() {
            Some(busy) if busy >= self.stall_timeout => {
                if !thread.is_reported.swap(true, Ordering::Relaxed) {
                    let (handler, rooms) = (thread.activity.describe(), thread.rooms.load(Ordering::Relaxed));
                    log::error(&format!(
                        "{handler} has been running for {} s without awaiting: none of the {rooms} rooms on its thread is served",
                        busy.as_secs_f32(),
                    ));
                }
                for (placement, start) in std::mem::take(&mut *lock(&thread.waiting)) {
                    let other = self.choose().unwrap_or_else(|| thread.clone());
                    thread.rooms.fetch_sub(1, Ordering::Relaxed);
                    *lock(&placement.thread) = other.clone();
                    other.add(placement, start);
                }
            }
            _ if thread.is_reported.swap(false, Ordering::Relaxed) => {
                log::error("a thread that had stalled serves its rooms again");
            }
            _ => {}
        }
    }

    /// The handlers that keep their threads busy.
    pub(super) fn stalled(&self) -> Vec<String> {
        let threads = lock(&self.threads).clone();
        let is_busy = |thread: &&Arc<RoomThread>| thread.activity.busy_for().is_some_and(|busy| busy >= BUSY);
        threads.iter().filter(is_busy).map(|thread| thread.activity.describe()).collect()
    }
}

impl RoomThread {
    /// Assigns a room to the thread, which starts it as soon as it can.
    pub(super) fn spawn(self: Arc<Self>, start: StartRoom) -> Arc<Placement> {
        let placement = Arc::new(Placement { thread: Mutex::new(self.clone()), is_started: AtomicBool::new(false) });
        self.add(placement.clone(), start);
        placement
    }

    fn add(&self, placement: Arc<Placement>, start: StartRoom) {
        self.rooms.fetch_add(1, Ordering::Relaxed);
        lock(&self.waiting).push_back((placement, start));
        self.has_waiting.notify_one();
    }

    async fn next(&self) -> (Arc<Placement>, StartRoom) {
        loop {
            if let Some(next) = lock(&self.waiting).pop_front() {
                return next;
            }
            self.has_waiting.notified().await;
        }
    }

    /// Runs rooms until the server stops.
    fn run(self: &Arc<Self>, runtime: &Runtime, stop: &CancellationToken) {
        shared::record_in(self.activity.handler.clone());
        let rooms = LocalSet::new();
        rooms.block_on(runtime, async {
            while let Some((placement, start)) = stop.run_until_cancelled(self.next()).await {
                placement.is_started.store(true, Ordering::Relaxed);
                let thread = self.clone();
                spawn_local(async move {
                    let _counted = Counted(&thread.rooms);
                    start(&thread).await;
                });
            }
        });
        // Every room ends by itself when the server stops.
        runtime.block_on(rooms);
    }
}

impl Placement {
    /// Waits until the room's thread has stalled. A room that is not started yet is moved to another thread first.
    pub(super) async fn stalled(&self, timeout: Duration) {
        loop {
            let limit = if self.is_started.load(Ordering::Relaxed) { timeout } else { 2 * timeout };
            let busy = lock(&self.thread).activity.busy_for();
            let Some(left) = limit.checked_sub(busy.unwrap_or_default()).filter(|left| !left.is_zero()) else {
                return;
            };
            sleep(left).await;
        }
    }
}

/// Counts a room until it ends.
struct Counted<'t>(&'t AtomicUsize);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn start(stop: &CancellationToken) -> io::Result<Arc<RoomThread>> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let (thread, stop) = (Arc::new(RoomThread::default()), stop.clone());
    let started = thread.clone();
    thread::Builder::new().name("rooms".to_owned()).spawn(move || started.run(&runtime, &stop))?;
    Ok(thread)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
