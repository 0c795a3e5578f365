//! A pattern that is not a regular expression.

use websocket_do::WsProtocol;

#[derive(WsProtocol)]
#[ws(server)]
pub enum ServerMessage {
    Said {
        #[ws(pattern = "[a-z")]
        text: String,
    },
}

fn main() {}
