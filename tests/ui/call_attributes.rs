//! Misuse of the attributes of calls.

use websocket_do::WsProtocol;

#[derive(WsProtocol)]
#[ws(client, server = Sent)]
enum Ask {
    #[ws(error = String)]
    ErrorWithoutReply,
    #[ws(idempotent)]
    IdempotentWithoutReply,
    #[ws(reply)]
    ReplyWithoutType,
    #[ws(reply = "u32")]
    ReplyAsString,
    #[ws(reply = u32, idempotent = true)]
    IdempotentWithValue,
    #[ws(reply = u32, reply = u8)]
    TwoReplies,
    #[ws(replay = u32)]
    Misspelt,
}

#[derive(WsProtocol)]
#[ws(client, server = Sent, id = "requestId")]
enum NoCall {
    Say { text: String },
}

#[derive(WsProtocol)]
#[ws(server)]
enum Sent {
    #[ws(reply = u32)]
    Question,
}

fn main() {}
