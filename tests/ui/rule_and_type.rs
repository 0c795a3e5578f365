//! Rules that do not fit the types of their fields.

use websocket_do::WsProtocol;

#[derive(WsProtocol)]
#[ws(server)]
pub enum ServerMessage {
    Said {
        #[ws(range = 1..=10)]
        text: String,
        #[ws(len = 1..=10)]
        times: u32,
    },
    Drawn {
        #[ws(pattern = "^#")]
        colors: Vec<String>,
        #[ws(each(len = 1..))]
        name: String,
    },
}

fn main() {}
