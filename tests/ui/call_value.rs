//! A reply that cannot be sent.

use websocket_do::WsProtocol;

struct Seat;

#[derive(WsProtocol)]
#[ws(client, server = Sent)]
enum Ask {
    #[ws(reply = Seat)]
    Sit { at: u8 },
    #[ws(reply = u8, error = Seat)]
    Stand,
}

#[derive(WsProtocol)]
#[ws(server)]
enum Sent {
    Fine,
}

fn main() {}
