//! A byte field that serde is told of too, and one that is no field.

use websocket_do::WsProtocol;

#[derive(WsProtocol)]
#[ws(server)]
enum ServerMessage {
    Picture {
        #[ws(bytes_field)]
        #[serde(with = "serde_bytes")]
        pixels: Vec<u8>,
    },
    Pictures {
        #[ws(each(bytes_field))]
        pixels: Vec<Vec<u8>>,
    },
}

fn main() {}
