//! The wire contract: each behaviour is one named case, described once and run on both hosts.
//!
//! The local hosts run in this process. The cases on workerd need `CHAT_WORKERD` and `ROOMS_WORKERD`, the addresses of the
//! two Workers, and `ROOMS_WORKERD_LOG`, the file with the console of the latter, which `cargo xtask test` sets; without them these cases are ignored.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod access;
mod bodies;
mod buffered_types;
mod callers;
mod calls;
mod calls_order;
mod chat;
mod closing;
mod console;
mod environment;
mod events;
mod events_room;
mod extensions;
mod fallback;
mod frames;
mod hibernation;
mod history;
mod ignored_closes;
mod internal;
mod limits;
mod many;
mod numbers;
mod peer;
mod raw;
mod rfc6455;
mod routing;
mod rules;
mod sending;
mod services;
mod shapes_of_messages;
mod storage;
mod storage_room;
mod stub;
mod timers;
mod upgrades;
mod waiting;

use std::{
    env,
    future::Future,
    path::PathBuf,
    pin::Pin,
    sync::{Arc, RwLock},
    time::Duration,
};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use tokio::{runtime::Runtime, sync::Semaphore};
use websocket_do::local::{Server, ServerHandle};

/// Longer than any case takes, hibernation included.
const PATIENCE: Duration = Duration::from_mins(1);

/// Why a case on workerd does not run.
const NO_WORKERD: &str = "set CHAT_WORKERD and ROOMS_WORKERD to the addresses of the Workers, and ROOMS_WORKERD_LOG to the file with their console";

