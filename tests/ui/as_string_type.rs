//! `as_string` on types that are no integers, and a rule that does not fit the integer.

use websocket_do::WsProtocol;

#[derive(WsProtocol)]
#[ws(server)]
enum ServerMessage {
    Text {
        #[ws(as_string)]
        id: String,
    },
    Float {
        #[ws(as_string)]
        id: f64,
    },
    Texts {
        #[ws(as_string)]
        ids: Option<Vec<String>>,
    },
    Rule {
        #[ws(as_string, len = 1..=20)]
        id: u64,
    },
}

fn main() {}
