//! A room with a small limit of its messages.

use std::cell::Cell;

use websocket_do::{Refusal, Rejection, Result, Session, Upgrade, WsProtocol, websocket_do};

/// The room's `max_message`, in bytes.
pub const MAX_MESSAGE: usize = 4 << 10;

/// What clients send.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Limited)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Limit {
    /// A message of any size.
    Fill { text: String },
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
}

/// The room, which counts in memory.
#[derive(Default)]
pub struct Limits {
    handled: Cell<u32>,
}

#[websocket_do(client = Limit, session = (), max_message = MAX_MESSAGE)]
impl Limits {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<(), Refusal> {
        Ok(())
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
