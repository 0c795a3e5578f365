//! A text codec that only one of the two enums names.

use serde::{Serialize, de::DeserializeOwned};
use websocket_do::{TextCodec, WsProtocol};

struct Lines;

impl TextCodec for Lines {
    const NAME: &'static str = "lines";
    type Error = &'static str;

    fn encode<T: Serialize + ?Sized>(_: &T) -> Result<String, &'static str> {
        Err("not written here")
    }

    fn decode<T: DeserializeOwned>(_: &str) -> Result<T, &'static str> {
        Err("not read here")
    }
}

#[derive(WsProtocol)]
#[ws(client, server = ServerMessage, text = Lines)]
enum ClientMessage {
    Ping,
}

#[derive(WsProtocol)]
#[ws(server)]
enum ServerMessage {
    Pong,
}

fn main() {}
