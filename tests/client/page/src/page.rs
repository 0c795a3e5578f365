//! The page as a platform for the shared cases, and its other functions.

use std::time::Duration;

use anyhow::{Result, anyhow};
use client_cases::{Names, Say, Transport};
use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use websocket_do::client::Builder;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(handler: &Function, milliseconds: f64);

    // Provided by `tests/browser/clients.mjs`.

    #[wasm_bindgen(js_name = setOffline, catch)]
    async fn ask_to_be_offline(offline: bool) -> Result<JsValue, JsValue>;

    /// Sets whether the clock jumps by a minute after each heartbeat.
    #[wasm_bindgen(js_name = setSleepy)]
    pub(crate) fn set_sleepy(sleepy: bool);
}

pub(crate) struct Page {
    address: String,
    names: Names,
}

impl Page {
    pub(crate) fn new(address: String, names: Names) -> Self {
        Self { address, names }
    }
}

impl Transport for Page {
    fn builder(&self, room: &str) -> Builder<Say> {
        Builder::new(format!("{}/misbehaving/{room}/websocket", self.address.replace("http://", "ws://")))
    }

    async fn sleep(&self, time: Duration) {
        let promise = Promise::new(&mut |resolve, _| set_timeout(&resolve, time.as_secs_f64() * 1000.0));
        // A timer's promise is not rejected.
        let _ = JsFuture::from(promise).await;
    }

    fn knows_status(&self) -> bool {
        false
    }

    fn room(&self) -> String {
        self.names.next()
    }
}

/// Sets whether the browser is offline.
pub(crate) async fn set_offline(offline: bool) -> Result<()> {
    ask_to_be_offline(offline).await.map_err(|error| failed(&error))?;
    Ok(())
}

/// Fetches a path from the page's server.
pub(crate) async fn fetch(path: &str) -> Result<String> {
    let fetched = async {
        let window: web_sys::Window = js_sys::global().unchecked_into();
        let response: web_sys::Response = JsFuture::from(window.fetch_with_str(path)).await?.unchecked_into();
        JsFuture::from(response.text()?).await
    };
    let text = fetched.await.map_err(|error| failed(&error))?;
    text.as_string().ok_or_else(|| anyhow!("the response is not text"))
}

fn failed(error: &JsValue) -> anyhow::Error {
    anyhow!("{error:?}")
}
