//! A room whose client messages are those of the server.

use websocket_do::{HttpError, Session, Upgrade, WsProtocol, websocket_do};

#[derive(WsProtocol)]
#[ws(server)]
pub enum ServerMessage {
    Pong,
}

#[derive(Default)]
pub struct ChatRoom;

#[websocket_do(client = ServerMessage, session = String)]
impl ChatRoom {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<String, HttpError> {
        Ok(String::new())
    }

    #[message]
    fn pong(&self, _session: &Session<Self>) {}
}

fn main() {}
