//! Limits out of range, or of the wrong type.

use std::time::Duration;

use websocket_do::{HttpError, Session, Upgrade, WsProtocol, websocket_do};

#[derive(WsProtocol)]
#[ws(client, server = ServerMessage)]
pub enum ClientMessage {
    Ping,
}

#[derive(WsProtocol)]
#[ws(server)]
pub enum ServerMessage {
    Pong,
}

macro_rules! room {
    ($name:ident, $($limit:tt)*) => {
        #[derive(Default)]
        pub struct $name;

        #[websocket_do(client = ClientMessage, session = (), $($limit)*)]
        impl $name {
            #[connect]
            fn connect(&self, _upgrade: &Upgrade) -> Result<(), HttpError> {
                Ok(())
            }

            #[message]
            fn ping(&self, _session: &Session<Self>) {}
        }
    };
}

room!(Nothing, max_message = 0);
room!(TooMuch, max_message = (32 << 20) + 1);
room!(NoInteger, max_message = "1 MiB");
room!(NoTime, handler_timeout = 0);
room!(NoDuration, handler_timeout = Duration::ZERO);
room!(Fraction, handler_timeout = 0.5);
room!(Misspelt, max_mesage = 4096);
room!(Twice, handler_timeout = 1, handler_timeout = Duration::from_secs(1));

fn main() {}
