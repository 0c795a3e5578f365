//! A variant with several unnamed fields.

use websocket_do::WsProtocol;

#[derive(WsProtocol)]
#[ws(server)]
pub enum ServerMessage {
    Said(String, u32),
}

fn main() {}
