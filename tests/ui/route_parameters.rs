//! Path parameters without an argument, or with a name that no argument can have.

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

    #[get("/a/{match}")]
    fn keyword(&self, _room: &Room<Self>) {}

    #[get("/b/{r#match}")]
    fn raw(&self, r#match: String) -> String {
        r#match
    }

    #[get("/c/{self}")]
    fn own(&self) {}

    #[get("/d/{_}")]
    fn nameless(&self, _: Bytes) {}

    #[get("/e/{a b}")]
    fn two_words(&self) {}

    #[get("/f/{a}-{b}")]
    fn not_whole(&self) {}

    #[get("/g/{a}/{a}")]
    fn twice(&self, a: String) -> String {
        a
    }

    #[get("/café")]
    fn not_encoded(&self) {}

    #[get("/h?i")]
    fn query(&self) {}

    #[get("/i/../j")]
    fn step(&self) {}
}

fn main() {}
