//! The chat room, carefully handwritten on `worker` alone: serde's tagged enums, the session in the attachment, a broadcast
//! encoded once.
#![cfg(target_arch = "wasm32")]
#![expect(missing_docs, reason = "`worker`'s macros generate public items")]

use std::sync::atomic::{AtomicU32, Ordering};

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use worker::{
    Context, Date, DurableObject, Env, Request, Response, Result, State, WebSocket, WebSocketIncomingMessage,
    WebSocketPair, durable_object, event, wasm_bindgen, worker_sys::WebSocketRequestResponsePair,
};

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
enum ClientMessage {
    Message { text: String },
    SetName { name: String },
}

impl ClientMessage {
    fn is_valid(&self) -> bool {
        match self {
            Self::Message { text } => (1..=1000).contains(&text.chars().count()),
            Self::SetName { name } => is_name(name),
        }
    }
}

fn is_name(name: &str) -> bool {
    (1..=50).contains(&name.chars().count())
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum ServerMessage<'a> {
    Message { text: &'a str, from: &'a str, user_id: &'a str },
    NameChanged { old_name: &'a str, new_name: &'a str, user_id: &'a str },
    UserJoined { name: &'a str, user_id: &'a str },
    UserLeft { name: &'a str, user_id: &'a str },
    Error { message: &'a str },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Member {
    user_id: String,
    name: String,
    joined_at: u64,
}

static CONSTRUCTIONS: AtomicU32 = AtomicU32::new(0);

#[durable_object]
pub struct ChatRoom {
    state: State,
}

impl DurableObject for ChatRoom {
    fn new(state: State, _env: Env) -> Self {
        CONSTRUCTIONS.fetch_add(1, Ordering::Relaxed);
        if let Ok(heartbeat) = WebSocketRequestResponsePair::new("wsdo:ping", "wsdo:pong") {
            state.set_websocket_auto_response(&heartbeat);
        }
        Self { state }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        let url = request.url()?;
        if url.path().ends_with("/constructions") {
            return Response::from_json(&CONSTRUCTIONS.load(Ordering::Relaxed));
        }
        if !url.path().ends_with("/websocket") {
            return Response::error("Not found", 404);
        }
        if request.headers().get("Upgrade")?.as_deref() != Some("websocket") {
            return Response::error("Expected websocket", 400);
        }
        let user_id = Uuid::new_v4().to_string();
        let name =
            url.query_pairs().find_map(|(key, name)| (key == "name" && is_name(&name)).then(|| name.into_owned()));
        let name = name.unwrap_or_else(|| format!("User-{user_id:.4}"));
        let member = Member { user_id, name, joined_at: Date::now().as_millis() };
        let WebSocketPair { client, server } = WebSocketPair::new()?;
        self.state.accept_web_socket(&server);
        server.serialize_attachment(&member)?;
        if !self.is_quiet() {
            let joined = ServerMessage::UserJoined { name: &member.name, user_id: &member.user_id };
            self.broadcast(&joined, Some(&server))?;
        }
        Response::from_websocket(client)
    }

    async fn websocket_message(&self, socket: WebSocket, message: WebSocketIncomingMessage) -> Result<()> {
        let message = match &message {
            WebSocketIncomingMessage::String(text) => serde_json::from_str::<ClientMessage>(text).ok(),
            WebSocketIncomingMessage::Binary(_) => None,
        };
        let Some(message) = message.filter(ClientMessage::is_valid) else {
            let error = ServerMessage::Error { message: "Invalid message format" };
            return socket.send_with_str(serde_json::to_string(&error)?);
        };
        let Some(mut member) = socket.deserialize_attachment::<Member>()? else { return Ok(()) };
        match message {
            ClientMessage::Message { text } => {
                let chat = ServerMessage::Message { text: &text, from: &member.name, user_id: &member.user_id };
                self.broadcast(&chat, None)
            }
            ClientMessage::SetName { name } => {
                let old_name = std::mem::replace(&mut member.name, name);
                socket.serialize_attachment(&member)?;
                let changed = ServerMessage::NameChanged {
                    old_name: &old_name,
                    new_name: &member.name,
                    user_id: &member.user_id,
                };
                self.broadcast(&changed, None)
            }
        }
    }

    async fn websocket_close(&self, socket: WebSocket, code: usize, reason: String, _was_clean: bool) -> Result<()> {
        if !self.is_quiet()
            && let Some(member) = socket.deserialize_attachment::<Member>()?
        {
            let left = ServerMessage::UserLeft { name: &member.name, user_id: &member.user_id };
            self.broadcast(&left, Some(&socket))?;
        }
        match u16::try_from(code) {
            Ok(1006) | Err(_) => Ok(()),
            Ok(1005) => socket.close(Some(1000), Some("")),
            Ok(code) => socket.close(Some(code), Some(reason)),
        }
    }

    async fn websocket_error(&self, socket: WebSocket, _error: worker::Error) -> Result<()> {
        socket.close(Some(1011), Some(""))
    }
}

impl ChatRoom {
    fn broadcast(&self, message: &ServerMessage<'_>, except: Option<&WebSocket>) -> Result<()> {
        let text = serde_json::to_string(message)?;
        for socket in self.state.get_websockets() {
            if except != Some(&socket) {
                // It may have closed in the meantime.
                let _ = socket.send_with_str(&text);
            }
        }
        Ok(())
    }

    fn is_quiet(&self) -> bool {
        self.state.id().name().is_some_and(|name| name.starts_with("quiet-"))
    }
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> Result<Response> {
    let url = request.url()?;
    let mut segments = url.path_segments().into_iter().flatten();
    match (segments.next(), segments.next()) {
        (Some("room"), Some(room)) if !room.is_empty() => {
            env.durable_object("ROOM")?.get_by_name(room)?.fetch_with_request(request).await
        }
        _ => Response::error("Not found", 404),
    }
}
