//! What is said in the chat: shared by the server and all clients, for every target.

use websocket_do::WsProtocol;

/// What a client says.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = ServerMessage)]
pub enum ClientMessage {
    /// Says something to everyone in the room.
    Message {
        /// What is said.
        #[ws(len = 1..=1000)]
        text: String,
    },
    /// Takes another name.
    SetName {
        /// The name.
        #[ws(len = 1..=50)]
        name: String,
    },
}

/// What the room says.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum ServerMessage {
    /// Someone has said something.
    Message { text: String, from: String, user_id: String },
    /// Someone has another name.
    NameChanged { old_name: String, new_name: String, user_id: String },
    /// Someone has come.
    UserJoined { name: String, user_id: String },
    /// Someone has gone.
    UserLeft { name: String, user_id: String },
    /// The operator has something to say.
    Announcement { text: String },
    /// What the client sent could not be understood.
    Error { message: String },
}
