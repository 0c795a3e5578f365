//! What a typed client promises, as named cases that run on every transport: natively, in a browser, in a Worker.
//!
//! The server does to each connection what `do` in its query asks for (`tests/fixtures/peers/misbehaving.mjs` in Node, `Misbehaving` of the
//! test rooms on workerd). A case knows neither the transport nor the server; [`Transport`] opens, and waits.

mod case;
mod room;

use std::{pin::pin, sync::atomic::AtomicUsize, time::Duration};

use anyhow::{Result, bail};
use futures_util::future::{Either, select};
use websocket_do::{WsProtocol, client::Builder};

pub use case::{CASES, run};

/// What is said to the server.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Said)]
pub enum Say {
    /// It comes back, unless it is an order: `die` or `silence`.
    Say {
        /// What is said.
        #[ws(len = 1..=1000)]
        text: String,
    },
}

/// What the server says.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
pub enum Said {
    /// Something was said.
    Say {
        /// What was said.
        #[ws(len = 1..=1000)]
        text: String,
    },
}

/// What opens sessions.
pub trait Transport {
    /// Asks for a session in a room of the misbehaving server.
    fn builder(&self, room: &str) -> Builder<Say>;

    /// Waits.
    fn sleep(&self, time: Duration) -> impl Future<Output = ()>;

    /// Whether it tells with which status a server refuses. A browser does not.
    fn knows_status(&self) -> bool;

    /// A name that no room of the server has had yet.
    fn room(&self) -> String;
}

/// Names of rooms: a beginning that no other run has, and a number.
#[derive(Debug)]
pub struct Names {
    run: String,
    count: AtomicUsize,
}

impl Names {
    /// Names for this run.
    pub fn new(run: String) -> Self {
        Self { run, count: AtomicUsize::new(0) }
    }

    /// The next.
    pub fn next(&self) -> String {
        format!("{}-{}", self.run, self.count.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
    }
}

/// The longest that anything here may take.
const PATIENCE: Duration = Duration::from_secs(20);

async fn within<T>(at: &impl Transport, what: &str, future: impl Future<Output = T>) -> Result<T> {
    match select(pin!(future), pin!(at.sleep(PATIENCE))).await {
        Either::Left((done, _)) => Ok(done),
        Either::Right(_) => bail!("waited too long for {what}"),
    }
}
