//! Handlers that do not return what the protocol promises, and misuse of `concurrent`.

use websocket_do::{HttpError, Result, Session, Upgrade, WsProtocol, websocket_do};

#[derive(WsProtocol)]
#[ws(client, server = Sent)]
enum Ask {
    #[ws(reply = u32)]
    Nothing,
    #[ws(reply = u32)]
    Another,
    #[ws(reply = u32)]
    AnotherInResult,
    #[ws(reply = u32, error = Taken)]
    NoError,
    #[ws(reply = u32, error = Taken)]
    AnotherError,
    #[ws(reply = u32)]
    Right,
}

#[derive(WsProtocol)]
#[ws(server)]
enum Sent {
    Fine,
}

#[derive(WsProtocol)]
struct Taken {
    by: String,
}

#[derive(Default)]
struct Desk;

#[websocket_do(client = Ask, session = ())]
impl Desk {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<(), HttpError> {
        Ok(())
    }

    #[message]
    fn nothing(&self, _session: &Session<Self>) {}

    #[message]
    fn another(&self, _session: &Session<Self>) -> String {
        String::new()
    }

    #[message]
    async fn another_in_result(&self, _session: &Session<Self>) -> Result<Option<u32>> {
        Ok(None)
    }

    #[message]
    fn no_error(&self, _session: &Session<Self>) -> Result<u32> {
        Ok(1)
    }

    #[message]
    fn another_error(&self, _session: &Session<Self>) -> Result<u32, String> {
        Ok(1)
    }

    #[message]
    fn right(&self, _session: &Session<Self>) -> Result<u32> {
        Ok(1)
    }
}

fn main() {}
