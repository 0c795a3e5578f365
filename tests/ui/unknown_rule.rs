//! A misspelt rule.

use websocket_do::WsProtocol;

#[derive(WsProtocol)]
#[ws(server)]
pub enum ServerMessage {
    Said {
        #[ws(lenn = 1..=10)]
        text: String,
    },
}

fn main() {}
