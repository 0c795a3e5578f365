//! Invalid names of bindings.

use websocket_do::{HttpError, Upgrade, WsProtocol, websocket_do};

#[derive(WsProtocol)]
#[ws(client, server = ServerMessage)]
pub enum ClientMessage {}

#[derive(WsProtocol)]
#[ws(server)]
pub enum ServerMessage {
    Pong,
}

macro_rules! room {
    ($name:ident, $($binding:tt)*) => {
        #[derive(Default)]
        pub struct $name;

        #[websocket_do(client = ClientMessage, session = (), $($binding)*)]
        impl $name {
            #[connect]
            fn connect(&self, _upgrade: &Upgrade) -> Result<(), HttpError> {
                Ok(())
            }
        }
    };
}

const CHAT_ROOM: &str = "CHAT_ROOM";

room!(Constant, binding = CHAT_ROOM);
room!(Empty, binding = "");
room!(Twice, binding = "CHAT_ROOM", binding = "ROOM");
room!(Misspelt, bindings = "CHAT_ROOM");

fn main() {}
