//! A room that does what a test asks of it.

use std::{cell::Cell, time::Duration};

use serde::{Deserialize, Serialize};
use websocket_do::{Accept, Closed, HttpError, Result, Room, Session, StatusCode, Upgrade, WsProtocol, websocket_do};

/// What is to be done.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Done)]
pub(crate) enum Do {
    /// Keeps a note in the session.
    Note { text: String },
    /// Says what the room and the session know.
    Tell,
    /// Tells everyone.
    TellAll { text: String },
    /// Answers after some of the room's time.
    Wait { millis: u64 },
    /// Answers after some real time.
    WaitOutside { millis: u64 },
    /// Keeps a text in the room.
    Store { text: String },
    /// Sends so many, and closes.
    Leave { after: u32 },
    /// The handler panics.
    Panic,
    /// The handler returns an error.
    Fail { text: String },
    /// Sets a timer.
    Ring { bell: String, after: u64 },
}

/// What was done.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
pub(crate) enum Done {
    /// The session's note, and how many messages the room has handled since it woke.
    Known { text: String, handled: u32, id: String },
    /// Told to everyone.
    Told { text: String },
    /// It was waited.
    Waited,
    /// Whether it was stored.
    Stored { error: Option<String> },
    /// One of many.
    Last { number: u32 },
    /// A timer went off.
    Rang { bell: String },
}

/// The data of a session.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Note {
    pub(crate) text: String,
}

/// The room. Its memory counts.
#[derive(Default)]
pub(crate) struct Desk {
    handled: Cell<u32>,
}

#[websocket_do(client = Do, session = Note, handler_timeout = 3_600)]
impl Desk {
    #[connect]
    fn connect(&self, upgrade: &Upgrade) -> Result<Accept<Note>, HttpError> {
        match upgrade.query("refuse") {
            Some(why) => Err(HttpError::new(StatusCode::IM_A_TEAPOT, why.into_owned())),
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
        Ok(session.send(Done::Known { text, handled: self.handled.get(), id: session.id().to_string() })?)
    }

    #[message]
    fn tell_all(&self, session: &Session<Self>, text: String) -> Result<()> {
        Ok(session.room().broadcast(Done::Told { text })?)
    }

    #[message]
    async fn wait(&self, session: &Session<Self>, millis: u64) -> Result<()> {
        session.room().sleep(Duration::from_millis(millis)).await;
        Ok(session.send(Done::Waited)?)
    }

    #[message]
    async fn wait_outside(&self, session: &Session<Self>, millis: u64) -> Result<()> {
        tokio::time::sleep(Duration::from_millis(millis)).await;
        Ok(session.send(Done::Waited)?)
    }

    #[message]
    fn store(&self, session: &Session<Self>, text: String) -> Result<()> {
        let error = session.room().storage().put("text", &text).err().map(|error| error.to_string());
        Ok(session.send(Done::Stored { error })?)
    }

    #[message]
    fn leave(&self, session: &Session<Self>, after: u32) -> Result<()> {
        for number in 0..after {
            session.send(Done::Last { number })?;
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
        Ok(room.broadcast(Done::Rang { bell: "noon".into() })?)
    }

    #[timer]
    fn tea(&self, room: &Room<Self>) -> Result<()> {
        Ok(room.broadcast(Done::Rang { bell: "tea".into() })?)
    }

    /// Panics the first time.
    #[timer]
    fn fire(&self, room: &Room<Self>) -> Result<()> {
        let tried = room.storage().get::<bool>("tried")?.is_some();
        room.storage().put("tried", &true)?;
        assert!(tried, "on purpose");
        Ok(room.broadcast(Done::Rang { bell: "fire".into() })?)
    }

    #[close]
    fn close(&self, session: &Session<Self>, how: &Closed) -> Result<()> {
        Ok(session.room().storage().put("closed", &how.code())?)
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
