//! A message enum with a type parameter.

use websocket_do::WsProtocol;

#[derive(WsProtocol)]
#[ws(server)]
pub enum ServerMessage<T> {
    Said { text: T },
}

fn main() {}
