//! What a browser knows of the network. It is sure only of its absence; a Worker knows nothing and is never without.

use std::future::pending;

use js_sys::Reflect;
use send_wrapper::SendWrapper;
use tokio::sync::oneshot;
use wasm_bindgen::JsCast;
use web_sys::EventTarget;

use super::listener::Listener;

/// Whether it is known that there is no network.
pub(super) fn is_absent() -> bool {
    is_online() == Some(false)
}

/// Waits until the network comes back, where that will be told.
pub(super) async fn comes_back() {
    if is_online().is_none() {
        return pending().await;
    }
    let (tell, told) = oneshot::channel();
    let mut tell = Some(tell);
    let global: EventTarget = js_sys::global().unchecked_into();
    let listener = Listener::new(&global, "online", move |_| {
        let _ = tell.take().map(|tell| tell.send(()));
    });
    let _listener = SendWrapper::new(listener);
    drop(global);
    let _ = told.await;
}

/// `navigator.onLine`, where there is one.
fn is_online() -> Option<bool> {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).ok()?;
    // Fails on what is no object.
    Reflect::get(&navigator, &"onLine".into()).ok()?.as_bool()
}
