//! Names that conflict with the frames of calls.

use websocket_do::WsProtocol;

#[derive(WsProtocol)]
#[ws(client, server = Fine)]
enum Field {
    #[ws(reply = u32)]
    Delete { id: u32 },
}

#[derive(WsProtocol)]
#[ws(client, server = Fine)]
enum FieldOfAnotherMessage {
    #[ws(reply = u32)]
    Count,
    Delete {
        #[ws(rename = "id")]
        number: u32,
    },
}

#[derive(WsProtocol)]
struct Item {
    id: u32,
}

#[derive(WsProtocol)]
#[ws(client, server = Fine)]
enum FieldOfStruct {
    #[ws(reply = u32)]
    Delete(Item),
}

#[derive(WsProtocol)]
#[ws(client, server = Fine, id = "type")]
enum Tag {
    #[ws(reply = u32)]
    Count,
}

#[derive(WsProtocol)]
#[ws(client, server = Fine, id = "value")]
enum AnswerField {
    #[ws(reply = u32)]
    Count,
}

#[derive(WsProtocol)]
#[ws(server)]
enum Replies {
    Reply { to: u32 },
}

#[derive(WsProtocol)]
#[ws(client, server = Replies)]
enum ServerMessage {
    #[ws(reply = u32)]
    Count,
}

#[derive(WsProtocol)]
#[ws(server, tag = "error")]
enum TaggedError {
    Fine,
}

#[derive(WsProtocol)]
#[ws(client, server = TaggedError)]
enum ServerTag {
    #[ws(reply = u32)]
    Count,
}

#[derive(WsProtocol)]
#[ws(server)]
enum Fine {
    Fine,
}

fn main() {}
