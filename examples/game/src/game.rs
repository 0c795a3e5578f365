//! A game: its players, rounds and drawing. Everything is in the storage and in the sessions, so a game hibernates at any time.

mod drawing;
mod players;
mod round;
mod words;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use websocket_do::{
    Closed, FromRequest, HttpError, Json, Request, Result, Room, Session, StatusCode, Upgrade, WsProtocol, websocket_do,
};

use self::{players::Players, round::Phase};
use crate::{
    lobby::{self, Lobby},
    protocol::{Denial, GameEvent, PlayerMessage, Stroke, lobby::Report},
};

/// How often a game reports to the lobby.
const REPORT: Duration = Duration::from_mins(1);
/// How long a game without sessions is kept.
const KEPT: Duration = Duration::from_hours(1);

/// The data of a session: which player it belongs to. A player may have several.
#[derive(Clone, Serialize, Deserialize)]
pub struct Seat {
    player: String,
}

/// The words of the operator, for one game.
#[derive(Debug, WsProtocol)]
struct Words {
    /// The words; none for those of the example.
    #[ws(len = ..=100, each(len = 1..=30))]
    words: Vec<String>,
}

/// The game.
#[derive(Default)]
pub struct Game;

#[websocket_do(client = PlayerMessage, session = Seat, max_message = 16 << 10)]
impl Game {
    /// Anyone may join. Permission to be a certain player comes from the token alone, not from a cookie or an address, so a page of another
    /// site can do no more than any stranger.
    #[connect]
    fn connect(&self, room: &Room<Self>, upgrade: &Upgrade) -> Result<Seat, HttpError> {
        let has_length = |text: &str, longest: usize| (1..=longest).contains(&text.chars().count());
        if !upgrade.room_name().is_some_and(|name| has_length(name, 30)) {
            return Err(HttpError::bad_request("the name of a game has 1 to 30 characters"));
        }
        let name = upgrade.query("name").filter(|name| has_length(name, 20)).unwrap_or("Player".into());
        let mut players = Players::load(room)?;
        let Some(player) = players.admit(room, upgrade, name.into_owned()) else {
            return Err(HttpError::new(StatusCode::CONFLICT, "the game is full"));
        };
        players.save(room)?;
        // Also for a client that is gone before its session is open, which cancels it.
        room.set_timer(Self::CLEAN_UP, room.now() + KEPT)?;
        Ok(Seat { player: player.id })
    }

    #[open]
    fn open(&self, session: &Session<Self>) -> Result<()> {
        let (room, me) = (session.room(), &session.data().player);
        let players = Players::load(room)?;
        let phase = Phase::load(room)?;
        let round = if let Phase::Drawing(round) = &phase { Some(round.public(room.now())) } else { None };
        let everyone = players.public(room);
        session.send(GameEvent::Welcome {
            you: me.clone(),
            token: players.get(me).map(|record| record.token.clone()).unwrap_or_default(),
            players: everyone.clone(),
            round,
            strokes: drawing::strokes(room)?,
        })?;
        let here = players.here(room);
        if let Phase::Drawing(round) = phase {
            round.set_end(room, &here)?;
            // A player that has the word gets it again after a new connection.
            if round.artist == *me || round.guessed.contains(me) {
                session.send(GameEvent::Word { word: round.word })?;
            }
        }
        room.everyone().except(session).send(GameEvent::Players { players: everyone })?;
        room.cancel_timer(Self::CLEAN_UP)?;
        report(room, here.len())
    }

    #[message]
    fn start(&self, session: &Session<Self>) -> Result<()> {
        let room = session.room();
        let mut players = Players::load(room)?;
        let here = players.here(room);
        let denial = match (Phase::load(room)?, here.as_slice()) {
            (Phase::Drawing(_) | Phase::Pause { .. }, _) => Denial::AlreadyStarted,
            (_, [host, ..]) if *host != session.data().player => Denial::NotHost,
            (_, [artist, _, ..]) => {
                players.reset_scores();
                players.save(room)?;
                room.broadcast(GameEvent::Players { players: players.public(room) })?;
                return round::begin(room, 1, artist.clone());
            }
            _ => Denial::TooFewPlayers,
        };
        deny(session, denial)
    }

    #[message]
    fn draw(&self, session: &Session<Self>, stroke: Stroke) -> Result<()> {
        let room = session.room();
        if let Some(denial) = denies_drawing(session)? {
            return deny(session, denial);
        }
        if !drawing::add(room, &stroke)? {
            return deny(session, Denial::DrawingFull);
        }
        room.everyone().except(session).send(GameEvent::Drawn { stroke })?;
        Ok(())
    }

