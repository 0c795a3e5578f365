//! A field with the name of the tag.

use websocket_do::WsProtocol;

#[derive(WsProtocol)]
#[ws(server)]
pub enum ServerMessage {
    Said { r#type: String, text: String },
}

fn main() {}
