//! The protocols of the drawing game: that of a game, and that of the lobby.

pub mod lobby;

use serde::{Deserialize, Serialize};
use websocket_do::{Value, WsProtocol, protocol::Type};

/// The largest coordinate of a drawing, in both directions.
pub const SIZE: u16 = 1000;
/// The largest number of strokes in a drawing.
pub const MAX_STROKES: usize = 300;

/// The messages of a player.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = GameEvent)]
pub enum PlayerMessage {
    /// Starts the game. Only the host may.
    Start,
    /// Adds a stroke to the drawing. Only the artist may.
    Draw {
        /// The stroke.
        stroke: Stroke,
    },
    /// Removes all strokes. Only the artist may.
    Clear,
    /// Guesses the word. Everyone but the artist may.
    Guess {
        /// The guess, which everyone sees if it is wrong.
        #[ws(len = 1..=60)]
        text: String,
    },
}

/// A line of the drawing.
#[derive(Debug, Clone, PartialEq, Eq, WsProtocol)]
pub struct Stroke {
    /// The color.
    #[ws(one_of("black", "red", "orange", "yellow", "green", "blue", "purple", "white"))]
    pub color: String,
    /// The width, in units of the coordinates.
    #[ws(range = 1..=60)]
    pub width: u8,
    /// The points, from the first to the last.
    #[ws(len = 1..=100)]
    pub points: Vec<Point>,
}

/// A point of the drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, WsProtocol)]
pub struct Point {
    /// From left to right.
    #[ws(range = 0..=1000)]
    pub x: u16,
    /// From top to bottom.
    #[ws(range = 0..=1000)]
    pub y: u16,
}

/// The messages of a game.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
pub enum GameEvent {
    /// The first message of a session: the state of the game.
    Welcome {
        /// The player's id, which everyone knows.
        you: String,
        /// The player's secret. A session with the query `player` and `token` is the same player.
        token: String,
        /// The players, in the order in which they have joined.
        players: Vec<Player>,
        /// The round, while one is being played.
        round: Option<Round>,
        /// The drawing of the round.
        strokes: Vec<Stroke>,
    },
    /// A player has joined or left, or a score has changed.
    Players {
        /// All players.
        players: Vec<Player>,
    },
    /// A round has begun.
    RoundStarted {
        /// The round.
        round: Round,
    },
    /// The word of the round. It is sent to the artist, and to players that have guessed it.
    Word {
        /// The word.
        word: String,
    },
    /// The artist has drawn.
    Drawn {
        /// The new stroke.
        stroke: Stroke,
    },
    /// The artist has removed all strokes.
    Cleared,
    /// The word, with more of its letters.
    Hint {
        /// An underscore for each hidden letter.
        mask: String,
    },
    /// A wrong guess.
    Said {
        /// The name of the player.
        name: String,
        /// The guess.
        text: String,
    },
    /// A player has guessed the word.
    Guessed {
        /// The player's id.
        player: String,
        /// The points for it.
        points: u32,
    },
    /// The round is over.
    RoundEnded {
        /// Its word.
        word: String,
    },
    /// The last round is over.
    GameEnded {
        /// The ids of the players with the highest score.
        winners: Vec<String>,
    },
    /// The sender's message is not possible now, or not for the sender.
    Denied {
        /// Why.
        reason: Denial,
    },
}

/// The reason of a denial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Denial {
    /// Only the host may start a game.
    NotHost,
    /// A game needs two players.
    TooFewPlayers,
    /// A game is being played.
    AlreadyStarted,
    /// No round is being played.
    NoRound,
    /// Only the artist may draw.
    NotArtist,
    /// The artist must not guess.
    ArtistGuesses,
    /// The player has guessed the word, and must not give it away.
    AlreadyGuessed,
    /// The drawing has all the strokes that it can have.
    DrawingFull,
}

impl Value for Denial {
    const TYPE: Type = String::TYPE;
}

/// A player, as everyone sees it.
#[derive(Debug, Clone, PartialEq, Eq, WsProtocol)]
pub struct Player {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The points.
    pub score: u32,
    /// Whether the player is connected.
    pub is_here: bool,
    /// Whether the player may start a game.
    pub is_host: bool,
}

/// A round, as everyone sees it.
#[derive(Debug, Clone, PartialEq, Eq, WsProtocol)]
pub struct Round {
    /// The number of the round, from 1.
    pub number: u8,
    /// The number of rounds.
    pub of: u8,
    /// The id of the player that draws.
    pub artist: String,
    /// An underscore for each hidden letter of the word.
    pub mask: String,
    /// How long the round still takes, in milliseconds.
    pub ends_in_ms: u32,
}
