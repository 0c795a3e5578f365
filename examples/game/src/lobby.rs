//! The lobby: one room, which lists the open games. Games report to it by an internal route, and pages listen to it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use websocket_do::{
    HttpError, Json, ListOptions, Result, Room, Session, StatusCode, StorageError, Upgrade, websocket_do,
};

use crate::protocol::lobby::{LobbyEvent, LobbyMessage, OpenGame, Report};

/// The name of the lobby.
pub const NAME: &str = "main";

/// How long a game without a report stays in the list. Games report more often than that.
const FORGOTTEN_AFTER: Duration = Duration::from_mins(3);

/// How many games are in the list at most.
const CAPACITY: usize = 200;

/// The prefix of the keys in the storage: one for each game.
const GAMES: &str = "game:";

/// A game, as it is stored.
#[derive(Serialize, Deserialize)]
struct Entry {
    report: Report,
    /// When the report has arrived, in milliseconds.
    at: i64,
}

/// The lobby.
#[derive(Default)]
pub struct Lobby;

#[websocket_do(client = LobbyMessage, session = ())]
impl Lobby {
    #[connect]
    fn connect(&self, upgrade: &Upgrade) -> Result<(), HttpError> {
        // The list is public. There is one lobby; others would be empty objects for everyone to create.
        if upgrade.room_name() == Some(NAME) { Ok(()) } else { Err(StatusCode::NOT_FOUND.into()) }
    }

    #[open]
    fn open(&self, session: &Session<Self>) -> Result<()> {
        Ok(session.send(LobbyEvent::Games { games: games(session.room())? })?)
    }

    /// A game has changed, or is still there. Only games call this.
    #[put("/games/{name}", internal)]
    fn report(&self, room: &Room<Self>, name: String, Json(report): Json<Report>) -> Result<()> {
        let key = format!("{GAMES}{name}");
        if report.players == 0 {
            room.storage().delete(&key)?;
        } else {
            let is_new = room.storage().get::<Entry>(&key)?.is_none();
            if is_new && games(room)?.len() >= CAPACITY {
                // The game goes on, and is found by its name.
                return Ok(());
            }
            room.storage().put(&key, &Entry { report, at: room.now().as_millis() })?;
            room.set_timer(Self::SWEEP, room.now() + FORGOTTEN_AFTER)?;
        }
        announce(room)
    }

    /// The same list for programs.
    #[get("/games")]
    fn list(&self, room: &Room<Self>) -> Result<Json<Vec<(String, Report)>>> {
        let entry = |game: OpenGame| (game.name, Report { players: game.players, is_running: game.is_running });
        Ok(Json(games(room)?.into_iter().map(entry).collect()))
    }

    /// Removes the games that have stopped to report, for example because their object was deleted.
    #[timer]
    fn sweep(&self, room: &Room<Self>) -> Result<()> {
        let oldest = room.now().as_millis() - i64::try_from(FORGOTTEN_AFTER.as_millis())?;
        let entries = room.storage().list::<Entry>(&ListOptions::prefix(GAMES))?;
        let (forgotten, open): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(_, entry)| entry.at <= oldest);
        for (key, _) in forgotten {
            room.storage().delete(&key)?;
        }
        if !open.is_empty() {
            room.set_timer(Self::SWEEP, room.now() + FORGOTTEN_AFTER)?;
        }
        announce(room)
    }
}

fn announce(room: &Room<Lobby>) -> Result<()> {
    Ok(room.broadcast(LobbyEvent::Games { games: games(room)? })?)
}

/// The open games, those with most players first.
fn games(room: &Room<Lobby>) -> Result<Vec<OpenGame>, StorageError> {
    let entries = room.storage().list::<Entry>(&ListOptions::prefix(GAMES))?.into_iter();
    let game = |(key, Entry { report, .. }): (String, Entry)| OpenGame {
        name: key.strip_prefix(GAMES).unwrap_or_default().to_owned(),
        players: report.players,
        is_running: report.is_running,
    };
    let mut games: Vec<_> = entries.map(game).collect();
    games.sort_by(|one, other| other.players.cmp(&one.players).then_with(|| one.name.cmp(&other.name)));
    Ok(games)
}
