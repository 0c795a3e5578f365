//! Requests to a `TestRoom`: internal routes, the fallback, and the storage that they change.

use websocket_do::{Error, HttpError, Request, Result, Room, Session, TestRoom, Upgrade, WsProtocol, websocket_do};

#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Said)]
enum Say {
    Nothing,
}

#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
enum Said {}

#[derive(Default)]
struct Pages;

#[websocket_do(client = Say, session = ())]
impl Pages {
    #[connect]
    fn connect(&self, upgrade: &Upgrade) -> Result<(), HttpError> {
        let colors: Vec<_> = upgrade.query_all("color").collect();
        if colors.is_empty() { Ok(()) } else { Err(HttpError::bad_request(colors.join("|"))) }
    }

    #[message]
    fn nothing(&self, _session: &Session<Self>) {}

    #[get("/secret", internal)]
    fn secret(&self) -> &'static str {
        "secret"
    }

    #[delete("/all")]
    fn delete(&self, room: &Room<Self>) -> Result<()> {
        // Inside a transaction, it is a part of that one.
        room.storage().transaction(|storage| {
            storage.delete_all()?;
            Ok(storage.put("left", &1)?)
        })
    }

    #[fallback]
    fn other(&self, request: Request) -> Result<String> {
        match request.uri().path() {
            "/fails" => Err(Error::msg("no such page")),
            path => Ok(format!("no page {path}")),
        }
    }
}

#[tokio::test]
async fn an_internal_route_does_not_exist_for_requests_and_the_fallback_takes_them() {
    let room = TestRoom::<Pages>::new();
    assert_eq!(room.get("/secret").await.body(), "no page /secret");
    assert_eq!(room.get("/nothing").await.body(), "no page /nothing");
    assert_eq!(room.get("/websocket").await.status(), 400);
}

#[tokio::test]
async fn all_values_of_a_repeated_query_name_are_read_in_order() {
    let room = TestRoom::<Pages>::new();
    let join = room.join_with(|request| {
        request
            .query("color", "red")
            .query("shape", "color")
            .query("color", "a&b")
            .query("color", "")
            .query("Color", "blue")
    });
    let error = join.await.map(drop).unwrap_err();
    assert_eq!(error.to_string(), "the server refused the session with status 400: red|a&b|");
}

#[tokio::test]
async fn the_error_of_the_fallback_is_in_the_report() {
    let room = TestRoom::<Pages>::new();
    assert_eq!(room.get("/fails").await.status(), 500);
    let report = format!("{room:?}");
    assert!(report.contains("logged: Pages `test`: `#[fallback]` failed: no such page"), "{report}");
}

#[tokio::test]
async fn delete_all_is_all_or_nothing() {
    let room = TestRoom::<Pages>::new()
        .with_storage(|storage| (0..40).try_for_each(|number| storage.put(&format!("key-{number}"), &number)));
    room.fail_writes(1);
    assert!(room.storage().delete_all().is_err());
    assert_eq!(room.storage().get("key-39").unwrap(), Some(39));
    assert_eq!(room.storage().get("key-0").unwrap(), Some(0));

    let mut request = Request::default();
    *request.method_mut() = websocket_do::Method::DELETE;
    *request.uri_mut() = "/all".parse().unwrap();
    assert_eq!(room.request(request).await.status(), 204);
    assert_eq!(room.storage().get::<u32>("key-39").unwrap(), None);
    assert_eq!(room.storage().get("left").unwrap(), Some(1));
}
