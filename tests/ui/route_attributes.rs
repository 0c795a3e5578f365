//! Unknown and unsupported attributes of routes.

use websocket_do::{Bytes, HttpError, Session, Upgrade, WsProtocol, websocket_do};

#[derive(WsProtocol)]
#[ws(client, server = ServerMessage)]
pub enum ClientMessage {
    Message { text: String },
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

    #[post("/a", max_bodi = 5)]
    fn misspelt(&self, _body: Bytes) {}

    #[post("/b", max_body = 5, max_body = 6)]
    fn twice(&self, _body: Bytes) {}

    #[get("/c", max_body = 5)]
    fn unread(&self) {}

    #[post(max_body = 5)]
    fn no_path(&self, _body: Bytes) {}

    #[post("/d" max_body = 5)]
    fn no_comma(&self, _body: Bytes) {}
}

fn main() {}
