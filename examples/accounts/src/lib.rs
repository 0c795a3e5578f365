//! Lobbies whose users have accounts in a database: D1 on workerd, SQLite on the local host, and any other in a test.

pub mod accounts;
#[cfg(target_arch = "wasm32")]
mod d1;
pub mod lobby;
mod sql;
#[cfg(not(target_arch = "wasm32"))]
mod sqlite;

use websocket_do::App;

#[cfg(target_arch = "wasm32")]
use crate::d1::open;
#[cfg(not(target_arch = "wasm32"))]
use crate::sqlite::open;

/// One room for each lobby. All of them share the accounts.
pub fn app() -> App {
    App::new().rooms::<lobby::Lobby>("/lobbies/{lobby}").state(open)
}

websocket_do::export_worker!(app);
