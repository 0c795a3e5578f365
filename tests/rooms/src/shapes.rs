//! Rooms of one fixed format, and rooms whose attachments are of an older shape when they are read again.

use std::cell::Cell;

use serde::{Deserialize, Serialize};
use websocket_do::{
    Close, Error, Json, Refusal, Result, ResumeFailure, Room, Session, Upgrade, WsProtocol, websocket_do,
};

/// What clients ask.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Told)]
pub enum Ask {
    /// The session's data.
    Who,
    /// The handler fails.
    Fail,
    /// Loses the room's memory.
    Panic,
}

/// What they are told.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
pub enum Told {
    /// The session's data.
    Who { name: String },
}

#[expect(clippy::panic, reason = "a panic is the quickest way to lose a room's memory")]
fn forget_everything() {
    panic!("on purpose")
}

/// A room that speaks MessagePack alone.
#[derive(Default)]
pub struct Fixed;

#[websocket_do(client = Ask, session = String, format = msgpack)]
impl Fixed {
    #[connect]
    async fn connect(&self, _upgrade: &Upgrade) -> Result<String, Refusal> {
        Ok("fixed".into())
    }

    #[message]
    fn who(&self, session: &Session<Self>) -> Result<()> {
        session.send(Told::Who { name: session.read(Clone::clone) })
    }

    #[message]
    fn fail(&self, _session: &Session<Self>) -> Result<()> {
        Err(Error::msg("on purpose"))
    }

    #[failed]
    fn failed(&self, session: &Session<Self>, error: &Error) -> Result<()> {
        session.send(Told::Who { name: format!("failed: {error}") })
    }

    #[message]
    fn panic(&self, _session: &Session<Self>) {
        forget_everything();
    }
}

thread_local! {
    /// Whether data was written and not read since: what is read next is the check that it can be.
    static WRITTEN: Cell<bool> = const { Cell::new(false) };
}

/// Data that is written in one shape and, but for the check of what was written, read in another, as after a deploy.
pub struct Newer {
    name: String,
    level: u8,
}

#[derive(Serialize, Deserialize)]
struct Older {
    title: String,
}

impl Serialize for Newer {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        WRITTEN.set(true);
        Older { title: self.name.clone() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Newer {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let older = Older::deserialize(deserializer)?;
        if WRITTEN.take() {
            Ok(Self { name: older.title, level: 0 })
        } else {
            Err(serde::de::Error::missing_field("level"))
        }
    }
}

/// A room that says nothing of what is to become of lost data.
#[derive(Default)]
pub struct Lost;

#[websocket_do(client = Ask, session = Newer)]
impl Lost {
    #[connect]
    async fn connect(&self, _upgrade: &Upgrade) -> Result<Newer, Refusal> {
        Ok(Newer { name: "Ada".into(), level: 0 })
    }

    #[message]
    fn who(&self, session: &Session<Self>) -> Result<()> {
        session.send(Told::Who { name: session.read(|data| format!("{} {}", data.name, data.level)) })
    }

    #[message]
    fn fail(&self, _session: &Session<Self>) {}

    #[get("/count")]
    fn count(&self, room: &Room<Self>) -> Json<usize> {
        Json(room.len())
    }

    #[message]
    fn panic(&self, _session: &Session<Self>) {
        forget_everything();
    }
}

/// A room that knows the older shape.
#[derive(Default)]
pub struct Migrated;

#[websocket_do(client = Ask, session = Newer)]
impl Migrated {
    #[connect]
    async fn connect(&self, _upgrade: &Upgrade) -> Result<Newer, Refusal> {
        Ok(Newer { name: "Ada".into(), level: 0 })
    }

    #[message]
    fn who(&self, session: &Session<Self>) -> Result<()> {
        session.send(Told::Who { name: session.read(|data| format!("{} {}", data.name, data.level)) })
    }

    #[message]
    fn fail(&self, _session: &Session<Self>) {}

    #[message]
    fn panic(&self, _session: &Session<Self>) {
        forget_everything();
    }

    #[resume_failed]
    fn resume_failed(&self, failure: &ResumeFailure) -> Result<Newer, Close> {
        let older: Older = failure.decode().map_err(|_| Close::restart("unknown data"))?;
        Ok(Newer { name: older.title, level: 7 })
    }
}
