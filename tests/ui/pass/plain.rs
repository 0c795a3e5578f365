//! All handlers, in all their forms.

#![deny(warnings, missing_docs)]

use std::cell::Cell;

use serde::{Deserialize, Serialize};
use websocket_do::{
    Accept, Close, Closed, Error, Json, HttpError, ValidationError, Result, PreviousSession, Room, Session, Upgrade, WsProtocol,
    websocket_do,
};

/// Messages from clients to the room.
#[derive(WsProtocol)]
#[ws(client, server = ServerMessage)]
pub enum ClientMessage {
    /// Increments the count.
    Count {
        /// The increment.
        #[ws(range = 1..=10)]
        by: u32,
    },
    /// Present only with a `cfg`.
    #[cfg(any())]
    Gone,
}

/// Messages from the room to clients.
#[derive(WsProtocol)]
#[ws(server)]
pub enum ServerMessage {
    /// The count.
    Counted {
        /// The new count.
        count: u32,
    },
}

/// The data of a session.
#[derive(Clone, Serialize, Deserialize)]
pub struct Member {
    name: String,
}

/// The room.
pub struct Counter {
    count: Cell<u32>,
}

#[websocket_do(client = ClientMessage, session = Member, format = msgpack)]
impl Counter {
    #[new]
    fn new(_room: &Room<Self>) -> Self {
        Self { count: Cell::new(0) }
    }

    #[connect]
    async fn connect(&self, _room: &Room<Self>, upgrade: &Upgrade) -> Result<Accept<Member>, HttpError> {
        Ok(Member { name: upgrade.session_id().to_string() }.into())
    }

    #[open]
    async fn open(&self, _session: &Session<Self>) {}

    #[message]
    fn count(&self, session: &Session<Self>, by: u32) -> Result<()> {
        self.count.set(self.count.get() + by);
        Ok(session.send(ServerMessage::Counted { count: self.count.get() })?)
    }

    #[message]
    #[cfg(any())]
    fn gone(&self, _session: &Session<Self>) {}

    #[invalid]
    fn invalid(&self, _session: &Session<Self>, _error: &ValidationError) {}

    #[error]
    fn error(&self, _session: &Session<Self>, _error: &Error) {}

    #[close]
    async fn close(&self, _session: &Session<Self>, _closed: &Closed) -> Result<()> {
        Ok(())
    }

    #[migrate]
    fn migrate(&self, _previous: &PreviousSession) -> Result<Member, Close> {
        Ok(Member { name: String::new() })
    }

    #[timer]
    async fn wake(&self) {}

    /// Ends the round.
    #[timer("the end")]
    pub fn end_round(&self, room: &Room<Self>) -> Result<()> {
        room.set_timer(Self::END_ROUND, room.now())?;
        room.cancel_timer(Self::WAKE)?;
        Ok(())
    }

    #[get("/count")]
    fn get(&self) -> Json<u32> {
        Json(self.count.get())
    }

    #[head("/count/{name}")]
    fn exists(&self, name: String) {
        let _ = name;
    }

    #[options("/count")]
    fn options(&self) -> Json<Vec<String>> {
        Json(Vec::new())
    }

    #[delete("/count/{name}")]
    async fn delete(&self, room: &Room<Self>, name: String) {
        let _ = (room, name);
    }
}

fn main() {}
