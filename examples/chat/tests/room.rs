//! Tests every row of the chat's contract, in memory or, with `CHAT=http://127.0.0.1:8787`, on a server.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::{
    env,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use chat::{
    protocol::ServerMessage::{Announcement, Error, Message, NameChanged, UserJoined, UserLeft},
    room::ChatRoom,
};
use serde_json::{Value, json};
use websocket_do::{
    CallError, Format, Frame,
    client::ClientError,
    testing::{TestRoom, TestSession, json as body},
};

const FORMATS: [Format; 2] = [Format::Json, Format::MessagePack];

/// A separate room for each test.
fn room(name: &str) -> TestRoom<ChatRoom> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    match env::var("CHAT") {
        Ok(server) => {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            TestRoom::at(format!("{server}/room/{name}-{}-{count}", std::process::id()))
        }
        Err(_) => TestRoom::new().named(name),
    }
}

async fn join(room: &TestRoom<ChatRoom>, name: &str, format: Format) -> TestSession<ChatRoom> {
    room.join_with(|request| request.query("name", name).format(format)).await.expect("an accepted connection")
}

/// Joins Ada and Bob in these formats, and receives Ada's `UserJoined`. Returns both sessions and their ids.
async fn two(room: &TestRoom<ChatRoom>, formats: [Format; 2]) -> ([TestSession<ChatRoom>; 2], [String; 2]) {
    let mut ada = join(room, "Ada", formats[0]).await;
    let bob = join(room, "Bob", formats[1]).await;
    ada.expect_that(|message| matches!(message, UserJoined { name, .. } if name == "Bob")).await;
    let info = info(room).await;
    let ids = ["Ada", "Bob"].map(|name| {
        let session = info["sessions"].as_array().unwrap().iter().find(|session| session["name"] == name);
        session.unwrap()["userId"].as_str().unwrap().to_owned()
    });
    ([ada, bob], ids)
}

async fn info(room: &TestRoom<ChatRoom>) -> Value {
    body(&room.get("/info").await)
}

#[tokio::test]
async fn a_name_has_1_to_50_characters_or_is_generated() {
    let room = room("names");
    for (asked, given) in [
        (Some("Ada".to_owned()), Some("Ada".to_owned())),
        (Some("ä".repeat(50)), Some("ä".repeat(50))),
        (Some("a".repeat(51)), None),
        (Some(String::new()), None),
        (None, None),
    ] {
        let session = room.join_with(|request| match &asked {
            Some(name) => request.query("name", name),
            None => request,
        });
        let mut session = session.await.unwrap();
        let name = info(&room).await["sessions"][0]["name"].as_str().unwrap().to_owned();
        match given {
            Some(given) => assert_eq!(name, given),
            None => {
                let digits = name.strip_prefix("User-").unwrap();
                assert!(digits.len() == 4 && digits.chars().all(|digit| digit.is_ascii_hexdigit()), "{name}");
            }
        }
        session.close().await;
    }
}

#[tokio::test]
async fn a_private_room_requires_its_key() {
    let room = room("private-tea");
    let refused =
        Err(ClientError::Refused { status: 401, body: "Unauthorized".into(), retry_after: None, location: None });
    assert_eq!(room.join().await.map(drop), refused);
    assert_eq!(room.join_with(|request| request.query("key", "guess")).await.map(drop), refused);
    assert_eq!(room.join_with(|request| request.bearer("guess")).await.map(drop), refused);
    assert!(room.join_with(|request| request.query("key", "demo")).await.is_ok());
    assert!(room.join_with(|request| request.bearer("demo")).await.is_ok());
}

#[tokio::test]
async fn the_key_of_private_rooms_is_the_secret_chat_key() {
    let room = TestRoom::<ChatRoom>::new().named("private-tea").var("CHAT_KEY", "earl grey");
    assert!(room.join_with(|request| request.query("key", "earl grey")).await.is_ok());
    assert!(room.join_with(|request| request.query("key", "demo")).await.is_err());

    let closed = TestRoom::<ChatRoom>::new().named("private-tea").var("CHAT_KEY", "");
    assert!(closed.join_with(|request| request.query("key", "")).await.is_err());
    assert!(closed.join_with(|request| request.query("key", "demo")).await.is_err());
}

