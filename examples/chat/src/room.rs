//! The chat room: its sessions, messages and HTTP routes.

use serde::{Deserialize, Serialize};
use websocket_do::{
    Closed, FromRequest, HttpError, Json, Request, Result, Room, SendError, Session, StatusCode, Upgrade,
    ValidationError, websocket_do,
};

use crate::{
    access,
    history::{self, History},
    protocol::{ClientMessage, Said, ServerMessage},
};

/// The data of one session.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    user_id: String,
    name: String,
    joined_at: i64,
}

/// The room. Its fields are a cache: a room that hibernates keeps only its session data and its storage.
pub struct ChatRoom {
    key: access::Key,
    history: History,
}

#[websocket_do(client = ClientMessage, session = Member)]
impl ChatRoom {
    #[new]
    fn new(room: &Room<Self>) -> Self {
        Self { key: access::Key::of(room.env()), history: History::default() }
    }

    #[connect]
    fn connect(&self, upgrade: &Upgrade) -> Result<Member, HttpError> {
        access::check_upgrade(&self.key, upgrade)?;
        let user_id = upgrade.session_id().to_string();
        let name = upgrade.query("name").filter(|name| (1..=50).contains(&name.chars().count()));
        let name = name.map_or_else(|| format!("User-{user_id:.4}"), Into::into);
        Ok(Member { user_id, name, joined_at: upgrade.now().as_millis() })
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
        let said = Said { text, from, user_id, at: room.now().as_millis() };
        // A message that cannot be stored is not sent either.
        self.history.add(room.storage(), said.clone())?;
        let Said { text, from, user_id, .. } = said;
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

    #[message]
    fn history(&self, session: &Session<Self>, limit: u32) -> Result<Vec<Said>> {
        let mut said = history::messages(session.room().storage())?;
        Ok(said.split_off(said.len().saturating_sub(limit as usize)))
    }

    #[invalid]
    fn invalid(&self, session: &Session<Self>, _error: &ValidationError) -> Result<(), SendError> {
        session.send(ServerMessage::Error { message: "Invalid message format".into() })
    }

    #[close]
    fn close(&self, session: &Session<Self>, _closed: &Closed) -> Result<(), SendError> {
        let Member { name, user_id, .. } = Member::clone(&session.data());
        session.room().broadcast(ServerMessage::UserLeft { name, user_id })
    }

    // Routes take the whole request, to check it before they read its body.

    #[get("/info")]
    fn info(&self, room: &Room<Self>, request: Request) -> Result<Json<Info>, HttpError> {
        access::check_request(&self.key, room, &request)?;
        let describe = |session: Session<Self>| MemberInfo {
            member: Member::clone(&session.data()),
            format: session.format().to_string(),
        };
        Ok(Json(Info { session_count: room.len(), sessions: room.sessions().into_iter().map(describe).collect() }))
    }

    #[get("/history")]
    fn all_messages(&self, room: &Room<Self>, request: Request) -> Result<Json<Messages>, HttpError> {
        access::check_request(&self.key, room, &request)?;
        Ok(Json(Messages { messages: history::messages(room.storage())? }))
    }

    #[post("/broadcast")]
    fn announce(&self, room: &Room<Self>, request: Request) -> Result<Json<Delivered>, HttpError> {
        access::check_request(&self.key, room, &request)?;
        // `Json` requires the content type, which a page of another site cannot set without a CORS preflight.
        let Json(Announcement { text }) = Json::from_request(&request)?;
        let sent = room.everyone().send(ServerMessage::Announcement { text });
        sent.map(|delivered| Json(Delivered { delivered })).map_err(|_| StatusCode::BAD_REQUEST.into())
    }
}

/// The response to `GET /history`.
#[derive(Serialize)]
struct Messages {
    messages: Vec<Said>,
}

/// The response to `GET /info`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Info {
    session_count: usize,
    sessions: Vec<MemberInfo>,
}

#[derive(Serialize)]
struct MemberInfo {
    #[serde(flatten)]
    member: Member,
    format: String,
}

/// The body of `POST /broadcast`.
#[derive(Deserialize)]
struct Announcement {
    text: String,
}

/// The response to `POST /broadcast`.
#[derive(Serialize)]
struct Delivered {
    delivered: usize,
}
