//! Errors of other crates in handlers, by `?` and as return types.

use std::error::Error;

use websocket_do::{Json, Result, Session, TestRoom, Upgrade, WsProtocol, websocket_do};

#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Said)]
enum Say {
    Anyhow,
    Boxed,
    Text,
    ReturnAnyhow,
}

#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
enum Said {}

#[derive(Default)]
struct Failing;

fn anyhow() -> anyhow::Result<()> {
    Err(anyhow::anyhow!("the cause").context("outside"))
}

fn boxed() -> Result<(), Box<dyn Error>> {
    Err("boxed".into())
}

#[websocket_do(client = Say, session = ())]
impl Failing {
    #[connect]
    fn connect(&self, upgrade: &Upgrade) -> Result<()> {
        if upgrade.query("fails").is_some() { Ok(anyhow()?) } else { Ok(()) }
    }

    #[message]
    fn anyhow(&self, _session: &Session<Self>) -> Result<()> {
        Ok(anyhow()?)
    }

    #[message]
    fn boxed(&self, _session: &Session<Self>) -> Result<()> {
        Ok(boxed()?)
    }

    #[message]
    fn text(&self, _session: &Session<Self>) -> Result<()> {
        Err("only text")?
    }

    #[message]
    fn return_anyhow(&self, _session: &Session<Self>) -> anyhow::Result<()> {
        anyhow()
    }

    #[get("/anyhow")]
    fn route(&self) -> Result<Json<()>> {
        Ok(Json(anyhow()?))
    }
}

#[tokio::test]
async fn errors_of_other_crates_are_logged_with_their_causes() {
    let room = TestRoom::<Failing>::new();
    let mut ada = room.join().await.unwrap();
    ada.anyhow().await.unwrap();
    ada.boxed().await.unwrap();
    ada.text().await.unwrap();
    ada.return_anyhow().await.unwrap();
    assert_eq!(room.get("/anyhow").await.status(), 500);
    let refused = room.join_with(|request| request.query("fails", "")).await.map(drop).unwrap_err();
    assert_eq!(refused.to_string(), "the server refused the session with status 500: Internal Server Error");
    let report = format!("{room:?}");
    for line in [
        "`anyhow` (Anyhow) failed: outside: the cause",
        "`boxed` (Boxed) failed: boxed",
        "`text` (Text) failed: only text",
        "`return_anyhow` (ReturnAnyhow) failed: outside: the cause",
        "`#[connect]` failed: outside: the cause",
        "`GET /anyhow` (route) failed: outside: the cause",
    ] {
        assert!(report.contains(line), "`{line}` is not in:\n{report}");
    }
}
