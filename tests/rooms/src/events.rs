//! A room whose clients say what is to happen in it: every row of the event table.

use std::cell::RefCell;

use serde::{Deserialize, Serialize};
use websocket_do::{
    Accept, Closed, Error, Format, HeaderName, HeaderValue, Json, Query, Refusal, Result, Room, Session, StatusCode,
    Upgrade, WsProtocol, websocket_do,
};

use crate::births;

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
    /// The room sends a last message and closes, after some time.
    Leave {
        code: u16,
        reason: String,
        #[serde(default)]
        after_ms: u32,
    },
    /// The room sends many messages and closes.
    Flood { count: u32, code: u16 },
    /// Changes the session's data.
    Remember { note: String },
    /// Tells the session's data.
    Recall,
    /// Sends to all sessions, or those with a tag, or all others; then tells the sender how many it reached.
    Tell {
        text: String,
        tag: Option<String>,
        #[serde(default)]
        others: bool,
    },
    /// Writes a line into the room's log, which is nowhere but in memory.
    Write { line: String },
    /// Nested values with rules.
    Order { items: Vec<Item> },
    /// A newtype variant.
    Place(Item),
    /// Sets the timer.
    Alarm {
        #[serde(default)]
        after_ms: u32,
    },
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
    /// Told to some or all.
    Told { text: String },
    /// How many were told.
    Reached { count: usize },
    /// What was ordered.
    Ordered { total: u32 },
    /// The timer went off.
    Rang,
}

/// The session's data.
#[derive(Serialize, Deserialize)]
pub struct Data {
    note: String,
    greet: bool,
}

/// The room, with a log of what ended.
pub struct Events {
    log: RefCell<Vec<String>>,
}

#[websocket_do(client = Do, session = Data)]
impl Events {
    #[new]
    fn new(room: &Room<Self>) -> Self {
        births::record(room.name().unwrap_or_default());
        Self { log: RefCell::default() }
    }

    #[connect]
    async fn connect(&self, room: &Room<Self>, upgrade: &Upgrade) -> Result<Accept<Data>, Refusal> {
        match upgrade.query("do").as_deref() {
            Some("refuse") => return Err(Refusal::new(StatusCode::IM_A_TEAPOT, "not today")),
            Some("fail") => Err(Error::msg("connect failed on purpose"))?,
            #[expect(clippy::panic, reason = "that is what is tested")]
            Some("panic") => panic!("on purpose"),
            Some("wait") => room.sleep(50).await,
            _ => {}
        }
        let is_large = upgrade.query("do").as_deref() == Some("large");
        let note = if is_large { "x".repeat(16_400) } else { format!("{} before", room.len()) };
        let mut accept = Accept::new(Data { note, greet: upgrade.query("greet").is_some() });
        for tag in upgrade.query("tags").iter().flat_map(|tags| tags.split(',')) {
            accept = accept.tag(tag);
        }
        if upgrade.query("speak").is_some() {
            accept = accept.format(Format::MessagePack);
        }
        Ok(accept.header(HeaderName::from_static("x-room"), HeaderValue::from_static("events")))
    }

    #[opened]
    async fn opened(&self, session: &Session<Self>) -> Result<()> {
        if session.read(|data| data.greet) {
            session.room().sleep(50).await;
            session.send(Happened::Echo { text: "hello".into() })?;
        }
        Ok(())
    }

    #[message]
    async fn echo(&self, session: &Session<Self>, text: String, after_ms: u32) -> Result<()> {
        if after_ms > 0 {
            session.room().sleep(after_ms.into()).await;
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
    async fn leave(&self, session: &Session<Self>, code: u16, reason: String, after_ms: u32) -> Result<()> {
        if after_ms > 0 {
            session.room().sleep(after_ms.into()).await;
        }
        session.send(Happened::Echo { text: "last".into() })?;
        if let Err(error) = session.close(code, &reason) {
            return session.send(Happened::Sent { error: Some(error.to_string()) });
        }
        // Nothing is delivered after the close.
        let after = session.send(Happened::Echo { text: "after".into() });
        self.write(session, format!("send after close: {}", after.is_err()));
        Ok(())
    }

    #[message]
    fn flood(&self, session: &Session<Self>, count: u32, code: u16) -> Result<()> {
        (0..count).try_for_each(|number| session.send(Happened::Echo { text: number.to_string() }))?;
        session.close(code, "")
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
    fn tell(&self, session: &Session<Self>, text: String, tag: Option<String>, others: bool) -> Result<()> {
        let room = session.room();
        let audience = tag.as_ref().map_or_else(|| room.everyone(), |tag| room.tagged(tag));
        let audience = if others { audience.except(session) } else { audience };
        let count = audience.send(Happened::Told { text })?;
        session.send(Happened::Reached { count })
    }

    #[message]
    fn write(&self, _session: &Session<Self>, line: String) {
        self.log.borrow_mut().push(line);
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

    #[message]
    fn alarm(&self, session: &Session<Self>, after_ms: u32) -> Result<()> {
        let room = session.room();
        room.set_timer("rang", room.now() + u64::from(after_ms))
    }

    #[timer]
    fn rang(&self, room: &Room<Self>) -> Result<()> {
        room.broadcast(Happened::Rang)
    }

    #[closed]
    async fn closed(&self, session: &Session<Self>, how: &Closed) {
        let counted = session.room().len();
        let note = session.read(|data| data.note.clone());
        // Data that changes here does not bring the session back.
        let _ = session.update(|data| data.greet = !data.greet);
        self.write(session, format!("closed {} {:?}, {counted} counted, note {note:?}", how.code(), how.reason()));
    }

    #[get("/log")]
    fn log(&self) -> Json<Vec<String>> {
        Json(self.log.borrow().clone())
    }

    #[get("/count")]
    fn count(&self, room: &Room<Self>) -> Json<usize> {
        Json(room.len())
    }

    #[get("/name")]
    fn name(&self, room: &Room<Self>) -> String {
        room.name().unwrap_or_default()
    }

    /// Asked of one room about another, so that the other is not woken by the question.
    #[get("/births/{room}")]
    fn births(&self, room: String) -> Json<u32> {
        Json(births::count(&room))
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
