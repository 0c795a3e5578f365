//! The room: the same source for all hosts and databases.

use serde::Serialize;
use uuid::Uuid;
use websocket_do::{HttpError, Json, Result, Room, SendError, Session, Upgrade, WsProtocol, websocket_do};

use crate::accounts::{Account, Accounts};

/// The messages of clients.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = ServerMessage)]
pub enum ClientMessage {
    /// Changes the name of the account.
    Rename {
        /// The new name.
        #[ws(len = 1..=50)]
        name: String,
    },
}

/// The messages of the room.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
pub enum ServerMessage {
    /// The client has entered with this account.
    Welcome {
        /// The name of the account.
        name: String,
        /// How often the user has entered a lobby, this time included.
        visits: u32,
    },
    /// An account in this lobby has another name.
    Renamed {
        /// The name before.
        old_name: String,
        /// The name from now on.
        new_name: String,
    },
}

/// The body of a request for an account.
#[derive(Debug, WsProtocol)]
pub struct SignUp {
    /// The name of the account.
    #[ws(len = 1..=50)]
    pub name: String,
}

/// The answer to a request for an account.
#[derive(Debug, Serialize)]
pub struct Credentials {
    /// The key of the account, for `Authorization: Bearer …`.
    pub key: String,
}

/// The room.
#[derive(Default)]
pub struct Lobby;

#[websocket_do(client = ClientMessage, session = Account, state = Accounts)]
impl Lobby {
    #[post("/accounts")]
    async fn sign_up(&self, room: &Room<Self>, Json(body): Json<SignUp>) -> Result<Json<Credentials>> {
        let key = Uuid::new_v4().to_string();
        room.state::<Accounts>().create(&key, &body.name).await?;
        Ok(Json(Credentials { key }))
    }

    #[connect]
    async fn connect(&self, room: &Room<Self>, upgrade: &Upgrade) -> Result<Account, HttpError> {
        let key = upgrade.bearer().ok_or_else(HttpError::unauthorized)?;
        room.state::<Accounts>().visit(key).await?.ok_or_else(HttpError::unauthorized)
    }

    #[open]
    fn open(&self, session: &Session<Self>) -> Result<(), SendError> {
        let account = session.data();
        session.send(ServerMessage::Welcome { name: account.name.clone(), visits: account.visits })
    }

    #[message]
    async fn rename(&self, session: &Session<Self>, name: String) -> Result<()> {
        let room = session.room();
        room.state::<Accounts>().rename(session.data().id, &name).await?;
        let old_name = session.update(|account| std::mem::replace(&mut account.name, name.clone()))?;
        room.broadcast(ServerMessage::Renamed { old_name, new_name: name })?;
        Ok(())
    }
}
