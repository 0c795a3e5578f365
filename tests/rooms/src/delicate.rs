//! A room whose data has types with two forms, in types that serde buffers.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use websocket_do::{Refusal, Result, Session, Timestamp, Upgrade, WsProtocol, websocket_do};

/// What clients ask.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Shown)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Show {
    /// The session's data.
    Data,
    /// Stores the session's data and reads it again.
    Stored,
    /// Changes the session's data to what could not be read again.
    BreakData,
    /// Stores what could not be read again.
    BreakStored { nested: bool },
}

/// What the room answers.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Shown {
    Value { text: String },
    Failed { error: String },
}

/// An internally tagged enum: serde buffers it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Visitor {
    /// A visitor with an address and a time, each of which has a text form and a compact form.
    Known {
        /// The address.
        address: IpAddr,
        /// The time.
        since: Timestamp,
        /// More of the same, flattened.
        #[serde(flatten)]
        more: More,
    },
    /// Holds what serde cannot buffer.
    Wide {
        /// A number of 128 bits.
        number: u128,
    },
}

/// An untagged value beside another.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct More {
    proxy: Proxy,
}

/// An untagged enum.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Proxy {
    /// By number.
    Number(u64),
    /// By address.
    Address(IpAddr),
}

/// The room.
#[derive(Default)]
pub struct Delicate;

fn value(session: &Session<Delicate>, value: &Visitor) -> Result<()> {
    session.send(Shown::Value { text: format!("{value:?}") })
}

fn outcome(session: &Session<Delicate>, outcome: Result<()>) -> Result<()> {
    match outcome {
        Ok(()) => session.send(Shown::Value { text: "done".to_owned() }),
        Err(error) => session.send(Shown::Failed { error: error.to_string() }),
    }
}

#[websocket_do(client = Show, session = Visitor)]
impl Delicate {
    #[connect]
    fn connect(&self, upgrade: &Upgrade) -> Result<Visitor, Refusal> {
        if upgrade.query("wide").is_some() {
            return Ok(Visitor::Wide { number: 1 });
        }
        let address = "2001:db8::1".parse().map_err(websocket_do::Error::from)?;
        let since = Timestamp::from_millis(1_764_000_000_123).map_err(websocket_do::Error::from)?;
        Ok(Visitor::Known { address, since, more: More { proxy: Proxy::Address(address) } })
    }

    #[message]
    fn data(&self, session: &Session<Self>) -> Result<()> {
        session.read(|visitor| value(session, visitor))
    }

    #[message]
    fn stored(&self, session: &Session<Self>) -> Result<()> {
        let storage = session.room().storage();
        session.read(|visitor| storage.put("visitor", visitor))?;
        let visitor: Option<Visitor> = storage.get("visitor")?;
        visitor.map_or(Ok(()), |visitor| value(session, &visitor))
    }

    #[message]
    fn break_data(&self, session: &Session<Self>) -> Result<()> {
        outcome(session, session.update(|visitor| *visitor = Visitor::Wide { number: 1 }))
    }

    #[message]
    fn break_stored(&self, session: &Session<Self>, nested: bool) -> Result<()> {
        let storage = session.room().storage();
        let put = if nested {
            storage.put("broken", &vec![Some(None::<u8>)])
        } else {
            storage.put("broken", &Visitor::Wide { number: 1 })
        };
        outcome(session, put)
    }
}
