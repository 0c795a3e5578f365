//! A round: its artist, its word, the players that have guessed it, its time, its begin and its end.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use websocket_do::{Result, Room, StorageError, Timestamp};

use super::{Game, drawing, players::Players, words};
use crate::protocol::{self, GameEvent};

/// The number of rounds of a game.
const ROUNDS: u8 = 5;
/// How long a round takes.
const ROUND: Duration = Duration::from_mins(1);
/// When the first letter is shown, from the begin of a round.
const HINT: Duration = Duration::from_secs(30);
/// How long a round waits for an artist or a guesser to connect again, when there is none.
const GRACE: Duration = Duration::from_secs(5);
/// The pause after a round.
const PAUSE: Duration = Duration::from_secs(5);

const KEY: &str = "phase";

/// What a game is doing.
#[derive(Clone, Serialize, Deserialize, Default)]
pub(super) enum Phase {
    /// Waiting for the host.
    #[default]
    Waiting,
    /// Playing a round.
    Drawing(Round),
    /// After a round that was not the last.
    Pause {
        /// The number of the round.
        number: u8,
        artist: String,
    },
}

impl Phase {
    pub(super) fn load(room: &Room<Game>) -> Result<Self, StorageError> {
        Ok(room.storage().get(KEY)?.unwrap_or_default())
    }

    pub(super) fn save(&self, room: &Room<Game>) -> Result<(), StorageError> {
        room.storage().put(KEY, self)
    }
}

/// A round.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Round {
    pub(super) number: u8,
    /// The player that draws.
    pub(super) artist: String,
    pub(super) word: String,
    /// How many letters are shown.
    pub(super) shown: usize,
    /// The players that have guessed the word.
    pub(super) guessed: Vec<String>,
    /// When it ends, in milliseconds.
    pub(super) ends: i64,
}

impl Round {
    /// As everyone sees it: without the word.
    pub(super) fn public(&self, now: Timestamp) -> protocol::Round {
        protocol::Round {
            number: self.number,
            of: ROUNDS,
            artist: self.artist.clone(),
            mask: words::mask(&self.word, self.shown),
            ends_in_ms: self.left(now),
        }
    }

    /// How long it still takes, in milliseconds.
    fn left(&self, now: Timestamp) -> u32 {
        u32::try_from(self.ends.saturating_sub(now.as_millis())).unwrap_or(0)
    }

    /// Whether all connected players but the artist have guessed the word.
    pub(super) fn is_complete(&self, here: &[String]) -> bool {
        here.iter().all(|player| *player == self.artist || self.guessed.contains(player))
    }

    /// Sets the time of its end: early if the artist or all guessers are gone.
    pub(super) fn set_end(&self, room: &Room<Game>, here: &[String]) -> Result<()> {
        let ends = Timestamp::from_millis(self.ends)?;
        let is_waiting = !here.contains(&self.artist) || self.is_complete(here);
        room.set_timer(Game::END_ROUND, if is_waiting { ends.min(room.now() + GRACE) } else { ends })?;
        Ok(())
    }

    /// The points for a guess now: from 100 at the begin to 10 at the end.
    pub(super) fn points(&self, now: Timestamp) -> u32 {
        let whole = u32::try_from(ROUND.as_millis()).unwrap_or(u32::MAX);
        10 + (90 * (self.left(now).min(whole) / 100)) / (whole / 100)
    }
}

/// The points of the artist for each right guess.
const ARTIST_POINTS: u32 = 25;

/// Begins a round.
pub(super) fn begin(room: &Room<Game>, number: u8, artist: String) -> Result<()> {
    let (now, word) = (room.now(), words::choose(room)?);
    let ends = (now + ROUND).as_millis();
    let round = Round { number, artist, word, shown: 0, guessed: Vec::new(), ends };
    drawing::clear(room)?;
    Phase::Drawing(round.clone()).save(room)?;
    room.set_timer(Game::HINT, now + HINT)?;
    room.set_timer(Game::END_ROUND, now + ROUND)?;
    room.broadcast(GameEvent::RoundStarted { round: round.public(now) })?;
    send_word(room, &round, &round.artist)
}

/// Sends the word to the sessions of one player.
fn send_word(room: &Room<Game>, round: &Round, player: &str) -> Result<()> {
    room.everyone()
        .filter(|session| session.data().player == player)
        .send(GameEvent::Word { word: round.word.clone() })?;
    Ok(())
}

/// A player has guessed the word.
pub(super) fn guessed(room: &Room<Game>, mut players: Players, mut round: Round, player: &str) -> Result<()> {
    let points = round.points(room.now());
    round.guessed.push(player.to_owned());
    players.award(player, points);
    players.award(&round.artist, ARTIST_POINTS);
    // Both or neither: a player that has guessed has the points for it.
    room.storage().transaction(|_| {
        players.save(room)?;
        Phase::Drawing(round.clone()).save(room)?;
        Ok(())
    })?;
    room.broadcast(GameEvent::Guessed { player: player.to_owned(), points })?;
    room.broadcast(GameEvent::Players { players: players.public(room) })?;
    send_word(room, &round, player)?;
    if round.is_complete(&players.here(room)) {
        end(room, &players, &round)?;
    }
    Ok(())
}

/// Ends a round.
pub(super) fn end(room: &Room<Game>, players: &Players, round: &Round) -> Result<()> {
    room.cancel_timer(Game::HINT)?;
    room.cancel_timer(Game::END_ROUND)?;
    let Round { number, artist, word, .. } = round.clone();
    room.broadcast(GameEvent::RoundEnded { word })?;
    if number >= ROUNDS || players.here(room).len() < 2 {
        return finish(room, players);
    }
    Phase::Pause { number, artist }.save(room)?;
    room.set_timer(Game::NEXT_ROUND, room.now() + PAUSE)?;
    Ok(())
}

/// Ends the game.
pub(super) fn finish(room: &Room<Game>, players: &Players) -> Result<()> {
    Phase::Waiting.save(room)?;
    room.cancel_timer(Game::NEXT_ROUND)?;
    Ok(room.broadcast(GameEvent::GameEnded { winners: players.winners() })?)
}
