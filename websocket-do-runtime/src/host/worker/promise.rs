//! Runs futures for event handlers of the platform. Returns a value if nothing was awaited, else a promise.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    future::{Future, poll_fn},
    panic,
    sync::{Arc, Once},
    task::{Context, Poll, Wake, Waker},
};

use futures_util::{FutureExt, task::AtomicWaker};
use js_sys::{Error, Function, Promise};
use wasm_bindgen_futures::spawn_local;
use worker::wasm_bindgen::JsValue;

use crate::server::{call::in_flight, handler, log};

/// Runs a future that handles a request.
pub(super) fn run(future: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Result<JsValue, JsValue> {
    match start(future) {
        Ok(outcome) => outcome,
        Err(rest) => Ok(promise(rest).into()),
    }
}

/// Runs a future that handles an event. Returns `undefined` or a promise of it.
pub(super) fn run_event(future: impl Future<Output = ()> + 'static) -> JsValue {
    match start(future) {
        Ok(()) => JsValue::UNDEFINED,
        Err(rest) => promise(rest.map(|()| Ok(JsValue::UNDEFINED))).into(),
    }
}

/// Runs a future in the background.
pub(super) fn spawn(future: impl Future<Output = ()> + 'static) {
    reject_pending_on_panic();
    spawn_local(future);
}

/// Polls a future once, and runs the rest of it in the background.
pub(super) fn spawn_started(future: impl Future<Output = ()> + 'static) {
    if let Err(rest) = start(future) {
        spawn_local(rest);
    }
}

/// Polls the future once. Returns its output, or the rest of it if it is pending: a promise costs a turn of the event loop, so
/// only a pending future gets one.
fn start<F: Future + 'static>(future: F) -> Result<F::Output, impl Future<Output = F::Output>> {
    reject_pending_on_panic();
    let mut future = Box::pin(future);
    let relay = SPARE.take().unwrap_or_default();
    match future.as_mut().poll(&mut Context::from_waker(&relay.waker)) {
        Poll::Ready(outcome) => {
            // A kept waker may cause a spurious wake-up of the next future, which is harmless.
            SPARE.set(Some(relay));
            Ok(outcome)
        }
        Poll::Pending => Err(poll_fn(move |context| {
            relay.task.0.register(context.waker());
            future.as_mut().poll(&mut Context::from_waker(&relay.waker))
        })),
    }
}

thread_local! {
    /// The relay of the last future that was ready at once. It is reused, so that most events allocate none.
    static SPARE: Cell<Option<Relay>> = Cell::default();
}

/// Wakes the task that polls the future. A timer may keep the waker of the first poll forever, and that poll is before there is a
/// task.
struct Relay {
    task: Arc<Task>,
    waker: Waker,
}

#[derive(Default)]
struct Task(AtomicWaker);

impl Default for Relay {
    fn default() -> Self {
        let task = Arc::new(Task::default());
        Self { waker: Waker::from(task.clone()), task }
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.0.wake();
    }
}

/// The `reject` functions of the pending promises.
#[derive(Default)]
struct Pending {
    count: u32,
    rejects: BTreeMap<u32, Function>,
}

thread_local! {
    static PENDING: RefCell<Pending> = RefCell::default();
}

impl Pending {
    fn add(&mut self, reject: Function) -> u32 {
        self.count = self.count.wrapping_add(1);
        self.rejects.insert(self.count, reject);
        self.count
    }
}

fn promise(future: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    let mut future = Some(future);
    Promise::new(&mut |resolve, reject| {
        let Some(future) = future.take() else { return };
        let key = PENDING.with_borrow_mut(|pending| pending.add(reject.clone()));
        spawn_local(async move {
            let outcome = future.await;
            PENDING.with_borrow_mut(|pending| pending.rejects.remove(&key));
            // A promise does not throw when it is settled.
            let _ = match outcome {
                Ok(value) => resolve.call1(&JsValue::UNDEFINED, &value),
                Err(error) => reject.call1(&JsValue::UNDEFINED, &error),
            };
        });
    })
}

/// Answers all calls and rejects all pending promises at a panic, which ends the wasm instance: they would never be settled, and
/// their requests would hang.
fn reject_pending_on_panic() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            before(info);
            if let Some(handler) = handler::current() {
                log::error(&format!("{handler} panicked"));
            }
            in_flight::fail_all();
            PENDING.with(|pending| {
                let rejects = pending.try_borrow_mut().map(|mut pending| std::mem::take(&mut pending.rejects));
                for reject in rejects.unwrap_or_default().into_values() {
                    let _ = reject.call1(&JsValue::UNDEFINED, &Error::new("a handler panicked"));
                }
            });
        }));
    });
}
