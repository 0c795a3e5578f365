//! The room in memory, without a network: `cargo test`.

use websocket_do::{TestRoom, client::ClientError};
use {{crate}}::{protocol::ServerMessage, room::ChatRoom};

#[tokio::test]
async fn a_message_reaches_everyone_with_the_new_name_of_its_sender() {
    let room = TestRoom::<ChatRoom>::new();
    let mut ada = room.join_with(|request| request.query("name", "Ada")).await.unwrap();
    let mut bob = room.join_with(|request| request.query("name", "Bob")).await.unwrap();
    ada.expect_that(|message| matches!(message, ServerMessage::UserJoined { name, .. } if name == "Bob")).await;

    ada.set_name("Countess").await.unwrap();
    for session in [&mut ada, &mut bob] {
        let is_renamed = |message: &ServerMessage| matches!(message, ServerMessage::NameChanged { new_name, .. } if new_name == "Countess");
        session.expect_that(is_renamed).await;
    }
    // The room's memory is lost; the sessions and their data stay.
    room.hibernate();
    ada.message("still me").await.unwrap();
    for session in [&mut ada, &mut bob] {
        let is_hers = |message: &ServerMessage| matches!(message, ServerMessage::Message { text, from, .. } if text == "still me" && from == "Countess");
        session.expect_that(is_hers).await;
    }
}

#[tokio::test]
async fn a_private_room_requires_the_secret() {
    let room = TestRoom::<ChatRoom>::new().named("private-tea").var("ROOM_KEY", "earl grey");
    assert!(room.join_with(|request| request.query("key", "earl grey")).await.is_ok());
    for key in ["", "guess"] {
        let refused = room.join_with(|request| request.query("key", key)).await.map(drop);
        assert!(matches!(refused, Err(ClientError::Refused { status: 401, .. })), "{refused:?}");
    }
}
