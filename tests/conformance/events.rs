//! Handlers that fail or panic, timers, the heartbeat, and session data that is too large or unreadable.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    Case, Host, cases,
    events_room::{count, join, join_tagged, log, socket, still_works},
    peer::{FORMATS, Format, Peer, Received, room},
};

/// The cases that end the whole isolate.
pub(crate) const EXCLUSIVE: &[Case] = &[
    ("a_connect_that_panics_is_500_and_other_sessions_continue", |host| Box::pin(connect_panics(host))),
    ("a_panic_loses_memory_but_no_session", |host| Box::pin(panic_keeps_sessions(host))),
    ("a_panic_closes_no_session_of_another_room", |host| Box::pin(panic_elsewhere(host))),
    ("unreadable_data_closes_with_1012", |host| Box::pin(unreadable_data(host))),
    ("unreadable_data_can_be_migrated", |host| Box::pin(migrated_data(host))),
];

async fn connect_panics(host: Host) {
    let room = room();
    let mut before = join(&host, &room, Format::MessagePack).await;
    let refused = Peer::open(&host.rooms, &format!("{}?do=panic", socket(&room)), &[]).await.err();
    assert_eq!(refused, Some(500));
    still_works(&mut before).await;
    let mut after = join(&host, &room, Format::Json).await;
    still_works(&mut after).await;
    assert_eq!(count(&host, &room).await, 2);
}

async fn panic_keeps_sessions(host: Host) {
    let room = room();
    let mut peers = Vec::new();
    for format in FORMATS {
        let mut peer = join_tagged(&host, &room, format, "red").await;
        peer.ask(json!({"type": "remember", "note": format!("{format:?}")})).await;
        let session = peer.ask(json!({"type": "recall"})).await;
        peer.send(json!({"type": "write", "line": "forgotten"})).await;
        peers.push((peer, session));
    }
    peers[0].0.send(json!({"type": "panic"})).await;
    for (peer, session) in &mut peers {
        assert_eq!(&peer.ask(json!({"type": "recall"})).await, session);
    }
    assert_eq!(log(&host, &room).await, [""; 0], "the room still has its memory");
}

async fn panic_elsewhere(host: Host) {
    let (here, elsewhere) = (room(), room());
    let mut panics = join(&host, &elsewhere, Format::Json).await;
    let mut peers = Vec::new();
    for format in FORMATS {
        let mut peer = join(&host, &here, format).await;
        let session = peer.ask(json!({"type": "recall"})).await;
        peers.push((peer, session));
    }
    panics.send(json!({"type": "panic"})).await;
    still_works(&mut panics).await;
    for (peer, session) in &mut peers {
        assert_eq!(&peer.ask(json!({"type": "recall"})).await, session);
    }
    peers[0].0.send(json!({"type": "tell", "text": "all", "others": true})).await;
    assert_eq!(peers[0].0.message().await["count"], 1);
    assert_eq!(peers[1].0.message().await["text"], "all");
}

async fn unreadable_data(host: Host) {
    let mut peer = Peer::join(&host.rooms, &format!("/unmigrated/{}/websocket", room()), Format::Json).await;
    assert_eq!(peer.ask(json!({"type": "who"})).await["name"], "Ada 0");
    peer.send(json!({"type": "panic"})).await;
    peer.send(json!({"type": "who"})).await;
    assert!(matches!(peer.receive().await, Received::Closed(1012, _)));
}

async fn migrated_data(host: Host) {
    let mut peer = Peer::join(&host.rooms, &format!("/migrated/{}/websocket", room()), Format::MessagePack).await;
    assert_eq!(peer.ask(json!({"type": "who"})).await["name"], "Ada 0");
    peer.send(json!({"type": "panic"})).await;
    assert_eq!(peer.ask(json!({"type": "who"})).await["name"], "Ada 7");
}

cases! {
    async fn a_handlers_error_is_answered_without_its_reason(host: Host) {
        for format in FORMATS {
            let mut peer = join(&host, &room(), format).await;
            assert_eq!(peer.ask(json!({"type": "fail"})).await, json!({"error": "Internal error", "code": "internal"}));
            still_works(&mut peer).await;
        }
    }

    async fn the_error_handler_gets_the_error_and_the_name_of_its_handler(host: Host) {
        let mut peer = Peer::join(&host.rooms, &format!("/msgpack-only/{}/websocket", room()), Format::MessagePack).await;
        assert_eq!(peer.ask(json!({"type": "fail"})).await, json!({"type": "who", "name": "`fail` (Fail) failed: on purpose"}));
    }

    async fn oversized_session_data_is_refused_and_the_old_data_kept(host: Host) {
        let mut peer = join(&host, &room(), Format::Json).await;
        assert_eq!(peer.ask(json!({"type": "remember", "note": "short"})).await["error"], Value::Null);
        let error = peer.ask(json!({"type": "remember", "note": "x".repeat(16_400)})).await["error"].clone();
        assert!(error.as_str().unwrap().contains("16370"), "{error}");
        assert_eq!(peer.ask(json!({"type": "recall"})).await["note"], "short");
        assert_eq!(peer.ask(json!({"type": "remember", "note": "x".repeat(16_300)})).await["error"], Value::Null);
    }

    async fn a_timer_fires(host: Host) {
        let mut peer = join(&host, &room(), Format::Json).await;
        assert_eq!(peer.ask(json!({"type": "setTimer", "afterMs": 100})).await, json!({"type": "timerFired"}));
    }

    async fn a_ping_is_answered_with_a_text_frame_in_both_formats(host: Host) {
        for format in FORMATS {
            let mut peer = join(&host, &room(), format).await;
            for _ in 0..3 {
                peer.send_frame(Message::text("wsdo:ping")).await;
                assert_eq!(peer.frame().await, Message::text("wsdo:pong"));
            }
            still_works(&mut peer).await;
        }
    }

    async fn a_ping_is_answered_while_a_handler_waits(host: Host) {
        let mut peer = join(&host, &room(), Format::MessagePack).await;
        peer.send(json!({"type": "echo", "text": "late", "afterMs": 500})).await;
        peer.send_frame(Message::text("wsdo:ping")).await;
        assert_eq!(peer.frame().await, Message::text("wsdo:pong"));
        assert_eq!(peer.message().await["text"], "late");
    }
}
