//! The messages that the room and all clients share.

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
}

/// The messages of the room.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
pub enum ServerMessage {
    /// A client has sent a message.
    Message { text: String, from: String, user_id: String },
    /// A client has changed its name.
    NameChanged { old_name: String, new_name: String, user_id: String },
    /// A client has joined.
    UserJoined { name: String, user_id: String },
    /// A client has left.
    UserLeft { name: String, user_id: String },
}
