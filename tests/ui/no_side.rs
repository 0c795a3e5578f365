//! An enum with neither `client` nor `server`.

use websocket_do::WsProtocol;

#[derive(WsProtocol)]
pub enum ServerMessage {
    Pong,
}

fn main() {}
