//! A round: who draws, which word, who has guessed it, and how long it takes.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use websocket_do::{Result, Room, StorageError, Timestamp};

use super::{Game, words};
use crate::protocol;

/// The number of rounds of a game.
pub(super) const ROUNDS: u8 = 5;
/// How long a round takes.
pub(super) const ROUND: Duration = Duration::from_mins(1);
/// When the first letter is shown, from the begin of a round.
pub(super) const HINT: Duration = Duration::from_secs(30);
/// How long a round waits for an artist or a guesser to connect again, when there is none.
const GRACE: Duration = Duration::from_secs(5);
/// The pause after a round.
pub(super) const PAUSE: Duration = Duration::from_secs(5);

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
    /// The player who draws.
    pub(super) artist: String,
    pub(super) word: String,
    /// How many letters are shown.
    pub(super) shown: usize,
    /// The players who have guessed the word.
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

    /// Whether all who are here and can guess have done so.
    pub(super) fn is_complete(&self, here: &[String]) -> bool {
        here.iter().all(|player| *player == self.artist || self.guessed.contains(player))
    }

    /// Sets the time of its end: early if those who are here have nothing left to do, as the artist or all guessers are gone.
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

/// The points of the artist for each player who guesses the word.
pub(super) const ARTIST_POINTS: u32 = 25;
