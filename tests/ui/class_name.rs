//! Names of classes that JavaScript does not accept.

use websocket_do::{HttpError, Upgrade, WsProtocol, websocket_do};

#[derive(Debug, WsProtocol)]
#[ws(client, server = Out)]
enum In {}

#[derive(Debug, WsProtocol)]
#[ws(server)]
enum Out {}

#[derive(Default)]
struct Reserved;

#[websocket_do(client = In, session = (), name = "class")]
impl Reserved {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<(), HttpError> {
        Ok(())
    }
}

#[derive(Default)]
struct NotAnIdentifier;

#[websocket_do(client = In, session = (), name = "chat-room")]
impl NotAnIdentifier {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<(), HttpError> {
        Ok(())
    }
}

#[derive(Default)]
struct NotText;

#[websocket_do(client = In, session = (), name = 7)]
impl NotText {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<(), HttpError> {
        Ok(())
    }
}

fn main() {}
