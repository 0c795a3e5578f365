//! A room that keeps what its clients tell it to, and sets timers for them.

use std::cell::Cell;

use serde::{Deserialize, Serialize};
use websocket_do::{Error, Json, List, Refusal, Result, Room, Session, StatusCode, Upgrade, WsProtocol, websocket_do};

/// What is to be done.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Kept)]
pub enum Keep {
    /// Keeps a text.
    Put { key: String, text: String },
    /// Keeps so many bytes of text under a key of so many.
    PutSized { key: u32, text: u32 },
    /// Reads a text.
    Get { key: String },
    /// Reads a number.
    GetNumber { key: String },
    /// Deletes a value.
    Delete { key: String },
    /// Lists texts.
    List(Range),
    /// Keeps a text, deletes another and sets the timer `first` to the end of time, all in a transaction.
    Transaction {
        put: String,
        delete: String,
        #[ws(one_of("well", "failed", "panicked", "nested"))]
        end: String,
    },
    /// Sets timers, so many milliseconds from now, all at the same time.
    SetTimers { names: Vec<String>, in_ms: u32 },
    /// Takes a timer back.
    CancelTimer { name: String },
    /// When is it to go off?
    Timer { name: String },
    /// Counts the messages that the room remembers.
    Count,
    /// The room panics.
    Panic,
}

/// What to list.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
pub struct Range {
    prefix: Option<String>,
    start: Option<String>,
    end: Option<String>,
    #[serde(default)]
    reverse: bool,
    limit: Option<u32>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
pub enum Kept {
    /// It is done.
    Done,
    /// It is not.
    Failed { error: String },
    /// Whether there was something to delete or take back.
    Was { there: bool },
    /// A text, if there is one.
    Text { text: Option<String> },
    /// A number: what is kept, a time, a count.
    Number { number: Option<u64> },
    /// The keys and texts that were asked for.
    Entries { entries: Vec<Entry> },
    /// A timer went off.
    Rang { name: String },
}

/// A key and what is kept under it.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
pub struct Entry {
    key: String,
    text: String,
}

/// The last millisecond that JavaScript can tell from its neighbours.
const END_OF_TIME: u64 = (1 << 53) - 1;

/// The room. It remembers how many messages it has had since it woke.
#[derive(Default)]
pub struct Keeper {
    count: Cell<u64>,
}

#[websocket_do(client = Keep, session = String)]
impl Keeper {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<String, Refusal> {
        Ok(String::new())
    }

    #[failed]
    fn failed(&self, session: &Session<Self>, error: &Error) -> Result<()> {
        session.send(Kept::Failed { error: error.to_string() })
    }

    #[message]
    fn put(&self, session: &Session<Self>, key: String, text: String) -> Result<()> {
        session.room().storage().put(&key, &text)?;
        session.send(Kept::Done)
    }

    #[message]
    fn put_sized(&self, session: &Session<Self>, key: u32, text: u32) -> Result<()> {
        let (key, text) = ("k".repeat(key as usize), "t".repeat(text as usize));
        session.room().storage().put(&key, &text)?;
        let kept: Option<String> = session.room().storage().get(&key)?;
        session.send(Kept::Was { there: kept == Some(text) })
    }

    #[message]
    fn get(&self, session: &Session<Self>, key: String) -> Result<()> {
        session.send(Kept::Text { text: session.room().storage().get(&key)? })
    }

    #[message]
    fn get_number(&self, session: &Session<Self>, key: String) -> Result<()> {
        session.send(Kept::Number { number: session.room().storage().get(&key)? })
    }

    #[message]
    fn delete(&self, session: &Session<Self>, key: String) -> Result<()> {
        session.send(Kept::Was { there: session.room().storage().delete(&key)? })
    }

    #[message(List(_))]
    fn list(&self, session: &Session<Self>, range: Range) -> Result<()> {
        let mut list = List::prefix(range.prefix.unwrap_or_default());
        if let Some(start) = range.start {
            list = list.start(start);
        }
        if let Some(end) = range.end {
            list = list.end(end);
        }
        if range.reverse {
            list = list.reverse();
        }
        if let Some(limit) = range.limit {
            list = list.limit(limit as usize);
        }
        let entries = session.room().storage().list(&list)?.into_iter();
        session.send(Kept::Entries { entries: entries.map(|(key, text)| Entry { key, text }).collect() })
    }

