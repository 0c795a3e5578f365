//! A room in which every writer has entries of its own, and handlers wait.

use std::time::Duration;

use websocket_do::{Accept, Closed, HttpError, Result, Room, Session, Upgrade, WsProtocol, websocket_do};

/// What a writer wants.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Written)]
pub(crate) enum Write {
    /// Keeps an entry, after some time.
    Note { entry: u32, wait: u32 },
    /// Tells everyone, after some time.
    Tell { count: u32, wait: u32 },
    /// Asks to be closed, after some time.
    Leave { wait: u32 },
}

/// What a writer is told.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
pub(crate) enum Written {
    /// The entry is kept.
    Noted { entry: u32 },
    /// Someone tells everyone.
    Told { writer: u32, count: u32 },
    /// Must never come.
    AfterClose,
}

/// The room. Its memory is worth nothing.
#[derive(Default)]
pub(crate) struct Ledger;

#[websocket_do(client = Write, session = Vec<u32>)]
impl Ledger {
    #[connect]
    async fn connect(&self, room: &Room<Self>, upgrade: &Upgrade) -> Result<Accept<Vec<u32>>, HttpError> {
        let writer = upgrade.query("writer").ok_or_else(|| HttpError::bad_request("say which `writer`"))?;
        room.sleep(Duration::from_millis(5)).await;
        Ok(Accept::new(Vec::new()).tag(writer))
    }

    #[message]
    async fn note(&self, session: &Session<Self>, entry: u32, wait: u32) -> Result<()> {
        session.room().sleep(Duration::from_millis(wait.into())).await;
        session.update(|entries| entries.push(entry))?;
        Ok(session.send(Written::Noted { entry })?)
    }

    #[message]
    async fn tell(&self, session: &Session<Self>, count: u32, wait: u32) -> Result<()> {
        session.room().sleep(Duration::from_millis(wait.into())).await;
        let writer = writer(session).parse()?;
        Ok(session.room().broadcast(Written::Told { writer, count })?)
    }

    #[message]
    async fn leave(&self, session: &Session<Self>, wait: u32) -> Result<()> {
        session.room().sleep(Duration::from_millis(wait.into())).await;
        session.close(4001, "as you wish")?;
        if session.send(Written::AfterClose).is_ok() {
            session.room().storage().put("sent after close", &true)?;
        }
        Ok(())
    }

    #[close]
    async fn close(&self, session: &Session<Self>, _how: &Closed) -> Result<()> {
        session.room().sleep(Duration::from_millis(3)).await;
        let storage = session.room().storage();
        let key = format!("closed:{}", writer(session));
        storage.put(&key, &(storage.get::<u32>(&key)?.unwrap_or(0) + 1))?;
        Ok(storage.put(&format!("entries:{}", writer(session)), &*session.data())?)
    }
}

fn writer(session: &Session<Ledger>) -> String {
    session.tags().into_iter().next().unwrap_or_default()
}
