// Calls: every kind of reply, beside a message that is none.

#[derive(WsProtocol)]
#[ws(client, server = Notice, id = "requestId")]
enum Ask {
    Say { text: String },
    #[ws(reply = Vec<Said>)]
    History { limit: u32 },
    #[ws(reply = Seat, error = Taken, idempotent)]
    Sit(Seat),
    #[ws(reply = ())]
    Save,
}

#[websocket_do(client = Ask, session = (), max_concurrent = 8)]
impl Desk {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<(), HttpError> {
        Ok(())
    }

    #[message]
    fn say(&self, session: &Session<Self>, text: String) -> Result<()> {
        Ok(session.room().broadcast(Notice::Said { text })?)
    }

    #[message(concurrent)]
    async fn history(&self, session: &Session<Self>, limit: u32) -> Result<Vec<Said>> {
        latest(session.room(), limit).await
    }

    #[message(Sit(_))]
    fn sit(&self, _session: &Session<Self>, seat: Seat) -> Result<Seat, Taken> {
        Ok(seat)
    }

    #[message]
    fn save(&self, _session: &Session<Self>) {}
}
