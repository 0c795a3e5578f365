//! An enum of which it is not said who sends it.

use websocket_do::WsProtocol;

#[derive(WsProtocol)]
pub enum ServerMessage {
    Pong,
}

fn main() {}
