//! A byte field of a type that holds no bytes.

use websocket_do::WsProtocol;

#[derive(WsProtocol)]
#[ws(server)]
enum ServerMessage {
    Picture {
        #[ws(bytes_field)]
        pixels: Vec<u16>,
    },
}

fn main() {}
