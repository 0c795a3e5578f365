//! A room with a handler for each thing that a test can check.

use std::{cell::Cell, time::Duration};

use serde::{Deserialize, Serialize};
use websocket_do::{Accept, Closed, HttpError, Result, Room, Session, StatusCode, Upgrade, WsProtocol, websocket_do};

/// Requests from clients.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Event)]
pub(crate) enum Command {
    /// Stores a note in the session data.
    Note { text: String },
    /// Sends the note and the number of handled messages.
    Tell,
    /// Broadcasts a text.
    TellAll { text: String },
    /// Answers after this much of the room's time.
    Wait { millis: u64 },
    /// Answers after this much real time.
    WaitOutside { millis: u64 },
    /// Stores a text in the room's storage.
    Store { text: String },
    /// Sends `after` messages and closes the session.
    Leave { after: u32 },
    /// Panics in the handler.
    Panic,
    /// Returns an error from the handler.
    Fail { text: String },
    /// Sets a timer.
    Ring { bell: String, after: u64 },
}

/// Responses of the room.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
pub(crate) enum Event {
    /// The session's note, and how many messages the room has handled since it was created.
    Known { text: String, handled: u32, id: String },
    /// A broadcast text.
    Told { text: String },
    /// The wait is over.
    Waited,
    /// The text was stored, or an error.
    Stored { error: Option<String> },
    /// A message before the close.
    Last { number: u32 },
    /// A timer ran.
    Rang { bell: String },
}

/// The data of a session.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Note {
    pub(crate) text: String,
}

/// A room with a counter in memory.
#[derive(Default)]
pub(crate) struct Desk {
    handled: Cell<u32>,
}

#[websocket_do(client = Command, session = Note, handler_timeout = 3_600)]
impl Desk {
    #[connect]
    fn connect(&self, upgrade: &Upgrade) -> Result<Accept<Note>, HttpError> {
        match upgrade.query("refuse") {
            Some(reason) => Err(HttpError::new(StatusCode::IM_A_TEAPOT, reason.into_owned())),
            None => Ok(Accept::new(Note { text: String::new() })),
        }
    }

    #[message]
    fn note(&self, session: &Session<Self>, text: String) -> Result<()> {
        self.handled.set(self.handled.get() + 1);
        Ok(session.update(|note| note.text = text)?)
    }

    #[message]
    fn tell(&self, session: &Session<Self>) -> Result<()> {
        self.handled.set(self.handled.get() + 1);
        let text = session.data().text.clone();
        Ok(session.send(Event::Known { text, handled: self.handled.get(), id: session.id().to_string() })?)
    }

    #[message]
    fn tell_all(&self, session: &Session<Self>, text: String) -> Result<()> {
        Ok(session.room().broadcast(Event::Told { text })?)
    }

    #[message]
    async fn wait(&self, session: &Session<Self>, millis: u64) -> Result<()> {
        session.room().sleep(Duration::from_millis(millis)).await;
        Ok(session.send(Event::Waited)?)
    }

    #[message]
    async fn wait_outside(&self, session: &Session<Self>, millis: u64) -> Result<()> {
        tokio::time::sleep(Duration::from_millis(millis)).await;
        Ok(session.send(Event::Waited)?)
    }

    #[message]
    fn store(&self, session: &Session<Self>, text: String) -> Result<()> {
        let error = session.room().storage().put("text", &text).err().map(|error| error.to_string());
        Ok(session.send(Event::Stored { error })?)
    }

    #[message]
    fn leave(&self, session: &Session<Self>, after: u32) -> Result<()> {
        for number in 0..after {
            session.send(Event::Last { number })?;
        }
        Ok(session.close(4002, "as you wish")?)
    }

    #[message]
    fn fail(&self, _session: &Session<Self>, text: String) -> Result<()> {
        Err(std::io::Error::other(text).into())
    }

    #[message]
    fn panic(&self, _session: &Session<Self>) {
        panic!("on purpose")
    }

    #[message]
    fn ring(&self, session: &Session<Self>, bell: String, after: u64) -> Result<()> {
        let room = session.room();
        let timer = match bell.as_str() {
            "noon" => Self::NOON,
            "tea" => Self::TEA,
            "fire" => Self::FIRE,
            _ => return Err(websocket_do::Error::msg(format!("unknown timer `{bell}`"))),
        };
        Ok(room.set_timer(timer, room.now() + Duration::from_millis(after))?)
    }

    #[timer]
    pub(crate) fn noon(&self, room: &Room<Self>) -> Result<()> {
        Ok(room.broadcast(Event::Rang { bell: "noon".into() })?)
    }

    #[timer]
    fn tea(&self, room: &Room<Self>) -> Result<()> {
        Ok(room.broadcast(Event::Rang { bell: "tea".into() })?)
    }

    /// Panics the first time.
    #[timer]
    fn fire(&self, room: &Room<Self>) -> Result<()> {
        let tried = room.storage().get::<bool>("tried")?.is_some();
        room.storage().put("tried", &true)?;
        assert!(tried, "on purpose");
        Ok(room.broadcast(Event::Rang { bell: "fire".into() })?)
    }

    #[close]
    fn close(&self, session: &Session<Self>, closed: &Closed) -> Result<()> {
        Ok(session.room().storage().put("closed", &closed.code())?)
    }

    #[get("/text")]
    fn text(&self, room: &Room<Self>) -> Result<String> {
        Ok(room.storage().get("text")?.unwrap_or_default())
    }

    #[get("/slow")]
    async fn slow(&self, room: &Room<Self>) -> String {
        room.sleep(Duration::from_secs(1)).await;
        room.now().to_string()
    }
}
