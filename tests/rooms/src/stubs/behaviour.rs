//! The cases of the typed client that every transport is to pass, over the stub of the fickle server.

use std::time::Duration;

use behaviour::{Names, Say, Transport};
use websocket_do::{Refusal, Session, Upgrade, client::Builder, stub::Namespace, websocket_do};
use worker::{Delay, Env, Response};

/// What speaks the cases' protocol. The objects behind the stub are of another make.
#[derive(Default)]
struct Whimsical;

#[websocket_do(client = Say, session = ())]
impl Whimsical {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<(), Refusal> {
        Err(Refusal::unauthorized())
    }

    #[message]
    fn say(&self, _session: &Session<Self>, _text: String) {}
}

/// A server, through its stub.
struct Through {
    rooms: Namespace<Whimsical>,
    names: Names,
}

impl Transport for Through {
    fn builder(&self, room: &str) -> Builder<Say> {
        self.rooms.by_name(room).builder()
    }

    async fn sleep(&self, time: Duration) {
        Delay::from(time).await;
    }

    fn knows_status(&self) -> bool {
        true
    }

    fn room(&self) -> String {
        self.names.next()
    }
}

/// Runs a case: what was not as promised, if anything.
pub(super) async fn run(case: &str, room: &str, env: &Env) -> worker::Result<Response> {
    let rooms = Whimsical::stub(env, "FICKLE").map_err(|error| error.to_string())?;
    let through = Through { rooms, names: Names::new(room.to_owned()) };
    match behaviour::run(case, &through).await {
        Ok(()) => Response::ok("as promised"),
        Err(error) => Response::error(format!("{error:#}"), 500),
    }
}
