//! The chat's protocol: the messages that the server and all clients share, for every target.

use websocket_do::WsProtocol;

/// The messages of a client.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = ServerMessage)]
pub enum ClientMessage {
    /// Sends a message to everyone in the room, the sender included.
    Message {
        /// The text of the message.
        #[ws(len = 1..=1000)]
        text: String,
    },
    /// Changes the client's name.
    SetName {
        /// The new name.
        #[ws(len = 1..=50)]
        name: String,
    },
    /// Calls for the latest messages, oldest first.
    #[ws(reply = Vec<Said>, idempotent)]
    History {
        /// How many messages, at most.
        #[ws(range = 1..=100)]
        limit: u32,
    },
}

/// A message of the history.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[expect(missing_docs, reason = "the fields are named after their content")]
pub struct Said {
    pub text: String,
    pub from: String,
    pub user_id: String,
    /// Milliseconds since 1970.
    pub at: i64,
}

/// The messages of the room.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
#[expect(missing_docs, reason = "the fields are named after their content")]
pub enum ServerMessage {
    /// A client has sent a message.
    Message { text: String, from: String, user_id: String },
    /// A client has changed its name.
    NameChanged { old_name: String, new_name: String, user_id: String },
    /// A client has joined.
    UserJoined { name: String, user_id: String },
    /// A client has left.
    UserLeft { name: String, user_id: String },
    /// The operator has sent an announcement.
    Announcement { text: String },
    /// The client's message is not valid.
    Error { message: String },
}
