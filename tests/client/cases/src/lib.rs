//! Test cases for the typed client that run on every platform: natively, in a browser and in a Worker.
//!
//! The server does with each connection what its query parameter `do` asks for (`tests/fixtures/peers/misbehaving.mjs` in Node, `Misbehaving` of the
//! test rooms on workerd). The cases are independent of platform and server: [`Transport`] opens sessions and waits.

mod case;
mod room;

use std::{pin::pin, sync::atomic::AtomicUsize, time::Duration};

use anyhow::{Result, bail};
use futures_util::future::{Either, select};
use websocket_do::{WsProtocol, client::Builder};

pub use case::{CASES, run};

/// Messages to the server.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Said)]
pub enum Say {
    /// The server sends the text back, except for the commands `die` and `silence`.
    Say {
        /// The text.
        #[ws(len = 1..=1000)]
        text: String,
    },
    /// The server answers with the text, unless that is a command: `refuse`, `fail`, `busy`, `invalid`, `wrong`, `never`, `die`,
    /// `die-once`, `late-300` (milliseconds), `flood-300` (messages before the answer), `stray` (replies to other calls before it).
    #[ws(reply = String, error = String)]
    Ask {
        /// The text.
        #[ws(len = 1..=1000)]
        text: String,
    },
    /// As `Ask`.
    #[ws(reply = String, error = String, idempotent)]
    AskAgain {
        /// The text.
        text: String,
    },
    /// The server answers with the number of calls with this text that its room has received.
    #[ws(reply = u32)]
    Count {
        /// The text.
        text: String,
    },
}

impl Say {
    /// Returns the text of a message that is no call.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Say { text } => Some(text),
            _ => None,
        }
    }
}

/// Messages from the server.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
pub enum Said {
    /// A text that was sent.
    Say {
        /// The text.
        #[ws(len = 1..=1000)]
        text: String,
    },
}

/// A platform that opens sessions.
pub trait Transport {
    /// Returns a builder for a session in a room of the misbehaving server.
    fn builder(&self, room: &str) -> Builder<Say>;

    /// Waits.
    fn sleep(&self, time: Duration) -> impl Future<Output = ()>;

    /// Whether the status of a refusal is available, which it is not in a browser.
    fn knows_status(&self) -> bool;

    /// Returns an unused room name.
    fn room(&self) -> String;
}

/// Unused room names: a prefix for each run, and a number.
#[derive(Debug)]
pub struct Names {
    run: String,
    count: AtomicUsize,
}

impl Names {
    /// Creates names with this prefix.
    pub fn new(run: String) -> Self {
        Self { run, count: AtomicUsize::new(0) }
    }

    /// Returns the next name.
    pub fn next(&self) -> String {
        format!("{}-{}", self.run, self.count.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
    }
}

/// The time limit of each step.
const PATIENCE: Duration = Duration::from_secs(20);

async fn within<T>(at: &impl Transport, what: &str, future: impl Future<Output = T>) -> Result<T> {
    match select(pin!(future), pin!(at.sleep(PATIENCE))).await {
        Either::Left((done, _)) => Ok(done),
        Either::Right(_) => bail!("waited too long for {what}"),
    }
}
