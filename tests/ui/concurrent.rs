//! Misuse of `concurrent`.

use websocket_do::{HttpError, Result, Session, Upgrade, WsProtocol, websocket_do};

#[derive(WsProtocol)]
#[ws(client, server = Sent)]
enum Ask {
    First,
    Second,
}

#[derive(WsProtocol)]
#[ws(server)]
enum Sent {
    Fine,
}

#[derive(Default)]
struct Misspelt;

#[websocket_do(client = Ask, session = ())]
impl Misspelt {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<(), HttpError> {
        Ok(())
    }

    #[message(concurent)]
    fn first(&self, _session: &Session<Self>) {}

    #[message(First, Second)]
    fn second(&self, _session: &Session<Self>) {}
}

#[derive(Default)]
struct NoneAtOnce;

#[websocket_do(client = Ask, session = (), max_concurrent = 0)]
impl NoneAtOnce {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<(), HttpError> {
        Ok(())
    }

    #[message(concurrent)]
    fn first(&self, _session: &Session<Self>) {}

    #[message]
    fn second(&self, _session: &Session<Self>) {}
}

fn main() {}
