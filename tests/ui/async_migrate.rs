//! An `async` migrate handler.

use websocket_do::{Close, HttpError, PreviousSession, Session, Upgrade, WsProtocol, websocket_do};

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

#[websocket_do(client = ClientMessage, session = String)]
impl ChatRoom {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<String, HttpError> {
        Ok(String::new())
    }

    #[message]
    fn message(&self, _session: &Session<Self>, _text: String) {}

    #[message]
    fn set_name(&self, _session: &Session<Self>, _name: String) {}

    #[migrate]
    async fn migrate(&self, _failure: &PreviousSession) -> Result<String, Close> {
        Ok(String::new())
    }
}

fn main() {}
