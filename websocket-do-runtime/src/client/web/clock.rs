//! Time, tasks and chance: those of the event loop. All that is global here, browsers and Workers have alike.

use std::{future::Future, ops::Add, time::Duration};

use send_wrapper::SendWrapper;
use tokio::{select, sync::oneshot};
use wasm_bindgen::prelude::{Closure, JsValue, wasm_bindgen};

use super::network;
use crate::client::ClientError;

/// The longest time that `setTimeout` knows; a longer one would be none.
const LONGEST: u128 = 0x7fff_ffff;

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

/// A point in time, on a clock that never goes back.
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

/// A timer of the event loop. It is taken back when this is dropped.
struct Timer {
    timer: JsValue,
    _handler: Closure<dyn FnMut()>,
}

impl Timer {
    fn start(time: Duration, tell: oneshot::Sender<()>) -> Self {
        let mut tell = Some(tell);
        let handler = Closure::new(move || {
            // Whoever waits no longer does not want to know.
            let _ = tell.take().map(|tell| tell.send(()));
        });
        // Rounded up: what is waited for is not to be missed by less than a tick.
        let milliseconds = time.as_micros().div_ceil(1000).min(LONGEST);
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
        let (tell, fired) = oneshot::channel();
        let _timer = SendWrapper::new(Timer::start(left, tell));
        let _ = fired.await;
    }
}

/// Too much time has passed.
#[derive(Debug)]
pub(in crate::client) struct Elapsed;

pub(in crate::client) async fn timeout<T>(limit: Duration, future: impl Future<Output = T>) -> Result<T, Elapsed> {
    select! {
        biased;
        done = future => Ok(done),
        () = sleep(limit) => Err(Elapsed),
    }
}

/// Waits before an attempt to connect: so long, or until the network comes back; and while it is known that there is none.
pub(in crate::client) async fn pause(delay: Duration) {
    select! {
        () = sleep(delay) => {}
        () = network::comes_back() => {}
    }
    while network::is_absent() {
        network::comes_back().await;
    }
}

/// Runs a task on the event loop.
#[expect(clippy::unnecessary_wraps, reason = "on native targets there may be no runtime")]
pub(in crate::client) fn spawn(task: impl Future<Output = ()> + Send + 'static) -> Result<(), ClientError> {
    wasm_bindgen_futures::spawn_local(task);
    Ok(())
}

/// The time of day, since the beginning of 1970.
#[allow(dead_code, reason = "for the stub of a Worker")]
pub(in crate::client) fn since_epoch() -> Duration {
    Duration::try_from_secs_f64(js_sys::Date::now() / 1000.0).unwrap_or_default()
}
