// Every handler, every argument of the attribute, timers and routes.

#[websocket_do(
    client = protocol::Play,
    session = Player,
    binding = "GAMES",
    format = json,
    max_message = 64 << 10,
    handler_timeout = 10,
)]
impl Game {
    #[new]
    fn new(room: &Room<Self>) -> Self {
        Self { started: room.now() }
    }

    #[connect]
    async fn connect(&self, room: &Room<Self>, upgrade: &Upgrade) -> Result<Accept<Player>, HttpError> {
        self.seat(room, upgrade).await
    }

    #[open]
    async fn open(&self, session: &Session<Self>) {}

    #[message(Guess(_))]
    async fn guess(&self, session: &Session<Self>, word: Word) -> Result<()> {
        Ok(())
    }

    #[message]
    #[cfg(feature = "admin")]
    fn end(&self, session: &Session<Self>, _reason: String) {}

    #[binary]
    fn binary(&self, session: &Session<Self>, bytes: Vec<u8>) {}

    #[protocol_error]
    fn protocol_error(&self, session: &Session<Self>, frame: &Frame) {}

    #[invalid]
    fn invalid(&self, session: &Session<Self>, error: &ValidationError) -> Result<()> {
        Ok(())
    }

    #[error]
    fn error(&self, session: &Session<Self>, error: &Error) {}

    #[close]
    fn close(&self, session: &Session<Self>, closed: &Closed) {}

    #[migrate]
    fn migrate(&self, room: &Room<Self>, previous: &PreviousSession) -> Result<Player, Close> {
        Ok(Player::default())
    }

    /// Ends the round.
    #[timer]
    pub fn end_round(&self, room: &Room<Self>) -> Result<()> {
        Ok(())
    }

    #[timer("tick")]
    #[cfg(feature = "clock")]
    async fn advance(&self) {}

    /// Lists the players.
    #[get("/players")]
    fn players(&self, room: &Room<Self>) -> Json<Vec<Player>> {
        Json(Vec::new())
    }

    #[options("/players")]
    fn options(&self) -> impl IntoResponse {
        [("allow", "GET, OPTIONS")]
    }

    #[put("/players/{name}", max_body = 1 << 10)]
    async fn rename(&self, name: String, Json(player): Json<Player>) -> Result<Json<Player>, StatusCode> {
        Err(StatusCode::NOT_FOUND)
    }
}
