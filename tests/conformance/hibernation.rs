//! Rooms that wake from hibernation: sessions keep their data, format and tags.
//!
//! On workerd an object hibernates after 10 s without events. Each case proves that it did: the room was constructed once
//! more. The local host keeps a room with sockets in memory; there the cases assert the behaviour alone.
//!
//! Longer than 300 lines: all cases are one list, so that they sleep at the same time.

use std::time::Duration;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    Host, cases,
    events_room::{closed, join, join_tagged, log, log_of_the_end},
    many::join_clients,
    peer::{FORMATS, Format, Peer, Received, get_json, room},
};

/// Waits until a room hibernates.
pub(crate) async fn sleep() {
    tokio::time::sleep(Duration::from_millis(11_500)).await;
}

/// The same for a room that is woken meanwhile by a timer ten seconds from now.
pub(crate) async fn sleep_deeply() {
    tokio::time::sleep(Duration::from_secs(22)).await;
}

/// How often a room of class `Events` was constructed. Another room is asked, so that this one is not woken.
pub(crate) async fn constructions(host: &Host, room: &str) -> Value {
    get_json(&host.rooms, &format!("/events/observer/constructions/{room}")).await
}

/// Waits until a room of class `Events` hibernates.
async fn hibernate(host: &Host, room: &str) {
    assert_eq!(constructions(host, room).await, 1, "the room lost its memory too early");
    sleep().await;
    assert_eq!(constructions(host, room).await, 1, "the room was woken too early");
}

/// Asserts that a room has hibernated and was woken once.
async fn has_slept(host: &Host, room: &str) {
    if host.hibernates {
        assert_eq!(constructions(host, room).await, 2, "the room still has its memory: it did not hibernate");
    }
}

fn recall() -> Value {
    json!({"type": "recall"})
}

