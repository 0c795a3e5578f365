//! Polls inside an axum router. The router and the rooms are the same on both hosts.

pub mod room;
pub mod router;
#[cfg(target_arch = "wasm32")]
mod worker;

use websocket_do::App;

/// One room for each poll.
pub fn app() -> App {
    App::new().rooms::<room::Poll>("/polls/{poll}")
}
