//! A room whose handlers wait longer than they may.

use std::{cell::Cell, future::pending};

use websocket_do::{Closed, Json, Refusal, Result, Session, Upgrade, WsProtocol, websocket_do};

/// What clients send.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Waited)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Wait {
    /// The handler never returns.
    Forever,
    /// The handler returns after some time.
    For { millis: u32 },
    /// Counts in the room's memory.
    Fill { text: String },
}

/// What the room sends.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Waited {
    Filled { count: u32 },
}

/// The room, which counts in memory.
#[derive(Default)]
pub struct Waiting {
    filled: Cell<u32>,
    ends: Cell<u32>,
}

#[websocket_do(client = Wait, session = (), handler_timeout = 2)]
impl Waiting {
    #[connect]
    async fn connect(&self, upgrade: &Upgrade) -> Result<(), Refusal> {
        if upgrade.query("forever").is_some() { pending().await } else { Ok(()) }
    }

    #[message]
    async fn forever(&self, _session: &Session<Self>) -> Result<()> {
        pending().await
    }

    #[message]
    async fn r#for(&self, session: &Session<Self>, millis: u32) -> Result<()> {
        session.room().sleep(millis.into()).await;
        Ok(())
    }

    #[message]
    fn fill(&self, session: &Session<Self>, text: String) -> Result<()> {
        drop(text);
        self.filled.set(self.filled.get() + 1);
        session.send(Waited::Filled { count: self.filled.get() })
    }

    #[closed]
    fn closed(&self, _session: &Session<Self>, _how: &Closed) {
        self.ends.set(self.ends.get() + 1);
    }

    #[get("/known")]
    fn known(&self) -> Json<(u32, u32)> {
        Json((self.filled.get(), self.ends.get()))
    }

    #[get("/forever")]
    async fn answer_never(&self) -> Json<()> {
        pending().await
    }
}
