//! Timers whose constants have the name of another constant.

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

#[websocket_do(client = ClientMessage, session = ())]
impl ChatRoom {
    pub const END_GAME: u32 = 1;

    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<(), HttpError> {
        Ok(())
    }

    #[timer]
    fn end_round(&self) {}

    #[timer("another")]
    #[allow(non_snake_case)]
    fn EndRound(&self) {}

    #[timer]
    fn end_game(&self) {}
}

fn main() {}
