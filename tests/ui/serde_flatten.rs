//! An unsupported serde attribute.

use websocket_do::WsProtocol;

#[derive(WsProtocol)]
#[ws(server)]
pub enum ServerMessage {
    Placed {
        #[serde(flatten)]
        point: Point,
    },
}

#[derive(WsProtocol)]
pub struct Point {
    pub x: i32,
    pub y: i32,
}

fn main() {}
