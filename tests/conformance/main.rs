//! The wire contract, case by case, on both hosts from one description.
//!
//! The local hosts run in this process. Cases run on workerd where `CHAT_WORKERD` and `ROOMS_WORKERD` say where it
//! listens, as `cargo xtask test` does.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod access;
mod bodies;
mod chat;
mod closing;
mod events;
mod events_room;
mod extensions;
mod frames;
mod hibernation;
mod history;
mod ignored_closes;
mod keeper_room;
mod kept;
mod limits;
mod many;
mod numbers;
mod peer;
mod raw;
mod rfc6455;
mod routing;
mod rules;
mod sending;
mod shapes_of_messages;
mod storage;
mod stub;
mod timers;
mod upgrades;
mod waiting;

use std::{
    env,
    future::Future,
    pin::Pin,
    sync::{Arc, RwLock},
    time::Duration,
};

use libtest_mimic::{Arguments, Trial};
use tokio::{runtime::Runtime, sync::Semaphore};
use websocket_do::local::{Server, ServerHandle};

/// Longer than any case takes, hibernation included.
const PATIENCE: Duration = Duration::from_mins(1);

/// Where the rooms of one host listen, as `127.0.0.1:8787`.
#[derive(Clone)]
pub(crate) struct Host {
    pub(crate) chat: String,
    pub(crate) rooms: String,
    pub(crate) is_local: bool,
    /// Whether rooms with sockets lose their memory when they are idle.
    pub(crate) hibernates: bool,
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

/// How cases of one list are run beside others.
#[derive(Clone, Copy, PartialEq)]
enum Company {
    /// They only sleep.
    Asleep,
    /// They keep the machine busy.
    Busy,
    /// They take a whole isolate with them, and with it what other cases have in flight.
    Alone,
}

/// All cases, in the order they are started in: those that sleep longest first, so that the others run meanwhile.
const CASES: &[(Company, &[Case])] = &[
    (Company::Asleep, hibernation::CASES),
    (Company::Asleep, ignored_closes::CASES),
    (Company::Asleep, kept::CASES),
    (Company::Asleep, bodies::asleep::CASES),
    (Company::Busy, waiting::CASES),
    (Company::Asleep, storage::ASLEEP),
    (Company::Asleep, timers::ASLEEP),
    (Company::Busy, chat::CASES),
    (Company::Busy, upgrades::CASES),
    (Company::Busy, routing::CASES),
    (Company::Busy, access::CASES),
    (Company::Busy, bodies::CASES),
    (Company::Busy, sending::CASES),
    (Company::Busy, rules::CASES),
    (Company::Busy, shapes_of_messages::CASES),
    (Company::Busy, numbers::CASES),
    (Company::Busy, frames::CASES),
    (Company::Busy, rfc6455::frames::CASES),
    (Company::Busy, rfc6455::control::CASES),
    (Company::Busy, rfc6455::fragments::CASES),
    (Company::Busy, rfc6455::utf8::CASES),
    (Company::Busy, rfc6455::closing::CASES),
    (Company::Busy, closing::CASES),
    (Company::Busy, limits::CASES),
    (Company::Busy, events::CASES),
    (Company::Busy, extensions::CASES),
    (Company::Busy, history::CASES),
    (Company::Busy, storage::CASES),
    (Company::Busy, timers::CASES),
    (Company::Busy, many::CASES),
    (Company::Alone, events::ALONE),
    (Company::Alone, ignored_closes::ALONE),
    (Company::Alone, storage::ALONE),
    (Company::Alone, timers::ALONE),
];

/// Cases of what there is in a Worker alone.
const IN_A_WORKER: [(Company, &[Case]); 1] = [(Company::Busy, stub::CASES)];

/// How many cases that keep the machine busy run at once.
const BUSY: usize = 6;

fn main() {
    let mut arguments = Arguments::from_args();
    let runtime = Arc::new(Runtime::new().expect("a tokio runtime"));
    let (local, _serving) = runtime.block_on(start_local());
    let mut hosts = vec![("local", local)];
    if let (Ok(chat), Ok(rooms)) = (env::var("CHAT_WORKERD"), env::var("ROOMS_WORKERD")) {
        let bare = |url: String| url.trim_start_matches("http://").to_owned();
        hosts.push(("workerd", Host { chat: bare(chat), rooms: bare(rooms), is_local: false, hibernates: true }));
    }
    // Those that sleep take no turn from the others.
    let asleep = CASES.iter().filter(|(company, _)| *company == Company::Asleep);
    arguments.test_threads.get_or_insert(hosts.len() * asleep.map(|(_, cases)| cases.len()).sum::<usize>() + BUSY);
    let turns = Arc::new(Semaphore::new(BUSY));
    let hosts = hosts.into_iter().map(|(name, host)| (name, host, Arc::new(RwLock::new(())))).collect::<Vec<_>>();
    let mut trials = Vec::new();
    let everywhere = CASES.iter().map(|&(company, cases)| (company, cases, true));
    let in_a_worker = IN_A_WORKER.map(|(company, cases)| (company, cases, false));
    for (company, cases, is_everywhere) in in_a_worker.into_iter().chain(everywhere) {
        for (name, host, isolate) in hosts.iter().filter(|(_, host, _)| is_everywhere || !host.is_local) {
            for &(case, run) in cases {
                let (host, isolate) = (host.clone(), isolate.clone());
                let (runtime, turns) = (runtime.clone(), turns.clone());
                trials.push(Trial::test(format!("{name}::{case}"), move || {
                    let _turn = (company != Company::Asleep).then(|| runtime.block_on(turns.acquire()));
                    let _shared = (company != Company::Alone).then(|| isolate.read());
                    let _alone = (company == Company::Alone).then(|| isolate.write());
                    let outcome = runtime.block_on(async { tokio::time::timeout(PATIENCE, run(host)).await });
                    outcome.map_err(|_| "took too long".into())
                }));
            }
        }
    }
    for (_, host, isolate) in hosts.iter().filter(|(_, host, _)| !host.is_local) {
        trials.extend(stub::behaviour(host, isolate, &runtime));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

async fn start_local() -> (Host, [ServerHandle; 2]) {
    let chat = Server::new(::chat::app()).port(0).start().await.expect("the chat on a free port");
    let rooms = Server::new(rooms::app()).port(0).start().await.expect("the rooms on a free port");
    let host = Host {
        chat: chat.address().to_string(),
        rooms: rooms.address().to_string(),
        is_local: true,
        hibernates: false,
    };
    (host, [chat, rooms])
}
