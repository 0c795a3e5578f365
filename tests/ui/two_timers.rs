//! Two handlers for one timer.

use websocket_do::{HttpError, Upgrade, WsProtocol, websocket_do};

#[derive(WsProtocol)]
#[ws(client, server = ServerMessage)]
pub enum ClientMessage {}

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

    #[timer]
    fn end_round(&self) {}

    #[timer("end_round")]
    fn end_the_round(&self) {}

    #[timer(end_game)]
    fn end_game(&self) {}

    #[timer]
    fn end_all(&self, name: String) {}
}

fn main() {}
