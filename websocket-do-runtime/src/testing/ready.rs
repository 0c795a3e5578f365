//! Which handlers of a simulation are ready to be polled.

use std::{
    future::poll_fn,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{Poll, Wake, Waker},
};

use futures_util::task::AtomicWaker;

/// The handlers that are ready to be polled, each with its number in the order.
pub(super) struct Ready {
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
    pub(super) fn new(order: Arc<AtomicU64>) -> Self {
        Self { handlers: Mutex::default(), order, outside: AtomicWaker::new() }
    }

    /// Returns the waker of a handler.
    pub(super) fn waker(self: &Arc<Self>, handler: u64) -> Waker {
        Waker::from(Arc::new(HandlerWaker { handler, ready: self.clone() }))
    }

    /// Waits until a handler is ready.
    pub(super) async fn any(&self) {
        poll_fn(|context| {
            self.outside.register(context.waker());
            if self.all().is_empty() { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
    }

    /// Adds a handler, unless it is ready already.
    pub(super) fn push(&self, handler: u64) {
        let mut handlers = self.handlers.lock().unwrap_or_else(PoisonError::into_inner);
        if handlers.iter().all(|(_, ready)| *ready != handler) {
            handlers.push((self.order.fetch_add(1, Ordering::Relaxed), handler));
        }
        drop(handlers);
        self.outside.wake();
    }

    /// Removes a handler that is polled.
    pub(super) fn take(&self, handler: u64) {
        self.handlers.lock().unwrap_or_else(PoisonError::into_inner).retain(|(_, ready)| *ready != handler);
    }

    /// Returns all, each with its number in the order.
    pub(super) fn all(&self) -> Vec<(u64, u64)> {
        self.handlers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
