//! A room whose clients say what is to happen in it: every row of the event table.

use std::{cell::RefCell, time::Duration};

use serde::{Deserialize, Serialize};
use websocket_do::{
    Accept, Closed, Error, Format, HeaderName, HeaderValue, Json, Query, Refusal, Result, Room, Session, StatusCode,
    Upgrade, WsProtocol, websocket_do,
};

/// What is to happen.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Happened)]
pub enum Do {
    /// Comes back, after some time.
    Echo {
        #[ws(len = 1..=10)]
        text: String,
        #[serde(default)]
        after_ms: u32,
    },
    /// The handler fails.
    Fail,
    /// The handler panics.
    Panic,
    /// The room sends what breaks its own rule, and then what came of it.
    SendInvalid,
    /// The room sends a last message and closes.
    Leave { code: u16, reason: String },
    /// Changes the session's data.
    Remember { note: String },
    /// Tells the session's data.
    Recall,
    /// Sends to the sessions with a tag, but not to the sender.
    Tell { tag: String },
    /// Nested values with rules.
    Order { items: Vec<Item> },
    /// A newtype variant.
    Place(Item),
    /// Sets the alarm.
    Alarm,
}

/// Something with rules of its own.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
pub struct Item {
    #[ws(len = 1..=5)]
    name: String,
    #[ws(range = 1..=9)]
    count: Option<u8>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
pub enum Happened {
    /// `Echo`.
    Echo {
        #[ws(len = 1..=10)]
        text: String,
    },
    /// What `send` said.
    Sent { error: Option<String> },
    /// The session as it is.
    Session { id: String, note: String, format: String, tags: Vec<String> },
    /// Told to a tag.
    Told,
    /// What was ordered.
    Ordered { total: u32 },
    /// The alarm went off.
    Rang,
}

/// The session's data.
#[derive(Serialize, Deserialize)]
pub struct Data {
    note: String,
}

/// The room, with a log of what ended.
pub struct Events {
    log: RefCell<Vec<String>>,
}

#[websocket_do(client = Do, session = Data)]
impl Events {
    #[new]
    fn new(_room: &Room<Self>) -> Self {
        Self { log: RefCell::default() }
    }

    #[connect]
    async fn connect(&self, room: &Room<Self>, upgrade: &Upgrade) -> Result<Accept<Data>, Refusal> {
        match upgrade.query("do").as_deref() {
            Some("refuse") => return Err(Refusal::new(StatusCode::IM_A_TEAPOT, "not today")),
            Some("fail") => Err(Error::msg("connect failed on purpose"))?,
            #[expect(clippy::panic, reason = "that is what is tested")]
            Some("panic") => panic!("on purpose"),
            Some("wait") => wait(50).await,
            _ => {}
        }
        let mut accept = Accept::new(Data { note: format!("{} before", room.len()) });
        if let Some(tag) = upgrade.query("tag") {
            accept = accept.tag(tag);
        }
        if upgrade.query("speak").is_some() {
            accept = accept.format(Format::MessagePack);
        }
        Ok(accept.header(HeaderName::from_static("x-room"), HeaderValue::from_static("events")))
    }

    #[message]
    async fn echo(&self, session: &Session<Self>, text: String, after_ms: u32) -> Result<()> {
        if after_ms > 0 {
            wait(after_ms).await;
        }
        session.send(Happened::Echo { text })
    }

    #[message]
    fn fail(&self, _session: &Session<Self>) -> Result<()> {
        Err(Error::msg("a secret reason"))
    }

    #[message]
    #[expect(clippy::panic, reason = "that is what is tested")]
    fn panic(&self, _session: &Session<Self>) {
        panic!("on purpose")
    }

    #[message]
    fn send_invalid(&self, session: &Session<Self>) -> Result<()> {
        let error = session.send(Happened::Echo { text: String::new() }).err().map(|error| error.to_string());
        session.send(Happened::Sent { error })
    }

    #[message]
    fn leave(&self, session: &Session<Self>, code: u16, reason: String) -> Result<()> {
        session.send(Happened::Echo { text: "last".into() })?;
        if let Err(error) = session.close(code, &reason) {
            return session.send(Happened::Sent { error: Some(error.to_string()) });
        }
        // Nothing is delivered after the close.
        let after = session.send(Happened::Echo { text: "after".into() });
        self.log.borrow_mut().push(format!("send after close: {}", after.is_err()));
        Ok(())
    }

    #[message]
    fn remember(&self, session: &Session<Self>, note: String) -> Result<()> {
        let error = session.update(|data| data.note = note).err().map(|error| error.to_string());
        session.send(Happened::Sent { error })
    }

    #[message]
    fn recall(&self, session: &Session<Self>) -> Result<()> {
        session.send(Happened::Session {
            id: session.id().to_string(),
            note: session.read(|data| data.note.clone()),
            format: session.format().to_string(),
            tags: session.tags(),
        })
    }

    #[message]
    fn tell(&self, session: &Session<Self>, tag: String) -> Result<usize> {
        session.room().tagged(&tag).except(session).send(Happened::Told)
    }

    #[message]
    fn order(&self, session: &Session<Self>, items: Vec<Item>) -> Result<()> {
        let total = items.iter().map(|item| u32::from(item.count.unwrap_or(1))).sum();
        session.send(Happened::Ordered { total })
    }

    #[message(Place(_))]
    fn place(&self, session: &Session<Self>, item: Item) -> Result<()> {
        session.send(Happened::Ordered { total: item.count.unwrap_or(1).into() })
    }

    #[message(Alarm)]
    async fn set_alarm(&self, session: &Session<Self>) -> Result<()> {
        let room = session.room();
        room.set_alarm(room.now() + 100).await
    }

    #[alarm]
    fn rang(&self, room: &Room<Self>) -> Result<()> {
        room.broadcast(Happened::Rang)
    }

    #[closed]
    async fn closed(&self, session: &Session<Self>, how: &Closed) {
        let counted = session.room().len();
        self.log.borrow_mut().push(format!("closed {} {:?}, {counted} counted", how.code(), how.reason()));
    }

    #[get("/log")]
    fn log(&self) -> Json<Vec<String>> {
        Json(self.log.borrow().clone())
    }

    #[get("/sum/{a}/{b}")]
    fn sum(&self, a: u8, b: u8) -> String {
        (u16::from(a) + u16::from(b)).to_string()
    }

    #[put("/note")]
    fn note(&self, Query(range): Query<Range>, body: String) -> Result<String, StatusCode> {
        body.get(range.from..range.to).map(str::to_owned).ok_or(StatusCode::RANGE_NOT_SATISFIABLE)
    }

    #[delete("/note")]
    async fn delete_note(&self) {}

    #[post("/fail")]
    async fn fail_http(&self) -> Result<()> {
        Err(Error::msg("a secret reason"))
    }
}

/// A query.
#[derive(Deserialize)]
struct Range {
    from: usize,
    to: usize,
}

#[cfg(not(target_arch = "wasm32"))]
async fn wait(millis: u32) {
    tokio::time::sleep(Duration::from_millis(millis.into())).await;
}

#[cfg(target_arch = "wasm32")]
async fn wait(millis: u32) {
    worker::Delay::from(Duration::from_millis(millis.into())).await;
}
