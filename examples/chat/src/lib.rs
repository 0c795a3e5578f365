//! A chat room: the same on this machine, on workerd and on Cloudflare.

pub mod access;
mod history;
pub mod room;

use websocket_do::App;

pub use chat_protocol as protocol;

/// The page, and a room for each name.
pub fn app() -> App {
    App::new().page("/", include_str!("page.html")).rooms::<room::ChatRoom>("/room/{room}")
}

websocket_do::export_worker!(app);
