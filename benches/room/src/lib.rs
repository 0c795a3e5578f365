//! The chat without its history, on websocket-do: the same room as `js-validate` and `rust-by-hand`.

use std::sync::atomic::{AtomicU32, Ordering};

use chat_protocol::{ClientMessage, Said, ServerMessage};
use serde::{Deserialize, Serialize};
use websocket_do::{
    App, Closed, HttpError, Json, Result, Room, Session, Upgrade, ValidationError, export_worker, websocket_do,
};

/// The data of a session.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    user_id: String,
    name: String,
    joined_at: i64,
}

/// How often a room was constructed, counted over all rooms of this isolate: it shows whether they have hibernated.
static CONSTRUCTIONS: AtomicU32 = AtomicU32::new(0);

/// The room.
pub struct ChatRoom;

#[websocket_do(client = ClientMessage, session = Member, binding = "ROOM")]
impl ChatRoom {
    #[new]
    fn new(_room: &Room<Self>) -> Self {
        CONSTRUCTIONS.fetch_add(1, Ordering::Relaxed);
        Self
    }

    #[connect]
    fn connect(&self, upgrade: &Upgrade) -> Result<Member, HttpError> {
        let user_id = upgrade.session_id().to_string();
        let name = upgrade.query("name").filter(|name| (1..=50).contains(&name.chars().count()));
        let name = name.map_or_else(|| format!("User-{user_id:.4}"), Into::into);
        Ok(Member { user_id, name, joined_at: upgrade.now().as_millis() })
    }

    #[open]
    fn open(&self, session: &Session<Self>) -> Result<()> {
        if !is_quiet(session.room()) {
            let Member { name, user_id, .. } = Member::clone(&session.data());
            session.room().everyone().except(session).send(ServerMessage::UserJoined { name, user_id })?;
        }
        Ok(())
    }

    #[message]
    fn message(&self, session: &Session<Self>, text: String) -> Result<()> {
        let Member { name: from, user_id, .. } = Member::clone(&session.data());
        Ok(session.room().broadcast(ServerMessage::Message { text, from, user_id })?)
    }

    #[message]
    fn history(&self, _session: &Session<Self>, limit: u32) -> Vec<Said> {
        let said = |text: &str| Said {
            text: text.to_owned(),
            from: "Ada".to_owned(),
            user_id: "00000000-0000-4000-8000-000000000001".to_owned(),
            at: 1_764_000_000_000,
        };
        let texts = ["The quick brown fox jumps over the lazy dog, and then over many more"];
        texts.into_iter().take(limit as usize).map(said).collect()
    }

    #[message]
    fn set_name(&self, session: &Session<Self>, name: String) -> Result<()> {
        let old_name = session.update(|member| std::mem::replace(&mut member.name, name.clone()))?;
        let user_id = session.data().user_id.clone();
        Ok(session.room().broadcast(ServerMessage::NameChanged { old_name, new_name: name, user_id })?)
    }

    #[invalid]
    fn invalid(&self, session: &Session<Self>, _why: &ValidationError) -> Result<()> {
        Ok(session.send(ServerMessage::Error { message: "Invalid message format".into() })?)
    }

    #[close]
    fn close(&self, session: &Session<Self>, _how: &Closed) -> Result<()> {
        if is_quiet(session.room()) {
            return Ok(());
        }
        let Member { name, user_id, .. } = Member::clone(&session.data());
        Ok(session.room().broadcast(ServerMessage::UserLeft { name, user_id })?)
    }

    #[get("/constructions")]
    fn constructions(&self) -> Json<u32> {
        Json(CONSTRUCTIONS.load(Ordering::Relaxed))
    }
}

/// A quiet room sends no join and leave messages, so that thousands of clients can join one.
fn is_quiet(room: &Room<ChatRoom>) -> bool {
    room.name().is_some_and(|name| name.starts_with("quiet-"))
}

/// The Worker: one room for each name.
pub fn app() -> App {
    App::new().rooms::<ChatRoom>("/room/{room}")
}

export_worker!(app);
