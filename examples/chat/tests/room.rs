//! Every row of the chat's contract, in memory. `CHAT=http://127.0.0.1:8787` runs the same on a server.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    env,
    sync::atomic::{AtomicU32, Ordering},
};

use chat::{
    protocol::ServerMessage::{self, Announcement, Error, Message, NameChanged, UserJoined, UserLeft},
    room::ChatRoom,
};
use serde_json::{Value, json};
use websocket_do::{
    Format, Frame,
    client::ClientError,
    testing::{TestRoom, TestSession},
};

/// A room of its own for each test.
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
    room.join_with(|request| request.query("name", name).format(format)).await.expect("the room to let in")
}

/// Ada, and Bob of whom she has heard; and both of their ids.
async fn two(room: &TestRoom<ChatRoom>) -> (TestSession<ChatRoom>, TestSession<ChatRoom>, [String; 2]) {
    let mut ada = join(room, "Ada", Format::Json).await;
    let bob = join(room, "Bob", Format::MessagePack).await;
    let UserJoined { name, user_id: bobs_id } = ada.next().await else { panic!("not Bob") };
    assert_eq!(name, "Bob");
    let info: Value = websocket_do::testing::json(&room.get("/info").await);
    let adas_id =
        info["sessions"].as_array().unwrap().iter().find(|one| one["name"] == "Ada").unwrap()["userId"].clone();
    (ada, bob, [adas_id.as_str().unwrap().to_owned(), bobs_id])
}

#[tokio::test]
async fn those_who_come_and_go_are_told_to_the_others_alone() {
    let room = room("coming");
    let (mut ada, mut bob, [_, bobs_id]) = two(&room).await;
    bob.expect_nothing().await;
    assert_eq!(bob.close_with(4001, "bye").await.code(), 4001);
    ada.expect(UserLeft { name: "Bob".into(), user_id: bobs_id }).await;
    ada.expect_nothing().await;
}

#[tokio::test]
async fn a_message_reaches_everyone_the_sender_too() {
    let room = room("talking");
    let (mut ada, mut bob, [adas_id, _]) = two(&room).await;
    for text in ["x".to_owned(), "ä".repeat(1000)] {
        ada.message(&text).await.unwrap();
        let message = Message { text, from: "Ada".into(), user_id: adas_id.clone() };
        room.expect_broadcast(&message, [&mut ada, &mut bob], []).await;
    }
}