cases! {
    async fn sessions_are_restored_after_hibernation(host: Host) {
        let room = room();
        let mut peers = Vec::new();
        for (format, tags) in FORMATS.into_iter().zip(["red,blue", "red"]) {
            let mut peer = join_tagged(&host, &room, format, tags).await;
            let session = peer.ask(recall()).await;
            assert_eq!(session["tags"], json!(tags.split(',').collect::<Vec<_>>()));
            peers.push((peer, session));
        }
        hibernate(&host, &room).await;
        for (peer, session) in &mut peers {
            assert_eq!(&peer.ask(recall()).await, session);
        }
        has_slept(&host, &room).await;
    }

    async fn data_changed_before_hibernation_is_restored(host: Host) {
        let room = room();
        let mut peers = Vec::new();
        for format in FORMATS {
            let mut peer = join(&host, &room, format).await;
            for note in ["first", &format!("{format:?} ä🐝")] {
                assert_eq!(peer.ask(json!({"type": "remember", "note": note})).await, json!({"type": "sent"}));
            }
            peers.push(peer);
        }
        hibernate(&host, &room).await;
        for peer in &mut peers {
            assert_eq!(peer.ask(recall()).await["note"], format!("{:?} ä🐝", peer.format));
            // And the data can be changed again.
            assert_eq!(peer.ask(json!({"type": "remember", "note": "again"})).await, json!({"type": "sent"}));
            assert_eq!(peer.ask(recall()).await["note"], "again");
        }
        has_slept(&host, &room).await;
    }

    async fn each_of_120_sessions_is_restored_after_hibernation(host: Host) {
        let room = room();
        let mut peers = Vec::new();
        for (index, mut peer) in join_clients(&host, &room, 120).await.into_iter().enumerate() {
            peer.ask(json!({"type": "remember", "note": index.to_string()})).await;
            let session = peer.ask(recall()).await;
            assert_eq!(session["note"], index.to_string());
            peers.push((peer, session));
        }
        hibernate(&host, &room).await;
        // In reverse: sessions are restored in another order than they joined in.
        for (peer, session) in peers.iter_mut().rev() {
            assert_eq!(&peer.ask(recall()).await, session);
        }
        has_slept(&host, &room).await;
    }

    async fn a_tag_reaches_sessions_that_are_not_yet_restored(host: Host) {
        let room = room();
        let mut red = [
            join_tagged(&host, &room, FORMATS[0], "red").await, join_tagged(&host, &room, FORMATS[1], "red").await,
        ];
        let mut blue = join_tagged(&host, &room, Format::MessagePack, "blue").await;
        hibernate(&host, &room).await;
        assert_eq!(blue.ask(json!({"type": "tell", "text": "up", "tag": "red"})).await["count"], 2);
        for peer in &mut red {
            assert_eq!(peer.message().await, json!({"type": "told", "text": "up"}));
            peer.receives_nothing().await;
        }
        has_slept(&host, &room).await;
    }

    async fn a_broadcast_reaches_sessions_that_are_not_yet_restored(host: Host) {
        let room = room();
        let mut peers = join_clients(&host, &room, 10).await;
        hibernate(&host, &room).await;
        peers[4].send(json!({"type": "tell", "text": "up", "others": true})).await;
        assert_eq!(peers[4].message().await["count"], 9);
        for (index, peer) in peers.iter_mut().enumerate() {
            if index != 4 {
                assert_eq!(peer.message().await, json!({"type": "told", "text": "up"}));
            }
            peer.receives_nothing().await;
        }
        has_slept(&host, &room).await;
    }

    async fn a_close_that_wakes_the_room_runs_the_close_handler_with_the_sessions_data(host: Host) {
        let room = room();
        let mut peer = join(&host, &room, Format::MessagePack).await;
        peer.ask(json!({"type": "remember", "note": "mine"})).await;
        peer.send(json!({"type": "write", "line": "forgotten"})).await;
        peer.receives_nothing().await;
        hibernate(&host, &room).await;
        peer.close(Some((4001, "bye"))).await;
        assert_eq!(peer.receive().await, Received::Closed(4001, "bye".into()));
        let mut expected = vec!["forgotten".to_owned(), closed(4001, "bye").replace("0 before", "mine")];
        if host.hibernates {
            expected.remove(0);
        }
        assert_eq!(log_of_the_end(&host, &room).await, expected);
        has_slept(&host, &room).await;
    }

    async fn a_lost_connection_that_wakes_the_room_runs_the_close_handler_with_the_sessions_data(host: Host) {
        let room = room();
        let mut stays = join(&host, &room, Format::Json).await;
        let mut goes = join(&host, &room, Format::Json).await;
        goes.ask(json!({"type": "remember", "note": "mine"})).await;
        hibernate(&host, &room).await;
        drop(goes);
        let log = log_of_the_end(&host, &room).await;
        assert!(
            log.len() == 1 && log[0].starts_with("closed 1006") && log[0].ends_with("2 counted, note \"mine\""),
            "{log:?}",
        );
        has_slept(&host, &room).await;
        assert_eq!(stays.ask(recall()).await["note"], "0 before");
    }

    async fn a_session_that_joins_a_hibernated_room_reaches_the_others(host: Host) {
        let room = room();
        let mut old = join(&host, &room, Format::MessagePack).await;
        hibernate(&host, &room).await;
        let mut new = join(&host, &room, Format::Json).await;
        assert_eq!(new.ask(recall()).await["note"], "1 before");
        assert_eq!(old.ask(json!({"type": "tell", "text": "up", "others": true})).await["count"], 1);
        assert_eq!(new.message().await["text"], "up");
        assert_eq!(new.ask(json!({"type": "tell", "text": "too", "others": true})).await["count"], 1);
        assert_eq!(old.message().await["text"], "too");
        has_slept(&host, &room).await;
    }

    async fn a_request_that_wakes_the_room_sees_all_sessions(host: Host) {
        let (room, chat) = (room(), room());
        let _peers = join_clients(&host, &room, 10).await;
        let mut ada = Peer::join(&host.chat, &format!("/room/{chat}/websocket?name=Ada"), Format::Json).await;
        let _bob = Peer::join(&host.chat, &format!("/room/{chat}/websocket?name=Bob"), Format::MessagePack).await;
        ada.send(json!({"type": "setName", "name": "Countess"})).await;
        ada.receives_only(2).await;
        let before = get_json(&host.chat, &format!("/room/{chat}/info")).await;
        hibernate(&host, &room).await;
        assert_eq!(get_json(&host.rooms, &format!("/events/{room}/count")).await, 10);
        has_slept(&host, &room).await;
        let mut after = get_json(&host.chat, &format!("/room/{chat}/info")).await;
        // The order of sessions is not specified.
        after["sessions"].as_array_mut().unwrap().sort_by_key(|one| one["name"] != before["sessions"][0]["name"]);
        assert_eq!(after, before);
        assert!(after.to_string().contains("Countess"), "{after}");
    }

    async fn a_timer_that_wakes_the_room_reaches_all_sessions(host: Host) {
        let room = room();
        let mut peers = join_clients(&host, &room, 4).await;
        peers[0].send(json!({"type": "setTimer", "afterMs": 12_500})).await;
        hibernate(&host, &room).await;
        for peer in &mut peers {
            assert_eq!(peer.message().await, json!({"type": "timerFired"}));
        }
        has_slept(&host, &room).await;
    }

    async fn messages_stay_in_order_after_waking(host: Host) {
        let room = room();
        let mut peer = join(&host, &room, Format::MessagePack).await;
        hibernate(&host, &room).await;
        for (text, after) in [("first", 200), ("second", 0), ("third", 0)] {
            peer.send(json!({"type": "echo", "text": text, "afterMs": after})).await;
        }
        for text in ["first", "second", "third"] {
            assert_eq!(peer.message().await["text"], text);
        }
        has_slept(&host, &room).await;
    }

    async fn a_frame_that_wakes_the_room_is_validated_as_before(host: Host) {
        let room = room();
        let mut peer = join(&host, &room, Format::MessagePack).await;
        hibernate(&host, &room).await;
        peer.send_frame(Message::text("{}")).await;
        let error = "String messages are not allowed. Please use buffer messages.";
        assert_eq!(peer.receive().await, Received::Json(json!({"error": error})));
        assert_eq!(peer.ask(json!({"type": "nope"})).await["code"], "unknown_type");
        has_slept(&host, &room).await;
    }

    async fn a_ping_is_answered_in_both_formats_without_waking_the_room(host: Host) {
        let room = room();
        let mut peers = [join(&host, &room, FORMATS[0]).await, join(&host, &room, FORMATS[1]).await];
        hibernate(&host, &room).await;
        for peer in &mut peers {
            for _ in 0..3 {
                peer.send_frame(Message::text("wsdo:ping")).await;
                assert_eq!(peer.frame().await, Message::text("wsdo:pong"));
            }
        }
        assert_eq!(constructions(&host, &room).await, 1, "a ping has woken the room");
        for peer in &mut peers {
            let name = if peer.format == Format::Json { "json" } else { "msgpack" };
            assert_eq!(peer.ask(recall()).await["format"], name);
        }
        has_slept(&host, &room).await;
        assert_eq!(log(&host, &room).await, [""; 0]);
    }

    async fn data_of_an_older_shape_closes_with_1012_after_hibernation(host: Host) {
        let mut peers = Vec::new();
        let path = format!("/unmigrated/{}/websocket", room());
        for format in FORMATS {
            let mut peer = Peer::join(&host.rooms, &path, format).await;
            assert_eq!(peer.ask(json!({"type": "who"})).await["name"], "Ada 0");
            peers.push(peer);
        }
        sleep().await;
        for peer in &mut peers {
            peer.send(json!({"type": "who"})).await;
            // Without hibernation the data is not read again.
            if host.hibernates {
                assert!(matches!(peer.receive().await, Received::Closed(1012, _)));
            } else {
                assert_eq!(peer.message().await["name"], "Ada 0");
            }
        }
    }

    async fn data_of_an_older_shape_is_migrated_after_hibernation(host: Host) {
        let mut peers = Vec::new();
        let path = format!("/migrated/{}/websocket", room());
        for format in FORMATS {
            let mut peer = Peer::join(&host.rooms, &path, format).await;
            assert_eq!(peer.ask(json!({"type": "who"})).await["name"], "Ada 0");
            peers.push(peer);
        }
        sleep().await;
        let expected = if host.hibernates { "Ada 7" } else { "Ada 0" };
        for peer in &mut peers {
            for _ in 0..2 {
                assert_eq!(peer.ask(json!({"type": "who"})).await["name"], expected);
            }
        }
    }

    async fn a_renamed_session_is_restored_after_hibernation(host: Host) {
        let room = room();
        let mut peers = Vec::new();
        for format in FORMATS {
            let mut peer = Peer::join(&host.chat, &format!("/room/{room}/websocket?name=Ada"), format).await;
            let renamed = peer.ask(json!({"type": "setName", "name": format!("{format:?}")})).await;
            peers.push((peer, renamed["userId"].clone()));
        }
        peers[0].0.receives_only(2).await;
        sleep().await;
        for index in 0..peers.len() {
            let (peer, id) = &mut peers[index];
            let name = format!("{:?}", peer.format);
            let expected = json!({"type": "message", "text": "awake", "from": name, "userId": id});
            peer.send(json!({"type": "message", "text": "awake"})).await;
            for (peer, _) in &mut peers {
                assert_eq!(peer.message().await, expected);
            }
        }
    }
}