    #[message]
    #[expect(clippy::panic, reason = "that is what is tested")]
    fn transaction(&self, session: &Session<Self>, put: String, delete: String, end: String) -> Result<()> {
        let room = session.room();
        room.storage().transaction(|storage| {
            storage.put(&put, "in the transaction")?;
            storage.delete(&delete)?;
            room.set_timer("first", END_OF_TIME)?;
            match end.as_str() {
                "failed" => Err(Error::msg("failed on purpose")),
                "panicked" => panic!("on purpose"),
                "nested" => storage.transaction(|storage| storage.put("nested", "never")),
                _ => Ok(()),
            }
        })?;
        session.send(Kept::Done)
    }

    #[message]
    fn set_timers(&self, session: &Session<Self>, names: Vec<String>, in_ms: u32) -> Result<()> {
        let room = session.room();
        let at = room.now() + u64::from(in_ms);
        names.iter().try_for_each(|name| room.set_timer(name, at))?;
        session.send(Kept::Done)
    }

    #[message]
    fn cancel_timer(&self, session: &Session<Self>, name: String) -> Result<()> {
        session.send(Kept::Was { there: session.room().cancel_timer(&name)? })
    }

    #[message(Timer)]
    fn at(&self, session: &Session<Self>, name: String) -> Result<()> {
        session.send(Kept::Number { number: session.room().timer(&name)? })
    }

    #[message]
    fn count(&self, session: &Session<Self>) -> Result<()> {
        self.count.set(self.count.get() + 1);
        session.send(Kept::Number { number: Some(self.count.get()) })
    }

    #[message]
    #[expect(clippy::panic, reason = "that is what is tested")]
    fn panic(&self, _session: &Session<Self>) {
        panic!("on purpose")
    }

    #[timer]
    fn first(&self, room: &Room<Self>) -> Result<()> {
        rang(room, "first")
    }

    #[timer("the second")]
    async fn second(&self, room: &Room<Self>) -> Result<()> {
        rang(room, "the second")
    }

    /// Waits, and the others with it.
    #[timer]
    async fn slow(&self, room: &Room<Self>) -> Result<()> {
        rang(room, "slow begins")?;
        room.sleep(300).await;
        rang(room, "slow ends")
    }

    /// Goes off three times.
    #[timer]
    fn thrice(&self, room: &Room<Self>) -> Result<()> {
        rang(room, "thrice")?;
        let times = rung(room)?.iter().filter(|name| *name == "thrice").count();
        if times < 3 { room.set_timer("thrice", room.now()) } else { Ok(()) }
    }

    #[timer]
    fn failing(&self, room: &Room<Self>) -> Result<()> {
        rang(room, "failing")?;
        Err(Error::msg("failed on purpose"))
    }

    /// Panics at the first time.
    #[timer]
    #[expect(clippy::panic, reason = "that is what is tested")]
    fn stubborn(&self, room: &Room<Self>) -> Result<()> {
        rang(room, "stubborn")?;
        if rung(room)?.len() == 1 { panic!("on purpose") } else { Ok(()) }
    }

    /// Sets itself again, and panics at the first time.
    #[timer]
    #[expect(clippy::panic, reason = "that is what is tested")]
    fn renewing(&self, room: &Room<Self>) -> Result<()> {
        rang(room, "renewing")?;
        room.set_timer("renewing", room.now() + 60_000)?;
        if rung(room)?.len() == 1 { panic!("on purpose") } else { Ok(()) }
    }

    #[get("/rung")]
    fn rung(&self, room: &Room<Self>) -> Result<Json<Vec<String>>> {
        rung(room).map(Json)
    }

    #[put("/values/{key}")]
    fn keep(&self, room: &Room<Self>, key: String, text: String) -> Result<()> {
        room.storage().put(&key, &text)
    }

    #[get("/values/{key}")]
    fn kept(&self, room: &Room<Self>, key: String) -> Result<String, StatusCode> {
        let kept = room.storage().get(&key).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
        kept.ok_or(StatusCode::NOT_FOUND)
    }

    #[put("/timers/{name}/{at}")]
    fn set(&self, room: &Room<Self>, name: String, at: u64) -> Result<()> {
        room.set_timer(&name, at)
    }
}

/// The timers that went off, in order.
#[derive(Default, Serialize, Deserialize)]
struct Rung(Vec<String>);

fn rung(room: &Room<Keeper>) -> Result<Vec<String>> {
    Ok(room.storage().get("rung")?.map(|Rung(names)| names).unwrap_or_default())
}

fn rang(room: &Room<Keeper>, name: &str) -> Result<()> {
    let mut names = rung(room)?;
    names.push(name.to_owned());
    room.storage().put("rung", &Rung(names))?;
    room.broadcast(Kept::Rang { name: name.to_owned() })
}
