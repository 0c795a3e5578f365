//! Injected faults: the state that a room loses and keeps.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use serde::Serialize;
use websocket_do::{Format, Room, TestRoom, client::ClientError};

use crate::desk::{Desk, Event, Note};

fn known(text: &str, handled: u32) -> impl FnOnce(&Event) -> bool {
    let text = text.to_owned();
    move |done| matches!(done, Event::Known { text: found, handled: count, .. } if *found == text && *count == handled)
}

fn closed_with(room: &TestRoom<Desk>) -> Option<u16> {
    room.settle();
    room.storage().get("closed").unwrap()
}

#[tokio::test]
async fn a_hibernated_room_loses_its_memory_and_keeps_its_sessions() {
    for format in [Format::Json, Format::MessagePack] {
        let room = TestRoom::<Desk>::new();
        let mut ada = room.join_with(|request| request.format(format)).await.unwrap();
        ada.note("kept").await.unwrap();
        ada.tell().await.unwrap();
        let before = ada.expect_that(known("kept", 2)).await;
        room.hibernate();
        ada.tell().await.unwrap();
        let after = ada.expect_that(known("kept", 1)).await;
        let id = |done: &Event| if let Event::Known { id, .. } = done { id.clone() } else { String::new() };
        assert_eq!(id(&before), id(&after));
    }
}

#[tokio::test]
async fn an_evicted_room_loses_its_sockets_and_keeps_its_storage() {
    let room = TestRoom::<Desk>::new();
    let mut ada = room.join().await.unwrap();
    ada.store("kept").await.unwrap();
    ada.expect(Event::Stored { error: None }).await;
    ada.wait(1_000).await.unwrap();
    room.settle();
    room.evict();
    ada.expect_closed(1006, "").await;
    assert!(ada.tell().await.is_err(), "a message was sent to an evicted room");
    assert_eq!(room.inspect(Room::len), 0);
    assert_eq!(closed_with(&room), None, "`close` ran for an evicted room");
    assert_eq!(room.get("/text").await.body(), "kept");
}

#[tokio::test]
async fn a_deploy_keeps_the_storage_for_the_new_code() {
    let room = TestRoom::<Desk>::new();
    let mut ada = room.join().await.unwrap();
    ada.store("of the old code").await.unwrap();
    ada.expect(Event::Stored { error: None }).await;
    let newer = room.deploy::<crate::ledger::Ledger>();
    ada.expect_closed(1006, "").await;
    assert_eq!(newer.storage().get::<String>("text").unwrap().as_deref(), Some("of the old code"));
    assert!(newer.join_with(|request| request.query("writer", "0")).await.is_ok());
}

#[tokio::test]
async fn a_lost_connection_is_closed_with_1006() {
    let room = TestRoom::<Desk>::new();
    let mut ada = room.join().await.unwrap();
    ada.lose();
    assert_eq!(closed_with(&room), Some(1006));
    ada.expect_closed(1006, "").await;
    let bob = room.join().await.unwrap();
    room.storage().delete("closed").unwrap();
    drop(bob);
    assert_eq!(closed_with(&room), Some(1006), "a dropped session remains open");
}

#[tokio::test]
async fn closes_are_answered_as_on_the_other_hosts() {
    let room = TestRoom::<Desk>::new();
    let mut ada = room.join().await.unwrap();
    let answer = ada.close_with(4001, "bye").await;
    assert_eq!((answer.code(), answer.reason()), (4001, "bye"));
    assert_eq!(closed_with(&room), Some(4001));
    let mut bob = room.join().await.unwrap();
    bob.leave(3).await.unwrap();
    bob.expect_all((0..3).map(|number| Event::Last { number })).await;
    bob.expect_closed(4002, "as you wish").await;
    assert_eq!(closed_with(&room), Some(4002));
    assert_eq!(room.inspect(Room::len), 0);
}

#[tokio::test]
async fn a_failed_write_is_an_error_in_the_handler() {
    let room = TestRoom::<Desk>::new();
    let mut ada = room.join().await.unwrap();
    room.fail_writes(1);
    ada.store("lost").await.unwrap();
    ada.expect_that(|done| matches!(done, Event::Stored { error: Some(_) })).await;
    ada.store("kept").await.unwrap();
    ada.expect(Event::Stored { error: None }).await;
    assert_eq!(room.get("/text").await.body(), "kept");
}

#[tokio::test]
async fn data_of_an_older_shape_closes_with_1012() {
    #[derive(Serialize)]
    struct Older {
        title: String,
    }
    let room = TestRoom::<Desk>::new();
    let mut ada = room.join().await.unwrap();
    ada.set_attachment(&Note { text: "of the same shape".into() });
    ada.tell().await.unwrap();
    ada.expect_that(known("of the same shape", 1)).await;
    ada.set_attachment(&Older { title: "of another".into() });
    ada.tell().await.unwrap();
    ada.expect_closed(1012, "session data lost").await;
}

#[tokio::test]
async fn a_panic_fails_the_test_unless_the_room_survives_panics() {
    let room = TestRoom::<Desk>::new();
    let mut ada = room.join().await.unwrap();
    ada.panic().await.unwrap();
    assert!(AssertUnwindSafe(ada.next()).catch_unwind().await.is_err());

    let room = TestRoom::<Desk>::new().surviving_panics();
    let mut ada = room.join().await.unwrap();
    ada.note("kept").await.unwrap();
    ada.panic().await.unwrap();
    ada.tell().await.unwrap();
    ada.expect_that(known("kept", 1)).await;
}

#[tokio::test]
async fn a_refused_connection_is_an_error_of_the_client() {
    let room = TestRoom::<Desk>::new();
    let refused = room.join_with(|request| request.query("refuse", "not today")).await.map(drop);
    assert_eq!(
        refused,
        Err(ClientError::Refused { status: 418, body: "not today".into(), retry_after: None, location: None })
    );
    assert_eq!(room.get("/nothing").await.status(), 404);
}

#[tokio::test]
async fn a_room_can_start_with_a_name_and_stored_values() {
    let room = TestRoom::<Desk>::new().named("lobby").with_storage(|storage| storage.put("text", "from before"));
    assert_eq!(room.inspect(Room::name).as_deref(), Some("lobby"));
    assert_eq!(room.get("/text").await.body(), "from before");
}

#[tokio::test]
async fn ids_depend_on_the_seed() {
    let mut ids = Vec::new();
    for seed in [1, 1, 2] {
        let room = TestRoom::<Desk>::seeded(seed);
        let _ada = room.join().await.unwrap();
        ids.push(room.inspect(|room| room.sessions()[0].id()));
    }
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0], ids[2]);
}
