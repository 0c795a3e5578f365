//! The wire contract, case by case, on both hosts from one description.
//!
//! The local hosts run in this process. Cases run on workerd where `CHAT_WORKERD` and `ROOMS_WORKERD` say where it
//! listens, as `cargo xtask test` does.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::similar_names,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod chat;
mod events;
mod peer;
mod upgrades;

use std::{
    env,
    future::Future,
    pin::Pin,
    sync::{Arc, RwLock},
    time::Duration,
};

use libtest_mimic::{Arguments, Trial};
use tokio::runtime::Runtime;
use websocket_do::local::{Server, Serving};

/// Longer than any case takes, hibernation included.
const PATIENCE: Duration = Duration::from_mins(1);

/// Where the rooms of one host listen, as `127.0.0.1:8787`.
#[derive(Clone)]
pub(crate) struct Host {
    pub(crate) chat: String,
    pub(crate) rooms: String,
}

type Case = (&'static str, fn(Host) -> Pin<Box<dyn Future<Output = ()> + Send>>);

/// Names cases after their functions.
macro_rules! cases {
    ($($(#[$meta:meta])* async fn $name:ident($host:ident: Host) $body:block)*) => {
        /// All cases of this file.
        pub(crate) const CASES: &[$crate::Case] = &[$((stringify!($name), |host| Box::pin($name(host)))),*];
        $($(#[$meta])* async fn $name($host: $crate::Host) $body)*
    };
}
pub(crate) use cases;

fn main() {
    let arguments = Arguments::from_args();
    let runtime = Arc::new(Runtime::new().expect("a tokio runtime"));
    let (local, _serving) = runtime.block_on(start_local());
    let mut hosts = vec![("local", local)];
    if let (Ok(chat), Ok(rooms)) = (env::var("CHAT_WORKERD"), env::var("ROOMS_WORKERD")) {
        let bare = |url: String| url.trim_start_matches("http://").to_owned();
        hosts.push(("workerd", Host { chat: bare(chat), rooms: bare(rooms) }));
    }
    let mut trials = Vec::new();
    for (name, host) in hosts {
        // A panic takes a whole isolate with it, and with it what other cases have in flight.
        let isolate = Arc::new(RwLock::new(()));
        for (cases, is_alone) in
            [(chat::CASES, false), (upgrades::CASES, false), (events::CASES, false), (events::ALONE, true)]
        {
            for &(case, run) in cases {
                let (host, isolate, runtime) = (host.clone(), isolate.clone(), runtime.clone());
                trials.push(Trial::test(format!("{name}::{case}"), move || {
                    let _shared = (!is_alone).then(|| isolate.read());
                    let _alone = is_alone.then(|| isolate.write());
                    let outcome = runtime.block_on(async { tokio::time::timeout(PATIENCE, run(host)).await });
                    outcome.map_err(|_| "took too long".into())
                }));
            }
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

async fn start_local() -> (Host, [Serving; 2]) {
    let chat = Server::new(::chat::app()).port(0).start().await.expect("the chat on a free port");
    let rooms = Server::new(rooms::app()).port(0).start().await.expect("the rooms on a free port");
    let host = Host { chat: chat.address().to_string(), rooms: rooms.address().to_string() };
    (host, [chat, rooms])
}
