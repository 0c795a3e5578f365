//! A serde attribute on the enum.

use websocket_do::WsProtocol;

#[derive(WsProtocol)]
#[ws(server)]
#[serde(tag = "kind")]
pub enum ServerMessage {
    Pong,
}

fn main() {}
