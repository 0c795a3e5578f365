//! A room with limits.

use std::time::Duration;

use websocket_do::{HttpError, Session, Upgrade, WebSocketDo, WsProtocol, websocket_do};

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

const KIB: usize = 1024;

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

room!(Defaults,);
room!(Largest, max_message = 32 << 20, handler_timeout = 10);
room!(Named, handler_timeout = Duration::from_millis(1500), max_message = 64 * KIB);

fn main() {
    assert_eq!((Defaults::MAX_MESSAGE, Defaults::HANDLER_TIMEOUT), (1 << 20, Duration::from_secs(30)));
    assert_eq!((Largest::MAX_MESSAGE, Largest::HANDLER_TIMEOUT), (32 << 20, Duration::from_secs(10)));
    assert_eq!((Named::MAX_MESSAGE, Named::HANDLER_TIMEOUT), (64 << 10, Duration::from_millis(1500)));
}