    #[message]
    fn clear(&self, session: &Session<Self>) -> Result<()> {
        let room = session.room();
        if let Some(denial) = denies_drawing(session)? {
            return deny(session, denial);
        }
        drawing::clear(room)?;
        Ok(room.broadcast(GameEvent::Cleared)?)
    }

    #[message]
    fn guess(&self, session: &Session<Self>, text: String) -> Result<()> {
        let (room, me) = (session.room(), &session.data().player);
        let players = Players::load(room)?;
        if let Phase::Drawing(round) = Phase::load(room)? {
            // Even a wrong guess of the artist could be a hint.
            if round.artist == *me {
                return deny(session, Denial::ArtistGuesses);
            }
            if words::contains(&text, &round.word) {
                return if round.guessed.contains(me) {
                    deny(session, Denial::AlreadyGuessed)
                } else {
                    round::guessed(room, players, round, me)
                };
            }
        }
        let name = players.get(me).map(|record| record.name.clone()).unwrap_or_default();
        Ok(room.broadcast(GameEvent::Said { name, text })?)
    }

    #[close]
    fn close(&self, session: &Session<Self>, _closed: &Closed) -> Result<()> {
        let room = session.room();
        let players = Players::load(room)?.without(session);
        room.everyone().except(session).send(GameEvent::Players { players: players.public(room) })?;
        let here = players.here(room);
        if here.is_empty() {
            room.set_timer(Self::CLEAN_UP, room.now() + KEPT)?;
        }
        if let Phase::Drawing(round) = Phase::load(room)? {
            round.set_end(room, &here)?;
        }
        report(room, here.len())
    }

    /// Shows the first letter.
    #[timer]
    fn hint(&self, room: &Room<Self>) -> Result<()> {
        let Phase::Drawing(mut round) = Phase::load(room)? else { return Ok(()) };
        round.shown = 1;
        let mask = words::mask(&round.word, round.shown);
        Phase::Drawing(round).save(room)?;
        Ok(room.broadcast(GameEvent::Hint { mask })?)
    }

    #[timer]
    fn end_round(&self, room: &Room<Self>) -> Result<()> {
        let Phase::Drawing(round) = Phase::load(room)? else { return Ok(()) };
        round::end(room, &Players::load(room)?, &round)
    }

    #[timer]
    fn next_round(&self, room: &Room<Self>) -> Result<()> {
        let Phase::Pause { number, artist } = Phase::load(room)? else { return Ok(()) };
        let players = Players::load(room)?;
        match players.after(room, &artist) {
            Some(next) => round::begin(room, number + 1, next),
            None => round::finish(room, &players),
        }
    }

    /// Reports to the lobby, which forgets games that do not.
    #[timer]
    fn report(&self, room: &Room<Self>) -> Result<()> {
        report(room, Players::load(room)?.here(room).len())
    }

    /// Deletes a game without sessions.
    #[timer]
    fn clean_up(&self, room: &Room<Self>) -> Result<()> {
        if room.is_empty() {
            room.storage().delete_all()?;
        }
        Ok(())
    }

    /// Sets the words of this game. Requires the secret `GAME_KEY`; where it is not set, every request is refused.
    #[put("/words")]
    fn set_words(&self, room: &Room<Self>, request: Request) -> Result<StatusCode, HttpError> {
        let given =
            request.headers().get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        let key = room.env().secret("GAME_KEY").ok().filter(|key| !key.is_empty());
        if key.is_none() || given != key.as_deref() {
            return Err(HttpError::unauthorized());
        }
        let Json(Words { words }) = Json::from_request(&request)?;
        room.storage().put(words::KEY, &words)?;
        Ok(StatusCode::NO_CONTENT)
    }
}

fn deny(session: &Session<Game>, reason: Denial) -> Result<()> {
    Ok(session.send(GameEvent::Denied { reason })?)
}

/// The reason why the session's player may not change the drawing, if there is one.
fn denies_drawing(session: &Session<Game>) -> Result<Option<Denial>> {
    Ok(match Phase::load(session.room())? {
        Phase::Drawing(round) if round.artist == session.data().player => None,
        Phase::Drawing(_) => Some(Denial::NotArtist),
        Phase::Waiting | Phase::Pause { .. } => Some(Denial::NoRound),
    })
}

/// Reports the number of players to the lobby. In the background: a lobby that fails or is slow does not hold up a game.
fn report(room: &Room<Game>, players: usize) -> Result<()> {
    if players > 0 {
        room.set_timer(Game::REPORT, room.now() + REPORT)?;
    } else {
        room.cancel_timer(Game::REPORT)?;
    }
    let Some(name) = room.name() else { return Ok(()) };
    let is_running = !matches!(Phase::load(room)?, Phase::Waiting);
    let lobby = room.namespace::<Lobby>()?.by_name(lobby::NAME);
    room.spawn(async move { lobby.report(&name, Report { players, is_running }).await })?;
    Ok(())
}
