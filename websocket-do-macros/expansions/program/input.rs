// The program of the README.

/// Messages from clients to the room.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = ServerMessage)]
pub enum ClientMessage {
    /// Sends a message to everyone in the room.
    Message { #[ws(len = 1..=1000)] text: String },
    /// Changes the name of the session.
    SetName { #[ws(len = 1..=50)] name: String },
}

#[websocket_do(client = ClientMessage, session = Member)]
impl ChatRoom {
    #[connect]
    async fn connect(&self, upgrade: &Upgrade) -> Result<Member, HttpError> {
        let name = upgrade.query("name").ok_or_else(|| HttpError::bad_request("missing `name`"))?;
        Ok(Member { name: name.into() })
    }

    #[message]
    fn message(&self, session: &Session<Self>, text: String) -> Result<()> {
        let from = session.data().name.clone();
        Ok(session.room().broadcast(ServerMessage::Message { text, from })?)
    }

    #[message]
    fn set_name(&self, session: &Session<Self>, name: String) -> Result<()> {
        let old_name = session.update(|member| std::mem::replace(&mut member.name, name.clone()))?;
        Ok(session.room().broadcast(ServerMessage::NameChanged { old_name, new_name: name })?)
    }
}
