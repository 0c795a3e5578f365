//! A room that stores the entries of each writer, with handlers that wait.

use std::time::Duration;

use websocket_do::{Accept, Closed, HttpError, Result, Room, Session, Upgrade, WsProtocol, websocket_do};

/// Requests from writers.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Written)]
pub(crate) enum Write {
    /// Stores an entry, after `wait` milliseconds.
    Note { entry: u32, wait: u32 },
    /// Broadcasts a count, after `wait` milliseconds.
    Tell { count: u32, wait: u32 },
    /// Closes the session, after `wait` milliseconds.
    Leave { wait: u32 },
}

/// Messages to writers.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
pub(crate) enum Written {
    /// The entry was stored.
    Noted { entry: u32 },
    /// A broadcast count.
    Told { writer: u32, count: u32 },
    /// Must never be received.
    AfterClose,
}

/// A room without state in memory.
#[derive(Default)]
pub(crate) struct Ledger;

#[websocket_do(client = Write, session = Vec<u32>)]
impl Ledger {
    #[connect]
    async fn connect(&self, room: &Room<Self>, upgrade: &Upgrade) -> Result<Accept<Vec<u32>>, HttpError> {
        let writer =
            upgrade.query("writer").ok_or_else(|| HttpError::bad_request("missing query parameter `writer`"))?;
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
    async fn close(&self, session: &Session<Self>, _closed: &Closed) -> Result<()> {
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
