//! The messages of the lobby. Its clients only listen.

use serde::{Deserialize, Serialize};
use websocket_do::WsProtocol;

/// The messages of clients of the lobby: none.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = LobbyEvent)]
pub enum LobbyMessage {}

/// The messages of the lobby.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
pub enum LobbyEvent {
    /// The open games, those with most players first.
    Games {
        /// The games.
        games: Vec<OpenGame>,
    },
}

/// A game in the lobby.
#[derive(Debug, Clone, PartialEq, Eq, WsProtocol)]
pub struct OpenGame {
    /// The name, as in the URL.
    pub name: String,
    /// The number of connected players.
    pub players: usize,
    /// Whether a game is being played. One can join at any time.
    pub is_running: bool,
}

/// What a game reports to the lobby.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The number of connected players.
    pub players: usize,
    /// Whether a game is being played.
    pub is_running: bool,
}
