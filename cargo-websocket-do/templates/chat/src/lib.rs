//! A chat: the same app on this machine, on workerd and on Cloudflare.

pub mod room;

use websocket_do::App;

pub use {{crate}}_protocol as protocol;

/// The page, and one room for each name.
pub fn app() -> App {
    App::new().page("/", include_str!("page.html")).rooms::<room::ChatRoom>("/room/{room}")
}

websocket_do::export_worker!(app);
