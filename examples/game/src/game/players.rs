//! The players of a game, in its storage: their names, scores and secrets survive everything but an hour without players.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use websocket_do::{Room, Session, StorageError, Upgrade};

use super::Game;
use crate::protocol::Player;

/// The number of players that a game knows, here or not.
const CAPACITY: usize = 12;

const KEY: &str = "players";

/// A player.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) score: u32,
    /// A session with it belongs to this player. It is sent to the player alone.
    pub(super) token: String,
}

/// All players, in the order in which they have joined.
pub(super) struct Players {
    records: Vec<Record>,
    /// A session that is closing, and does not count any more.
    leaving: Option<Uuid>,
}

impl Players {
    pub(super) fn load(room: &Room<Game>) -> Result<Self, StorageError> {
        Ok(Self { records: room.storage().get(KEY)?.unwrap_or_default(), leaving: None })
    }

    /// The same, without a session that is closing.
    pub(super) fn without(mut self, session: &Session<Game>) -> Self {
        self.leaving = Some(session.id());
        self
    }

    pub(super) fn save(&self, room: &Room<Game>) -> Result<(), StorageError> {
        room.storage().put(KEY, &self.records)
    }

    /// The player of an upgrade: the one whose id and token it has, or a new one. `None` if the game is full.
    pub(super) fn admit(&mut self, room: &Room<Game>, upgrade: &Upgrade, name: String) -> Option<Record> {
        let (id, token) = (upgrade.query("player"), upgrade.query("token"));
        // Without an id or a token, or with those of different players, the client is a new player.
        let is_claimed =
            |record: &&mut Record| id.as_deref() == Some(&record.id) && token.as_deref() == Some(&record.token);
        if let Some(known) = self.records.iter_mut().find(is_claimed) {
            known.name = name;
            return Some(known.clone());
        }
        if self.records.len() >= CAPACITY {
            let gone = self.records.iter().position(|record| !self.is_here(room, &record.id))?;
            self.records.remove(gone);
        }
        let record = Record { id: Uuid::new_v4().to_string(), name, score: 0, token: Uuid::new_v4().to_string() };
        self.records.push(record.clone());
        Some(record)
    }

    pub(super) fn get(&self, id: &str) -> Option<&Record> {
        self.records.iter().find(|record| record.id == id)
    }

    pub(super) fn award(&mut self, id: &str, points: u32) {
        if let Some(record) = self.records.iter_mut().find(|record| record.id == id) {
            record.score = record.score.saturating_add(points);
        }
    }

    pub(super) fn reset_scores(&mut self) {
        self.records.iter_mut().for_each(|record| record.score = 0);
    }

    /// The ids of the connected players.
    pub(super) fn here(&self, room: &Room<Game>) -> Vec<String> {
        self.records.iter().filter(|record| self.is_here(room, &record.id)).map(|record| record.id.clone()).collect()
    }

    /// The ids with the highest score.
    pub(super) fn winners(&self) -> Vec<String> {
        let best = self.records.iter().map(|record| record.score).max().unwrap_or(0);
        self.records.iter().filter(|record| record.score == best && best > 0).map(|record| record.id.clone()).collect()
    }

    /// Without the secrets. The host is the first connected player.
    pub(super) fn public(&self, room: &Room<Game>) -> Vec<Player> {
        let here = self.here(room);
        let player = |record: &Record| Player {
            id: record.id.clone(),
            name: record.name.clone(),
            score: record.score,
            is_here: here.contains(&record.id),
            is_host: here.first() == Some(&record.id),
        };
        self.records.iter().map(player).collect()
    }

    /// The player that draws after this one. `None` if there are too few players.
    pub(super) fn after(&self, room: &Room<Game>, artist: &str) -> Option<String> {
        let here = self.here(room);
        let place = self.records.iter().position(|record| record.id == artist).map_or(0, |place| place + 1);
        let in_turn = self.records.iter().cycle().skip(place).take(self.records.len());
        let next = in_turn.map(|record| &record.id).find(|id| here.contains(id));
        next.filter(|_| here.len() >= 2).cloned()
    }

    /// Whether one of the player's sessions is open.
    fn is_here(&self, room: &Room<Game>, id: &str) -> bool {
        room.sessions().iter().any(|session| Some(session.id()) != self.leaving && session.data().player == id)
    }
}
