//! A timer without a handler, and the timer of another room.

use websocket_do::{HttpError, Result, Room, Upgrade, WsProtocol, websocket_do};

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
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<(), HttpError> {
        Ok(())
    }

    #[timer]
    fn end_round(&self, room: &Room<Self>) -> Result<()> {
        room.set_timer(Self::END_GAME, room.now())?;
        room.cancel_timer(Other::TICK)?;
        room.cancel_timer("end_round")?;
        Ok(())
    }
}

#[derive(Default)]
pub struct Other;

#[websocket_do(client = ClientMessage, session = ())]
impl Other {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<(), HttpError> {
        Ok(())
    }

    #[timer]
    fn tick(&self) {}
}

fn main() {}
