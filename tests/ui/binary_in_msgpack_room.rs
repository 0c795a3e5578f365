//! A `binary` handler in a room that fixes MessagePack.

use websocket_do::{HttpError, Session, Upgrade, WsProtocol, websocket_do};

#[derive(WsProtocol)]
#[ws(client, server = ServerMessage)]
pub enum ClientMessage {
    Message { text: String },
    SetName { name: String },
}

#[derive(WsProtocol)]
#[ws(server)]
pub enum ServerMessage {
    Pong,
}

#[derive(Default)]
pub struct ChatRoom;

#[websocket_do(client = ClientMessage, session = String, format = msgpack)]
impl ChatRoom {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<String, HttpError> {
        Ok(String::new())
    }

    #[message]
    fn message(&self, _session: &Session<Self>, _text: String) {}

    #[binary]
    fn upload(&self, _session: &Session<Self>, _bytes: Vec<u8>) {}

    #[message]
    fn set_name(&self, _session: &Session<Self>, _name: String) {}
}

fn main() {}
