//! The chat room: its sessions and messages.

use serde::{Deserialize, Serialize};
use websocket_do::{Closed, HttpError, Result, Room, SendError, Session, Upgrade, websocket_do};

use crate::protocol::{ClientMessage, ServerMessage};

/// The data of one session. It survives hibernation.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    user_id: String,
    name: String,
}

/// The room. Fields would be a cache: a room that hibernates keeps only its session data and its storage.
#[derive(Default)]
pub struct ChatRoom;

#[websocket_do(client = ClientMessage, session = Member)]
impl ChatRoom {
    #[connect]
    fn connect(&self, room: &Room<Self>, upgrade: &Upgrade) -> Result<Member, HttpError> {
        // Access is decided here, before the upgrade. Rooms named `private-…` require the secret `ROOM_KEY`.
        if upgrade.room_name().is_none_or(|name| name.starts_with("private-")) {
            let key = room.env().secret("ROOM_KEY")?;
            if key.is_empty() || upgrade.query("key").as_deref() != Some(&key) {
                return Err(HttpError::unauthorized());
            }
        }
        let user_id = upgrade.session_id().to_string();
        let name = upgrade.query("name").filter(|name| (1..=50).contains(&name.chars().count()));
        let name = name.map_or_else(|| format!("User-{user_id:.4}"), Into::into);
        Ok(Member { user_id, name })
    }

    #[open]
    fn open(&self, session: &Session<Self>) -> Result<usize, SendError> {
        let Member { name, user_id, .. } = Member::clone(&session.data());
        session.room().everyone().except(session).send(ServerMessage::UserJoined { name, user_id })
    }

    #[message]
    fn message(&self, session: &Session<Self>, text: String) -> Result<()> {
        let Member { name: from, user_id, .. } = Member::clone(&session.data());
        let room = session.room();
        room.broadcast(ServerMessage::Message { text, from, user_id })?;
        Ok(())
    }

    #[message]
    fn set_name(&self, session: &Session<Self>, name: String) -> Result<()> {
        let old_name = session.update(|member| std::mem::replace(&mut member.name, name.clone()))?;
        let user_id = session.data().user_id.clone();
        session.room().broadcast(ServerMessage::NameChanged { old_name, new_name: name, user_id })?;
        Ok(())
    }

    #[close]
    fn close(&self, session: &Session<Self>, _closed: &Closed) -> Result<(), SendError> {
        let Member { name, user_id, .. } = Member::clone(&session.data());
        session.room().broadcast(ServerMessage::UserLeft { name, user_id })
    }
}
