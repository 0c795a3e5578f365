//! `as_string` beside what decides on the encoding too, with a value, twice, and where it is not supported.

use websocket_do::WsProtocol;

#[derive(WsProtocol)]
#[ws(server)]
enum ServerMessage {
    With {
        #[ws(as_string)]
        #[serde(with = "hex")]
        id: u64,
    },
    Bytes {
        #[ws(bytes_field, as_string)]
        id: Vec<u8>,
    },
    Flattened {
        #[ws(as_string)]
        #[serde(flatten)]
        id: u64,
    },
    Twice {
        #[ws(as_string)]
        #[ws(as_string)]
        id: u64,
    },
    Value {
        #[ws(as_string = true)]
        id: u64,
    },
    List {
        #[ws(as_string())]
        id: u64,
    },
    Each {
        #[ws(each(as_string))]
        ids: Vec<u64>,
    },
    Newtype(#[ws(as_string)] u64),
    #[ws(as_string)]
    Variant { id: u64 },
    Misspelt {
        #[ws(as_strings)]
        id: u64,
    },
}

#[derive(WsProtocol)]
#[ws(server, as_string)]
enum OnEnum {
    Id { id: u64 },
}

#[derive(WsProtocol)]
#[ws(as_string)]
struct OnStruct {
    id: u64,
}

fn main() {}
