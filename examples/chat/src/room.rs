//! The chat room: what happens when someone comes, speaks, and goes.

use serde::{Deserialize, Serialize};
use websocket_do::{
    Closed, FromRequest, HttpError, Json, Request, Result, Room, SendError, Session, StatusCode, Upgrade,
    ValidationError, websocket_do,
};

use crate::{
    access,
    history::{self, History, Said},
    protocol::{ClientMessage, ServerMessage},
};

/// What the room knows of someone.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    user_id: String,
    name: String,
    joined_at: i64,
}

/// The room. What must not be lost stands in the sessions and in the storage.
#[derive(Default)]
pub struct ChatRoom {
    history: History,
}

#[websocket_do(client = ClientMessage, session = Member)]
impl ChatRoom {
    #[connect]
    fn connect(&self, upgrade: &Upgrade) -> Result<Member, HttpError> {
        access::check_upgrade(upgrade)?;
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
        // What cannot be kept is not said.
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

    #[invalid]
    fn invalid(&self, session: &Session<Self>, _why: &ValidationError) -> Result<(), SendError> {
        session.send(ServerMessage::Error { message: "Invalid message format".into() })
    }

    #[close]
    fn close(&self, session: &Session<Self>, _how: &Closed) -> Result<(), SendError> {
        let Member { name, user_id, .. } = Member::clone(&session.data());
        session.room().broadcast(ServerMessage::UserLeft { name, user_id })
    }

    // Routes take the whole request: it is checked before anything of it is read.

    #[get("/info")]
    fn info(&self, room: &Room<Self>, request: Request) -> Result<Json<Info>, HttpError> {
        access::check_request(room, &request)?;
        let describe = |session: Session<Self>| MemberInfo {
            member: Member::clone(&session.data()),
            format: session.format().to_string(),
        };
        Ok(Json(Info { session_count: room.len(), sessions: room.sessions().into_iter().map(describe).collect() }))
    }

    #[get("/history")]
    fn history(&self, room: &Room<Self>, request: Request) -> Result<Json<Told>, HttpError> {
        access::check_request(room, &request)?;
        Ok(Json(Told { messages: history::messages(room.storage())? }))
    }

    #[post("/broadcast")]
    fn announce(&self, room: &Room<Self>, request: Request) -> Result<Json<Sent>, HttpError> {
        access::check_request(room, &request)?;
        // JSON by its content type alone: a page of another site cannot send that without being asked first.
        let Json(Announcement { text }) = Json::from_request(&request)?;
        let sent = room.everyone().send(ServerMessage::Announcement { text });
        sent.map(|delivered| Json(Sent { delivered })).map_err(|_| StatusCode::BAD_REQUEST.into())
    }
}

/// The answer to `GET /history`.
#[derive(Serialize)]
struct Told {
    messages: Vec<Said>,
}

/// The answer to `GET /info`.
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

/// The answer to it.
#[derive(Serialize)]
struct Sent {
    delivered: usize,
}