#[tokio::test]
async fn info_lists_the_sessions_with_their_formats() {
    let room = room("info");
    assert_eq!(info(&room).await, json!({"sessionCount": 0, "sessions": []}));
    let ([_ada, mut bob], [_, bobs_id]) = two(&room, FORMATS).await;
    let found = info(&room).await;
    assert_eq!(found["sessionCount"], 2);
    let bobs = found["sessions"].as_array().unwrap().iter().find(|session| session["name"] == "Bob").unwrap();
    assert_eq!((&bobs["userId"], &bobs["format"]), (&json!(bobs_id), &json!("msgpack")));
    assert!(bobs["joinedAt"].as_u64().unwrap() >= 1_764_000_000_000);
    bob.close().await;
    assert_eq!(info(&room).await["sessionCount"], 1);
}

#[tokio::test]
async fn an_announcement_reaches_everyone() {
    let room = room("announcing");
    let ([mut ada, mut bob], _) = two(&room, FORMATS).await;
    let answer: Value = body(&room.post("/broadcast", &json!({"text": "tea"})).await);
    assert_eq!(answer, json!({"delivered": 2}));
    room.expect_broadcast(&Announcement { text: "tea".into() }, [&mut ada, &mut bob], []).await;
    let bad = room.post("/broadcast", &json!({"words": "tea"})).await;
    assert_eq!(bad.status(), 400);
    assert!(String::from_utf8_lossy(bad.body()).contains("text"));
    assert_eq!(room.get("/broadcast").await.status(), 404);
}

#[tokio::test]
async fn a_message_reaches_everyone_including_the_sender() {
    for formats in [FORMATS, [Format::MessagePack, Format::Json]] {
        let room = room("talking");
        let ([mut ada, mut bob], [adas_id, _]) = two(&room, formats).await;
        for text in ["x".to_owned(), "ä".repeat(1000)] {
            ada.message(&text).await.unwrap();
            let message = Message { text, from: "Ada".into(), user_id: adas_id.clone() };
            room.expect_broadcast(&message, [&mut ada, &mut bob], []).await;
        }
    }
}

#[tokio::test]
async fn a_new_name_is_broadcast_and_survives_hibernation() {
    let room = room("naming");
    let ([mut ada, mut bob], [user_id, _]) = two(&room, FORMATS).await;
    ada.set_name("Countess").await.unwrap();
    let old_name = "Ada".to_owned();
    let changed = NameChanged { old_name, new_name: "Countess".into(), user_id: user_id.clone() };
    room.expect_broadcast(&changed, [&mut ada, &mut bob], []).await;
    room.hibernate();
    ada.message("still me").await.unwrap();
    let message = Message { text: "still me".into(), from: "Countess".into(), user_id };
    room.expect_broadcast(&message, [&mut ada, &mut bob], []).await;
}

#[tokio::test]
async fn joining_and_leaving_is_broadcast_to_the_other_sessions() {
    let room = room("coming");
    let ([mut ada, mut bob], [_, bobs_id]) = two(&room, FORMATS).await;
    bob.expect_nothing().await;
    assert_eq!(bob.close_with(4001, "bye").await.code(), 4001);
    ada.expect(UserLeft { name: "Bob".into(), user_id: bobs_id }).await;
    let mut eve = join(&room, "Eve", Format::Json).await;
    ada.expect_that(|message| matches!(message, UserJoined { name, .. } if name == "Eve")).await;
    eve.lose();
    ada.expect_that(|message| matches!(message, UserLeft { name, .. } if name == "Eve")).await;
    ada.expect_nothing().await;
}

