//! A newtype variant whose struct has a field with the name of the tag.

use websocket_do::WsProtocol;

#[derive(WsProtocol)]
struct Item {
    r#type: String,
}

#[derive(WsProtocol)]
#[ws(server)]
enum ServerMessage {
    Added(Item),
}

fn main() {}
