//! A byte field with serde's `with`, and `bytes_field` inside `each`.

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
