//! The room of one poll.

use axum::body::Body;
use http_body_util::BodyExt;
use tower::ServiceExt;
use websocket_do::{
    HttpError, Request, Response, Result, Room, Session, StorageError, Upgrade, WsProtocol, websocket_do,
};

use crate::router::{self, Votes};

/// The messages of clients.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = ServerMessage)]
pub enum ClientMessage {
    /// Votes for an option.
    Vote {
        /// The option.
        #[ws(len = 1..=50)]
        option: String,
    },
}

/// The messages of the room.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
pub enum ServerMessage {
    /// An option has another vote.
    Voted {
        /// The option.
        option: String,
        /// All its votes.
        votes: u32,
    },
}

/// The room.
#[derive(Default)]
pub struct Poll;

#[websocket_do(client = ClientMessage, session = ())]
impl Poll {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<(), HttpError> {
        Ok(())
    }

    #[message]
    fn vote(&self, session: &Session<Self>, option: String) -> Result<()> {
        let room = session.room();
        let mut all = votes(room)?;
        let votes = all.entry(option.clone()).or_default();
        *votes += 1;
        let votes = *votes;
        room.storage().put("votes", &all)?;
        room.broadcast(ServerMessage::Voted { option, votes })?;
        Ok(())
    }

    /// Passes every other request to a router.
    #[fallback]
    async fn http(&self, room: &Room<Self>, request: Request) -> Result<Response> {
        let response = router::of_poll(votes(room)?).oneshot(request.map(Body::from)).await?;
        let (parts, body) = response.into_parts();
        Ok(Response::from_parts(parts, body.collect().await?.to_bytes()))
    }
}

fn votes(room: &Room<Poll>) -> Result<Votes, StorageError> {
    Ok(room.storage().get("votes")?.unwrap_or_default())
}
