//! The measured room, and the same room by hand: each message is broadcast.

use std::{
    collections::HashMap,
    future::Future,
    pin::pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use serde::{Deserialize, Serialize};
use websocket_do::{Format, Frame, HttpError, Request, Result, Session, Upgrade, websocket_do};
use websocket_do_runtime::{
    host::SocketId,
    server::{
        dispatch::{Dispatcher, FetchResult},
        event::Event,
    },
};

use crate::{
    host::{MemoryHost, Wires},
    plain,
};
use chat_protocol::{ClientMessage, Said, ServerMessage};

/// The data of a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names suffice")]
pub struct Member {
    pub user_id: String,
    pub name: String,
    pub joined_at: u64,
}

impl Member {
    /// Returns the data of a session named Ada.
    pub fn ada() -> Self {
        Self {
            user_id: "00000000-0000-4000-8000-000000000001".into(),
            name: "Ada".into(),
            joined_at: 1_764_000_000_000,
        }
    }
}

/// The chat without its history.
#[derive(Debug, Default)]
pub struct Talk;

#[websocket_do(client = ClientMessage, session = Member)]
impl Talk {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<Member, HttpError> {
        Ok(Member::ada())
    }

    #[message]
    fn message(&self, session: &Session<Self>, text: String) -> Result<()> {
        let member = session.data();
        let (from, user_id) = (member.name.clone(), member.user_id.clone());
        Ok(session.room().broadcast(ServerMessage::Message { text, from, user_id })?)
    }

    #[message]
    fn history(&self, _session: &Session<Self>, _limit: u32) -> Vec<Said> {
        Vec::new()
    }

    #[message]
    fn set_name(&self, session: &Session<Self>, name: String) -> Result<()> {
        let old_name = session.update(|member| std::mem::replace(&mut member.name, name.clone()))?;
        let user_id = session.data().user_id.clone();
        Ok(session.room().broadcast(ServerMessage::NameChanged { old_name, new_name: name, user_id })?)
    }
}

/// A room with sessions, all of one format.
#[derive(Debug)]
pub struct Ours {
    /// The room.
    pub room: Dispatcher<Talk>,
    /// The room's host.
    pub host: Rc<MemoryHost>,
}

impl Ours {
    /// Creates a room with this number of sessions.
    ///
    /// # Panics
    /// If the room refuses a session.
    pub fn new(sessions: usize, format: Format) -> Self {
        let host = Rc::new(MemoryHost::default());
        let ours = Self { room: Dispatcher::new(host.clone()), host };
        for _ in 0..sessions {
            let mut request = Request::default();
            *request.uri_mut() = "/websocket".parse().unwrap_or_default();
            for (name, value) in [("upgrade", "websocket"), ("sec-websocket-protocol", format.subprotocol())] {
                request.headers_mut().insert(name, websocket_do::HeaderValue::from_static(value));
            }
            let answer = now(ours.room.fetch(request));
            assert!(matches!(answer, FetchResult::Upgrade { .. }), "`connect` accepts every session");
        }
        ours
    }

    /// Handles a frame of the first session.
    pub fn event(&self, frame: Frame) {
        now(self.room.dispatch_event(SocketId(0), Event::Message(frame, None)));
    }
}

/// Returns the output of a future that is ready at once.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("no handler of the measured rooms waits"),
    }
}

/// The same room by hand: sessions in a map, and attachments that are written when they change.
#[derive(Debug)]
pub struct Plain {
    sessions: HashMap<usize, Member>,
    attachments: HashMap<usize, Vec<u8>>,
    /// The receivers of frames.
    pub wires: Wires,
    format: Format,
}

impl Plain {
    /// Creates a room with this number of sessions.
    pub fn new(sessions: usize, format: Format) -> Self {
        let wires = Wires::default();
        let sessions = (0..sessions).map(|_| (wires.add(), Member::ada())).collect();
        Self { sessions, attachments: HashMap::new(), wires, format }
    }

    /// Handles a frame of the first session.
    ///
    /// # Errors
    /// Returns an error if the frame is not a valid message.
    pub fn event(&mut self, frame: &Frame) -> Result<(), String> {
        let message: plain::ClientMessage = match frame {
            Frame::Text(text) => serde_json::from_str(text).map_err(|error| error.to_string())?,
            Frame::Binary(bytes) => rmp_serde::from_slice(bytes).map_err(|error| error.to_string())?,
        };
        message.check()?;
        let member = self.sessions.get_mut(&0).ok_or("no session")?;
        let user_id = member.user_id.clone();
        let answer = match message {
            plain::ClientMessage::Message { text } => {
                plain::ServerMessage::Message { text, from: member.name.clone(), user_id }
            }
            plain::ClientMessage::SetName { name } => {
                let old_name = std::mem::replace(&mut member.name, name.clone());
                let attachment = rmp_serde::to_vec_named(member).map_err(|error| error.to_string())?;
                self.attachments.insert(0, attachment);
                plain::ServerMessage::NameChanged { old_name, new_name: name, user_id }
            }
        };
        self.broadcast(&answer).map(drop)
    }

    /// Sends a message to everyone. Returns the number of receivers.
    ///
    /// # Errors
    /// Returns an error if the message cannot be encoded.
    pub fn broadcast(&self, message: &plain::ServerMessage) -> Result<usize, String> {
        let receivers = self.sessions.keys().copied();
        match self.format {
            Format::Json => {
                let text = serde_json::to_string(message).map_err(|error| error.to_string())?;
                Ok(self.wires.send(receivers, text.as_bytes()))
            }
            Format::MessagePack => {
                let bytes = rmp_serde::to_vec_named(message).map_err(|error| error.to_string())?;
                Ok(self.wires.send(receivers, &bytes))
            }
        }
    }
}
