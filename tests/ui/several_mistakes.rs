//! Several errors in one enum, which are reported at once.

use websocket_do::WsProtocol;

#[derive(WsProtocol)]
#[ws(server, rename_al = "snake_case")]
pub enum ServerMessage {
    Said {
        #[ws(len = 10..=1)]
        text: String,
        #[ws(rename = "text")]
        words: String,
    },
    #[ws(rename = 1)]
    Pong,
}

fn main() {}
