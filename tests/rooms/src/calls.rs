//! A room that is called: routes with every kind of argument and result, for the stub in a Worker.

use serde::{Deserialize, Serialize};
use websocket_do::{
    Bytes, Error, FromRequest, HeaderName, HeaderValue, IntoResponse, Json, Query, Refusal, Request, Response, Result,
    Room, Session, StatusCode, Upgrade, WsProtocol,
    stub::{IntoRequest, StubError},
    websocket_do,
};

/// What clients say.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Answer)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Ask {
    /// Comes back.
    Echo {
        #[ws(len = 1..=10)]
        text: String,
    },
    /// The room closes.
    Leave { code: u16 },
}

/// What they are told.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Answer {
    /// What was said, and what the session was asked for with.
    Echo { text: String, name: String, header: String },
}

/// Who calls.
#[derive(Debug, Serialize, Deserialize)]
pub struct Caller {
    name: String,
    header: String,
}

/// What the room says of itself.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Info {
    pub(crate) name: Option<String>,
    pub(crate) note: Option<String>,
}

/// Why somebody is sent away.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Why {
    pub(crate) text: String,
    pub(crate) times: Option<u8>,
}

/// What came of it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Sent {
    pub(crate) seat: u8,
    pub(crate) told: String,
}

/// A query.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Search {
    pub(crate) words: String,
    pub(crate) from: Option<u32>,
}

/// The extractor of a user who wants a client side: what stands in a header.
pub(crate) struct ApiKey(String);

impl FromRequest for ApiKey {
    fn from_request(request: &Request) -> Result<Self, Refusal> {
        let key = request.headers().get("x-api-key").and_then(|key| key.to_str().ok());
        key.map(|key| Self(key.to_owned())).ok_or_else(Refusal::unauthorized)
    }
}

impl IntoRequest for ApiKey {
    type Value = &'static str;

    fn into_request(key: &'static str, request: &mut Request) -> Result<(), StubError> {
        request.headers_mut().insert("x-api-key", HeaderValue::from_static(key));
        Ok(())
    }
}

/// The extractor of a user who wants none.
struct Length(usize);

impl FromRequest for Length {
    fn from_request(request: &Request) -> Result<Self, Refusal> {
        Ok(Self(request.body().len()))
    }
}

/// What can only be written, and not read again.
#[derive(Serialize)]
struct WriteOnly<'a> {
    text: &'a str,
}

/// What can only be read.
#[derive(Deserialize)]
struct ReadOnly {
    text: String,
}

/// The room.
#[derive(Default)]
pub struct Calls;

#[websocket_do(client = Ask, session = Caller)]
impl Calls {
    #[connect]
    async fn connect(&self, upgrade: &Upgrade) -> Result<Caller, Refusal> {
        if upgrade.query("refuse").is_some() {
            return Err(Refusal::new(StatusCode::IM_A_TEAPOT, "not today"));
        }
        let header = upgrade.header("x-caller");
        Ok(Caller { name: upgrade.query("name").unwrap_or_default().into(), header: header.unwrap_or_default().into() })
    }

    #[message]
    fn echo(&self, session: &Session<Self>, text: String) -> Result<()> {
        let (name, header) = session.read(|caller| (caller.name.clone(), caller.header.clone()));
        session.send(Answer::Echo { text, name, header })
    }

    #[message]
    fn leave(&self, session: &Session<Self>, code: u16) -> Result<()> {
        session.close(code, "as asked")
    }

    /// What the room says of itself.
    #[get("/info")]
    fn info(&self, room: &Room<Self>) -> Result<Json<Info>> {
        Ok(Json(Info { name: room.name(), note: room.storage().get("note")? }))
    }

    #[get("/sessions")]
    fn sessions(&self, room: &Room<Self>) -> Json<usize> {
        Json(room.len())
    }

    #[put("/note")]
    fn note(&self, room: &Room<Self>, text: String) -> Result<()> {
        room.storage().put("note", &text)
    }

    #[delete("/note")]
    async fn forget(&self, room: &Room<Self>) -> Result<StatusCode> {
        Ok(if room.storage().delete("note")? { StatusCode::OK } else { StatusCode::GONE })
    }

    #[post("/kick/{seat}")]
    async fn kick(&self, seat: u8, Json(why): Json<Why>) -> Result<Json<Sent>, StatusCode> {
        if seat > 9 {
            return Err(StatusCode::CONFLICT);
        }
        Ok(Json(Sent { seat, told: why.text.repeat(why.times.unwrap_or(1).into()) }))
    }

    #[get("/cases/{case}/books/{book}")]
    fn search(&self, case: String, book: i64, Query(search): Query<Search>) -> Option<Json<(String, i64, Search)>> {
        (case != "empty").then_some(Json((case, book, search)))
    }

    #[patch("/bytes")]
    fn bytes(&self, body: Bytes) -> (StatusCode, Vec<u8>) {
        (StatusCode::ACCEPTED, body.iter().rev().copied().collect())
    }

    #[get("/moved")]
    fn moved(&self) -> ([(HeaderName, HeaderValue); 1], StatusCode) {
        let location = (HeaderName::from_static("location"), HeaderValue::from_static("/info"));
        ([location], StatusCode::SEE_OTHER)
    }

    /// Says what came.
    #[post("/whole")]
    fn whole(&self, request: Request) -> Response {
        let header = request.headers().get("x-own").map_or("", |value| value.to_str().unwrap_or_default());
        let body = String::from_utf8_lossy(request.body());
        format!("{} {} {header} {body}", request.uri().path(), request.uri().query().unwrap_or_default())
            .into_response()
    }

    #[get("/key")]
    fn key(&self, ApiKey(key): ApiKey) -> String {
        key
    }

    #[get("/page")]
    fn page(&self) -> impl IntoResponse {
        (StatusCode::IM_A_TEAPOT, "a page")
    }

    #[post("/fail")]
    fn fail(&self) -> Result<()> {
        Err(Error::msg("a secret reason"))
    }

    /// An answer of this many MiB.
    #[get("/huge/{mib}")]
    fn huge(&self, mib: usize) -> Vec<u8> {
        vec![0; mib << 20]
    }

    /// A name that every stub has.
    #[get("/id")]
    fn id(&self) -> &'static str {
        "the room's own"
    }

    /// Not to be called on a stub, and no mistake either.
    #[post("/length")]
    fn length<'a>(&'a self, Length(length): Length) -> Json<WriteOnly<'a>> {
        Json(WriteOnly { text: if length == 0 { "nothing" } else { "something" } })
    }

    /// The same.
    #[post("/text")]
    fn text(&self, Json(body): Json<ReadOnly>) -> String {
        body.text
    }
}
