//! Waiting, on both hosts.

use std::time::Duration;

#[cfg(not(target_arch = "wasm32"))]
pub(crate) async fn wait(millis: u32) {
    tokio::time::sleep(Duration::from_millis(millis.into())).await;
}

#[cfg(target_arch = "wasm32")]
pub(crate) async fn wait(millis: u32) {
    worker::Delay::from(Duration::from_millis(millis.into())).await;
}
