//! Routes that match the same requests, and a route with the path where clients connect.

use websocket_do::{Bytes, HttpError, Room, Session, Upgrade, WsProtocol, websocket_do};

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

    #[get("/x/{a}")]
    fn first(&self, a: String) -> String {
        a
    }

    #[get("/x/{b}")]
    fn second(&self, b: String) -> String {
        b
    }

    #[get("/x/{a}/y")]
    fn nested(&self, a: String) -> String {
        a
    }

    #[get("/x/{b}/y")]
    fn nested_again(&self, b: String) -> String {
        b
    }

    #[post("/list")]
    fn list(&self, _body: Bytes) {}

    #[post("/list")]
    fn list_again(&self, _room: &Room<Self>) {}

    #[get("/websocket")]
    fn websocket(&self) {}
}

fn main() {}