/// The addresses of one host's rooms, such as `127.0.0.1:8787`.
#[derive(Clone)]
pub(crate) struct Host {
    pub(crate) chat: String,
    pub(crate) rooms: String,
    pub(crate) is_local: bool,
    /// Whether an idle room with sockets loses its memory.
    pub(crate) hibernates: bool,
    /// The file that the console of the Worker of the rooms is written to.
    pub(crate) console: Option<PathBuf>,
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

/// Which other cases may run at the same time as those of a list.
#[derive(Clone, Copy, PartialEq)]
enum Load {
    /// Any number: these cases only sleep.
    Sleeping,
    /// A few: these cases keep the machine busy.
    Busy,
    /// None: these cases end the isolate, and with it the requests of other cases.
    Exclusive,
}

/// All cases, in the order they are started in: the longest sleeps first, so that the others run meanwhile.
const CASES: &[(Load, &[Case])] = &[
    (Load::Sleeping, hibernation::CASES),
    (Load::Sleeping, calls_order::SLEEPING),
    (Load::Sleeping, ignored_closes::CASES),
    (Load::Sleeping, buffered_types::CASES),
    (Load::Sleeping, bodies::sleeping::CASES),
    (Load::Busy, waiting::CASES),
    (Load::Sleeping, storage::SLEEPING),
    (Load::Sleeping, timers::SLEEPING),
    (Load::Busy, chat::CASES),
    (Load::Busy, upgrades::CASES),
    (Load::Busy, routing::CASES),
    (Load::Busy, access::CASES),
    (Load::Busy, bodies::CASES),
    (Load::Busy, sending::CASES),
    (Load::Busy, rules::CASES),
    (Load::Busy, shapes_of_messages::CASES),
    (Load::Busy, numbers::CASES),
    (Load::Busy, frames::CASES),
    (Load::Busy, rfc6455::frames::CASES),
    (Load::Busy, rfc6455::control::CASES),
    (Load::Busy, rfc6455::fragments::CASES),
    (Load::Busy, rfc6455::utf8::CASES),
    (Load::Busy, rfc6455::closing::CASES),
    (Load::Busy, closing::CASES),
    (Load::Busy, limits::CASES),
    (Load::Busy, events::CASES),
    (Load::Busy, extensions::CASES),
    (Load::Busy, history::CASES),
    (Load::Busy, storage::CASES),
    (Load::Busy, timers::CASES),
    (Load::Busy, callers::CASES),
    (Load::Busy, environment::CASES),
    (Load::Busy, fallback::CASES),
    (Load::Busy, internal::CASES),
    (Load::Busy, many::CASES),
    (Load::Busy, calls::CASES),
    (Load::Busy, calls_order::CASES),
    (Load::Exclusive, events::EXCLUSIVE),
    (Load::Exclusive, calls_order::EXCLUSIVE),
    (Load::Exclusive, ignored_closes::EXCLUSIVE),
    (Load::Exclusive, storage::EXCLUSIVE),
    (Load::Exclusive, timers::EXCLUSIVE),
];

/// Cases that are possible only on the local host; each says why.
const LOCAL_CASES: [(Load, &[Case]); 1] = [(Load::Busy, callers::local::CASES)];

/// Cases of features that exist only in a Worker.
const WORKER_CASES: [(Load, &[Case]); 2] = [(Load::Busy, stub::CASES), (Load::Busy, services::CASES)];

/// How many busy cases run at once.
const BUSY: usize = 6;

/// The state shared by the trials of one host.
#[derive(Clone)]
struct Context {
    name: &'static str,
    /// `None` if the host is not available.
    host: Option<Host>,
    runtime: Arc<Runtime>,
    turns: Arc<Semaphore>,
    isolate: Arc<RwLock<()>>,
}

impl Context {
    /// A trial that runs a case, or is ignored if the host is not available.
    fn trial(&self, load: Load, case: &str, run: impl FnOnce(Host) -> CaseFuture + Send + 'static) -> Trial {
        let Self { host, runtime, turns, isolate, .. } = self.clone();
        Trial::ignorable_test(format!("{}::{case}", self.name), move || {
            let Some(host) = host else { return Ok(Completion::ignored_with(NO_WORKERD)) };
            let _turn = (load == Load::Busy).then(|| runtime.block_on(turns.acquire()));
            let _shared = (load != Load::Exclusive).then(|| isolate.read());
            let _exclusive = (load == Load::Exclusive).then(|| isolate.write());
            let outcome = runtime.block_on(async { tokio::time::timeout(PATIENCE, run(host)).await });
            outcome.unwrap_or_else(|_| Err("took too long".into())).map(|()| Completion::Completed)
        })
    }
}

type CaseFuture = Pin<Box<dyn Future<Output = Result<(), Failed>> + Send>>;

fn main() {
    let mut arguments = Arguments::from_args();
    let runtime = Arc::new(Runtime::new().expect("a tokio runtime"));
    let (here, _handles) = runtime.block_on(start_local());
    let turns = Arc::new(Semaphore::new(BUSY));
    let hosts = [("local", Some(here)), ("workerd", workerd())].map(|(name, host)| {
        let (runtime, turns) = (runtime.clone(), turns.clone());
        Context { name, host, runtime, turns, isolate: Arc::default() }
    });
    // Sleeping cases take no turn from the others.
    let sleeping = CASES.iter().filter(|(load, _)| *load == Load::Sleeping);
    arguments.test_threads.get_or_insert(hosts.len() * sleeping.map(|(_, cases)| cases.len()).sum::<usize>() + BUSY);
    let [local, workerd] = &hosts;
    let mut trials = Vec::new();
    let mut add = |host: &Context, load: Load, cases: &'static [Case]| {
        trials.extend(cases.iter().map(|&(case, run)| {
            host.trial(load, case, move |host| {
                Box::pin(async move {
                    run(host).await;
                    Ok(())
                })
            })
        }));
    };
    for (load, cases) in LOCAL_CASES {
        add(local, load, cases);
    }
    for (load, cases) in WORKER_CASES {
        add(workerd, load, cases);
    }
    for &(load, cases) in CASES {
        for host in &hosts {
            add(host, load, cases);
        }
    }
    let mut with_console = workerd.clone();
    with_console.host = with_console.host.filter(|host| host.console.is_some());
    add(&with_console, Load::Exclusive, console::EXCLUSIVE);
    trials.extend(stub::client_cases(workerd));
    libtest_mimic::run(&arguments, trials).exit();
}

async fn start_local() -> (Host, [ServerHandle; 2]) {
    let chat = Server::new(::chat::app()).port(0).start().await.expect("the chat on a free port");
    let rooms = rooms::server().port(0).start().await.expect("the rooms on a free port");
    let host = Host {
        chat: chat.address().to_string(),
        rooms: rooms.address().to_string(),
        is_local: true,
        hibernates: false,
        console: None,
    };
    (host, [chat, rooms])
}

fn workerd() -> Option<Host> {
    let address = |variable| env::var(variable).ok().map(|url| url.trim_start_matches("http://").to_owned());
    let (chat, rooms) = (address("CHAT_WORKERD")?, address("ROOMS_WORKERD")?);
    Some(Host {
        chat,
        rooms,
        is_local: false,
        hibernates: true,
        console: env::var_os("ROOMS_WORKERD_LOG").map(Into::into),
    })
}
