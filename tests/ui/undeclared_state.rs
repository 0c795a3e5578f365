//! A room reads a state that its attribute does not declare.

use websocket_do::{HttpError, Result, Room, Upgrade, WsProtocol, websocket_do};

#[derive(Debug, WsProtocol)]
#[ws(client, server = Out)]
enum In {}

#[derive(Debug, WsProtocol)]
#[ws(server)]
enum Out {}

struct Accounts;

struct Mailer;

#[derive(Default)]
struct Club;

#[websocket_do(client = In, session = (), state = Mailer)]
impl Club {
    #[connect]
    fn connect(&self, room: &Room<Self>, _upgrade: &Upgrade) -> Result<(), HttpError> {
        let _: &Mailer = room.state();
        let _accounts = room.state::<Accounts>();
        Ok(())
    }
}

fn main() {}
