//! A chat: the same app on the local host, on workerd and on Cloudflare.

pub mod access;
mod history;
pub mod room;

use websocket_do::App;

pub use chat_protocol as protocol;

/// The page, and one room for each name.
pub fn app() -> App {
    App::new().page("/", include_str!("page.html")).rooms::<room::ChatRoom>("/room/{room}")
}

websocket_do::export_worker!(app);
