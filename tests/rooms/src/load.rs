//! A room for clients that ask for too much: `cargo xtask abuse` sends them.

use websocket_do::{Refusal, Result, Session, StatusCode, Upgrade, WsProtocol, websocket_do};

/// What the room is asked to do.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Loaded)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Load {
    /// Sends the text back.
    Echo { text: String },
    /// Sends the text to everyone.
    Broadcast { text: String },
    /// Waits in the handler.
    Sleep { ms: u32 },
    /// Stores a text.
    Put { key: String, text: String },
    /// Reads a text.
    Get { key: String },
}

/// What it answers.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Loaded {
    /// The text of an echo or a broadcast.
    Text { text: String },
    /// The handler has waited.
    Slept,
    /// The text is stored.
    Stored { key: String },
    /// A stored text.
    Value { text: Option<String> },
}

/// The room.
#[derive(Default)]
pub struct Loads;

#[websocket_do(client = Load, session = ())]
impl Loads {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<(), Refusal> {
        Ok(())
    }

    #[message]
    fn echo(&self, session: &Session<Self>, text: String) -> Result<()> {
        session.send(Loaded::Text { text })
    }

    #[message]
    fn broadcast(&self, session: &Session<Self>, text: String) -> Result<()> {
        session.room().broadcast(Loaded::Text { text })
    }

    #[message]
    async fn sleep(&self, session: &Session<Self>, ms: u32) -> Result<()> {
        session.room().sleep(ms.into()).await;
        session.send(Loaded::Slept)
    }

    #[message]
    fn put(&self, session: &Session<Self>, key: String, text: String) -> Result<()> {
        session.room().storage().put(&key, &text)?;
        session.send(Loaded::Stored { key })
    }

    #[message]
    fn get(&self, session: &Session<Self>, key: String) -> Result<()> {
        session.send(Loaded::Value { text: session.room().storage().get(&key)? })
    }

    #[post("/body")]
    fn body(&self, text: String) -> Result<String, StatusCode> {
        Ok(text.len().to_string())
    }
}
