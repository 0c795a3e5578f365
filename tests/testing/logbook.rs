//! A room that logs its messages, timers and closed sessions in its storage.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use websocket_do::{
    Accept, Close, Closed, HttpError, PreviousSession, Result, Room, Session, Upgrade, WsProtocol, websocket_do,
};

/// Requests from clients.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Event)]
pub(crate) enum Command {
    /// Broadcasts the text and logs it.
    Say { text: String },
    /// Closes this session.
    Kick,
    /// Runs a handler that never returns.
    Hang,
    /// Closes this session in a handler that never returns.
    KickAndHang,
    /// Runs a handler that waits.
    Wait { millis: u64 },
    /// Panics in the handler.
    Panic,
    /// Closes this session in a transaction that is rolled back.
    KickAndUndo,
    /// Sets the timer.
    Ring { after: u64 },
}

#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
pub(crate) enum Event {
    Said { text: String },
}

/// The data of a session.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Name(pub(crate) String);

#[derive(Default)]
pub(crate) struct Logbook;

/// Appends a line to the log in the room's storage.
fn log(room: &Room<Logbook>, line: String) -> Result<()> {
    let mut log: Vec<String> = room.storage().get("log")?.unwrap_or_default();
    log.push(line);
    Ok(room.storage().put("log", &log)?)
}

#[websocket_do(client = Command, session = Name, handler_timeout = 20)]
impl Logbook {
    #[connect]
    fn connect(&self, upgrade: &Upgrade) -> Result<Accept<Name>, HttpError> {
        Ok(Accept::new(Name(upgrade.query("name").unwrap_or_default().into_owned())))
    }

    #[message]
    fn say(&self, session: &Session<Self>, text: String) -> Result<()> {
        log(session.room(), format!("{} says {text:.20}", session.data().0.clone()))?;
        Ok(session.room().broadcast(Event::Said { text })?)
    }

    #[message]
    fn kick(&self, session: &Session<Self>) -> Result<()> {
        Ok(session.close(4001, "kicked")?)
    }

    #[message]
    async fn hang(&self, _session: &Session<Self>) -> Result<()> {
        std::future::pending().await
    }

    #[message]
    async fn kick_and_hang(&self, session: &Session<Self>) -> Result<()> {
        session.close(4001, "kicked")?;
        std::future::pending().await
    }

    #[message]
    async fn wait(&self, session: &Session<Self>, millis: u64) -> Result<()> {
        session.room().sleep(Duration::from_millis(millis)).await;
        Ok(())
    }

    #[message]
    fn panic(&self, _session: &Session<Self>) -> Result<()> {
        panic!("on purpose")
    }

    #[message]
    fn kick_and_undo(&self, session: &Session<Self>) -> Result<()> {
        session.room().storage().transaction(|_| {
            session.close(4001, "kicked")?;
            Err(websocket_do::Error::msg("on purpose"))
        })
    }

    #[message]
    fn ring(&self, session: &Session<Self>, after: u64) -> Result<()> {
        Ok(session.room().set_timer(Self::BELL, session.room().now() + Duration::from_millis(after))?)
    }

    #[timer]
    pub(crate) async fn bell(&self, room: &Room<Self>) -> Result<()> {
        log(room, "the bell begins".to_owned())?;
        room.sleep(Duration::from_secs(15)).await;
        log(room, "the bell ends".to_owned())
    }

    #[close]
    fn close(&self, session: &Session<Self>, closed: &Closed) -> Result<()> {
        log(
            session.room(),
            format!("{} closed with {}, {} counted", session.data().0.clone(), closed.code(), session.room().len()),
        )
    }

    #[migrate]
    fn migrate(&self, room: &Room<Self>, _previous: &PreviousSession) -> Result<Name, Close> {
        let tries: u32 = room.storage().get("tries").ok().flatten().unwrap_or(0);
        let _ = room.storage().put("tries", &(tries + 1));
        Err(Close::restart("of an older shape"))
    }
}
