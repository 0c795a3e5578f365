//! A drawing and guessing game: a room for each game, and a lobby that lists them. The same app runs on the local host, on workerd and on
//! Cloudflare.

pub mod game;
pub mod lobby;

use websocket_do::App;

pub use game_protocol as protocol;

/// The page, the games and the lobby.
pub fn app() -> App {
    App::new()
        .page("/", include_str!("page.html"))
        .rooms::<game::Game>("/game/{room}")
        .rooms::<lobby::Lobby>("/lobby/{room}")
}

websocket_do::export_worker!(app);
