//! A room of routes: which of them handles a request, and how much of a body it reads.

use websocket_do::{Bytes, Json, Refusal, Request, Room, Session, Upgrade, WsProtocol, websocket_do};

/// What clients say, if there were any.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Routed)]
pub enum Route {
    /// Nothing in particular.
    Nothing,
}

/// What they are told.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
pub enum Routed {
    /// Nothing in particular.
    Nothing,
}

/// The room.
#[derive(Default)]
pub struct Routes;

#[websocket_do(client = Route, session = ())]
impl Routes {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<(), Refusal> {
        Ok(())
    }

    #[message]
    fn nothing(&self, _session: &Session<Self>) {}

    #[get("/name")]
    fn name(&self, room: &Room<Self>) -> Option<String> {
        room.name()
    }

    // In the wrong order: those with a parameter stand before those without.

    #[get("/{a}/{b}/{c}")]
    fn three(&self, a: String, b: String, c: String) -> String {
        format!("{{{a}}}/{{{b}}}/{{{c}}}")
    }

    #[get("/{a}/list/y")]
    fn second(&self, a: String) -> String {
        format!("{{{a}}}/list/y")
    }

    #[get("/x/{b}/y")]
    fn first(&self, b: String) -> String {
        format!("x/{{{b}}}/y")
    }

    #[get("/x/{a}")]
    fn any(&self, a: String) -> String {
        format!("x/{{{a}}}")
    }

    #[get("/x/list")]
    fn list(&self) -> &'static str {
        "x/list"
    }

    #[put("/x/{other}")]
    fn put(&self, other: String) -> String {
        format!("put x/{{{other}}}")
    }

    #[get("/match/{match}/{type}")]
    fn keywords(&self, r#match: String, r#type: u8) -> String {
        format!("{match} {type}")
    }

    #[get("/body")]
    fn unread(&self, body: Bytes) -> String {
        body.len().to_string()
    }

    #[post("/body")]
    fn body(&self, body: Bytes) -> String {
        body.len().to_string()
    }

    #[delete("/body", max_body = 0)]
    fn empty(&self, body: Bytes) -> String {
        body.len().to_string()
    }

    #[post("/small", max_body = 16)]
    fn small(&self, body: Bytes) -> String {
        body.len().to_string()
    }

    #[post("/large", max_body = 4 << 20)]
    async fn large(&self, request: Request) -> String {
        request.body().len().to_string()
    }

    #[post("/json")]
    fn json(&self, Json(number): Json<u8>) -> Json<u8> {
        Json(number)
    }
}
