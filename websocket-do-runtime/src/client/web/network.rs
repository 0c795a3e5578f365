//! Whether a browser is offline. `navigator.onLine` is reliable only when it is false, and missing in a Worker.

use std::future::pending;

use js_sys::Reflect;
use send_wrapper::SendWrapper;
use tokio::sync::oneshot;
use wasm_bindgen::JsCast;
use web_sys::EventTarget;

use super::listener::Listener;

/// Whether the browser is known to be offline.
pub(super) fn is_offline() -> bool {
    is_online() == Some(false)
}

/// Waits until the browser is online again; for ever in a Worker.
pub(super) async fn online() {
    if is_online().is_none() {
        return pending().await;
    }
    let (sender, receiver) = oneshot::channel();
    let mut sender = Some(sender);
    let global: EventTarget = js_sys::global().unchecked_into();
    let listener = Listener::new(&global, "online", move |_| {
        let _ = sender.take().map(|sender| sender.send(()));
    });
    let _listener = SendWrapper::new(listener);
    drop(global);
    let _ = receiver.await;
}

/// Returns `navigator.onLine`, where it exists.
fn is_online() -> Option<bool> {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).ok()?;
    // Fails if there is no `navigator`.
    Reflect::get(&navigator, &"onLine".into()).ok()?.as_bool()
}
