//! A type that is not a codec for text frames.

use websocket_do::WsProtocol;

struct Toml;

#[derive(WsProtocol)]
#[ws(client, server = ServerMessage, text = Toml)]
enum ClientMessage {
    Ping,
}

#[derive(WsProtocol)]
#[ws(server, text = Toml)]
enum ServerMessage {
    Pong,
}

fn main() {}
