//! Time, tasks and random numbers of the JavaScript platform. Browsers and Workers have all the globals used here.

use std::{future::Future, ops::Add, time::Duration};

use send_wrapper::SendWrapper;
use tokio::{select, sync::oneshot};
use wasm_bindgen::prelude::{Closure, JsValue, wasm_bindgen};

use super::network;
use crate::client::ClientError;

/// The longest time that `setTimeout` supports; it handles a longer one as 0.
const MAX_TIMEOUT: u128 = 0x7fff_ffff;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn milliseconds() -> f64;

    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(handler: &Closure<dyn FnMut()>, milliseconds: f64) -> JsValue;

    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);
}

pub(in crate::client) use js_sys::Math::random;

/// A point in time of a monotonic clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::client) struct Instant(Duration);

impl Instant {
    pub(in crate::client) fn now() -> Self {
        Self(Duration::try_from_secs_f64(milliseconds() / 1000.0).unwrap_or_default())
    }

    pub(in crate::client) fn elapsed(self) -> Duration {
        Self::now().0.saturating_sub(self.0)
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, time: Duration) -> Self {
        Self(self.0.saturating_add(time))
    }
}

/// A timer of the event loop, cancelled on drop.
struct Timer {
    timer: JsValue,
    _handler: Closure<dyn FnMut()>,
}

impl Timer {
    fn start(time: Duration, sender: oneshot::Sender<()>) -> Self {
        let mut sender = Some(sender);
        let handler = Closure::new(move || {
            // Fails if the receiver is dropped.
            let _ = sender.take().map(|sender| sender.send(()));
        });
        // Rounded up, so that the timer does not fire before the time is over.
        let milliseconds = time.as_micros().div_ceil(1000).min(MAX_TIMEOUT);
        #[expect(clippy::cast_precision_loss, reason = "it is exact up to 2⁵³")]
        let timer = set_timeout(&handler, milliseconds as f64);
        Self { timer, _handler: handler }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(&self.timer);
    }
}

pub(in crate::client) async fn sleep(time: Duration) {
    sleep_until(Instant::now() + time).await;
}

pub(in crate::client) async fn sleep_until(deadline: Instant) {
    loop {
        let left = deadline.0.saturating_sub(Instant::now().0);
        if left.is_zero() {
            return;
        }
        let (sender, fired) = oneshot::channel();
        let _timer = SendWrapper::new(Timer::start(left, sender));
        let _ = fired.await;
    }
}

/// The time limit is over.
#[derive(Debug)]
pub(in crate::client) struct Elapsed;

pub(in crate::client) async fn timeout<T>(limit: Duration, future: impl Future<Output = T>) -> Result<T, Elapsed> {
    select! {
        biased;
        done = future => Ok(done),
        () = sleep(limit) => Err(Elapsed),
    }
}

/// Waits before an attempt to connect: for `delay`, or until the browser is online again, and as long as it is offline.
pub(in crate::client) async fn pause(delay: Duration) {
    select! {
        () = sleep(delay) => {}
        () = network::online() => {}
    }
    while network::is_offline() {
        network::online().await;
    }
}

/// Runs a task on the event loop.
#[expect(clippy::unnecessary_wraps, reason = "fails on native targets without a runtime")]
pub(in crate::client) fn spawn(task: impl Future<Output = ()> + Send + 'static) -> Result<(), ClientError> {
    wasm_bindgen_futures::spawn_local(task);
    Ok(())
}

/// Returns the time since the Unix epoch.
#[allow(dead_code, reason = "used by the stub of a Worker")]
pub(in crate::client) fn since_epoch() -> Duration {
    Duration::try_from_secs_f64(js_sys::Date::now() / 1000.0).unwrap_or_default()
}
