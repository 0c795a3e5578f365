//! A handler of a newtype variant with the attribute of a struct variant.

use websocket_do::{HttpError, Session, Upgrade, WsProtocol, websocket_do};

#[derive(WsProtocol)]
#[ws(client, server = ServerMessage)]
pub enum ClientMessage {
    Place(Point),
}

#[derive(WsProtocol)]
#[ws(server)]
pub enum ServerMessage {
    Pong,
}

#[derive(WsProtocol)]
pub struct Point {
    pub x: i32,
    pub y: i32,
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
    fn place(&self, _session: &Session<Self>, _point: Point) {}
}

fn main() {}