#[tokio::test]
async fn an_invalid_message_is_answered_with_an_error_to_its_sender_alone() {
    for formats in [FORMATS, [Format::MessagePack, Format::Json]] {
        let room = room("wrong");
        let ([mut ada, mut bob], [adas_id, _]) = two(&room, formats).await;
        assert!(ada.message("").await.is_err(), "the client sends an empty message");
        for wrong in [
            json!({"type": "message", "text": ""}),
            json!({"type": "message", "text": "x".repeat(1001)}),
            json!({"type": "setName", "name": "x".repeat(51)}),
            json!({"type": "dance"}),
            json!({"text": "no type"}),
            json!(["message"]),
        ] {
            let frame = match formats[0] {
                Format::Json => Frame::Text(wrong.to_string()),
                Format::MessagePack => Frame::Binary(rmp_serde::to_vec(&wrong).unwrap()),
            };
            ada.send_frame(frame).await.unwrap();
            ada.expect(Error { message: "Invalid message format".into() }).await;
        }
        bob.expect_nothing().await;
        ada.message("on").await.unwrap();
        ada.expect(Message { text: "on".into(), from: "Ada".into(), user_id: adas_id }).await;
    }
}

#[tokio::test]
async fn a_frame_of_the_wrong_type_is_answered_with_a_protocol_error() {
    let room = room("kinds");
    let [mut json, mut msgpack] = two(&room, FORMATS).await.0;
    json.send_frame(Frame::Binary(vec![0x80])).await.unwrap();
    msgpack.send_frame(Frame::Text("{}".into())).await.unwrap();
    for (session, start) in [(&mut json, "Buffer messages"), (&mut msgpack, "String messages")] {
        match session.unread().await.as_slice() {
            [Err(ClientError::Server { message, code: None, path: None })] if message.starts_with(start) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn the_last_100_messages_are_kept_oldest_first() {
    let room = room("history");
    let mut ada = join(&room, "Ada", Format::MessagePack).await;
    for number in 0..103 {
        ada.message(number.to_string()).await.unwrap();
        ada.expect_that(|message| matches!(message, Message { text, .. } if *text == number.to_string())).await;
    }
    room.hibernate();
    let history: Value = body(&room.get("/history").await);
    let messages = history["messages"].as_array().unwrap();
    let texts: Vec<_> = messages.iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect();
    assert_eq!(texts, (3..103).map(|number| number.to_string()).collect::<Vec<_>>());
    let last = &messages[99];
    assert_eq!((&last["from"], last.as_object().unwrap().len()), (&json!("Ada"), 4));
    assert!(last["at"].as_u64().unwrap() >= 1_764_000_000_000 && last["userId"].is_string(), "{last}");
}

#[tokio::test]
async fn the_history_of_a_private_room_requires_its_key() {
    let room = room("private-history");
    assert_eq!(room.get("/history").await.status(), 401);
    assert_eq!(room.get("/history?key=demo").await.body(), r#"{"messages":[]}"#);
}

#[tokio::test]
async fn the_page_is_served() {
    let server = websocket_do::local::Server::new(chat::app()).port(0).start().await.unwrap();
    // The page's path is that of a room without a name.
    let site = TestRoom::<ChatRoom>::at(format!("http://{}", server.address()));
    let page = site.get("/").await;
    assert_eq!(page.status(), 200);
    assert!(page.body().starts_with(b"<!doctype html>"));
    assert_eq!(site.get("/nothing").await.status(), 404);
}

#[tokio::test]
async fn the_history_is_called_for_by_the_typed_client() {
    for format in FORMATS {
        let room = room("history-call");
        let mut ada = join(&room, "Ada", format).await;
        assert_eq!(ada.history(20).await, Ok(Vec::new()));
        for text in ["one", "two"] {
            ada.message(text).await.unwrap();
        }
        let said = ada.history(20).await.unwrap();
        assert_eq!(said.iter().map(|said| said.text.as_str()).collect::<Vec<_>>(), ["one", "two"]);
        assert_eq!(ada.history(1).await.unwrap(), said[1..]);
        assert!(matches!(ada.history(0).await, Err(CallError::Invalid(_))));
        // The messages that arrived meanwhile are not lost.
        let is_two = |message: &_| matches!(message, Message { text, .. } if text == "two");
        assert!(ada.wait_for(is_two, Duration::from_secs(5)).await.is_ok());
        ada.expect_that(|message| matches!(message, Message { text, .. } if text == "one")).await;
    }
}
