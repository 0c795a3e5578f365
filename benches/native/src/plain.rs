//! The chat's protocol with serde alone: derives, and checks by hand.

use serde::{Deserialize, Serialize};

/// A message of a client.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
#[expect(missing_docs, reason = "as in the chat")]
pub enum ClientMessage {
    Message { text: String },
    SetName { name: String },
}

/// A message of the room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "as in the chat")]
pub enum ServerMessage {
    Message { text: String, from: String, user_id: String },
    NameChanged { old_name: String, new_name: String, user_id: String },
    UserJoined { name: String, user_id: String },
    UserLeft { name: String, user_id: String },
    Announcement { text: String },
    Error { message: String },
}

impl ClientMessage {
    /// Checks the rules.
    ///
    /// # Errors
    /// Returns a description of the first rule that is broken.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Self::Message { text } => within("text", text, 1000),
            Self::SetName { name } => within("name", name, 50),
        }
    }
}

fn within(field: &str, text: &str, most: usize) -> Result<(), String> {
    let count = text.chars().count();
    if (1..=most).contains(&count) { Ok(()) } else { Err(format!("{field} has {count} characters")) }
}
