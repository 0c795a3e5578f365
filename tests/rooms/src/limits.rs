//! A room with a small limit of its messages.

use std::cell::Cell;

use serde::Deserialize;
use websocket_do::{Json, Query, Refusal, Rejection, Result, Session, Upgrade, WsProtocol, websocket_do};

/// The room's `max_message`, in bytes.
pub const MAX_MESSAGE: usize = 4 << 10;

/// What clients send.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Limited)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Limit {
    /// A message of any size.
    Fill { text: String },
    /// Changes the session's data, whose rule allows 8 characters.
    Note { text: String },
    /// Asks how many frames have reached a handler.
    Count,
}

/// What the room sends.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Limited {
    /// How many frames have reached a handler.
    Handled { count: u32 },
    /// The session's data, and why it was not changed.
    Noted { text: String, error: Option<String> },
}

/// The data of a session, and what the routes take.
#[derive(Debug, Clone, Default, PartialEq, WsProtocol)]
pub struct Note {
    #[ws(len = ..=8)]
    text: String,
}

/// A container that only serde knows.
#[derive(Debug, Deserialize)]
struct Notes {
    notes: Vec<Note>,
}

/// The room, which counts in memory.
#[derive(Default)]
pub struct Limits {
    handled: Cell<u32>,
}

#[websocket_do(client = Limit, session = Note, max_message = MAX_MESSAGE)]
impl Limits {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<Note, Refusal> {
        Ok(Note::default())
    }

    #[post("/notes")]
    fn notes(&self, Json(Notes { notes }): Json<Notes>) -> Json<usize> {
        Json(notes.len())
    }

    #[get("/note")]
    fn one(&self, Query(note): Query<Note>) -> String {
        note.text
    }

    #[message]
    fn note(&self, session: &Session<Self>, text: String) -> Result<()> {
        let error = session.update(|note| note.text = text).err().map(|error| error.to_string());
        session.send(Limited::Noted { text: session.read(|note| note.text.clone()), error })
    }

    #[message]
    fn fill(&self, session: &Session<Self>, text: String) -> Result<()> {
        drop(text);
        self.handled.set(self.handled.get() + 1);
        self.count(session)
    }

    #[message]
    fn count(&self, session: &Session<Self>) -> Result<()> {
        session.send(Limited::Handled { count: self.handled.get() })
    }

    #[binary]
    fn binary(&self, session: &Session<Self>, _bytes: Vec<u8>) -> Result<()> {
        self.fill(session, String::new())
    }

    #[rejected]
    fn rejected(&self, session: &Session<Self>, _why: &Rejection) -> Result<()> {
        self.fill(session, String::new())
    }
}
