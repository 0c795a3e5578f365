//! The order of calls, concurrent handlers, and what ends a call without its reply.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{
    Case, Host,
    calls::join,
    cases,
    peer::{FORMATS, Format, Peer, Received, room},
};

/// The cases that end the whole isolate.
pub(crate) const EXCLUSIVE: &[Case] = &[
    ("a_call_whose_handler_panics_is_answered_with_internal", |host| Box::pin(panics(host))),
    ("a_panic_leaves_other_sessions_and_their_calls_as_the_host_allows", |host| Box::pin(panics_beside_others(host))),
    ("a_panic_in_a_call_without_an_id_loses_the_rooms_memory", |host| Box::pin(panics_without_id(host))),
];

/// The cases that wait for a room to hibernate, or longer than that.
pub(crate) const SLEEPING: &[Case] = &[
    ("a_call_longer_than_the_time_to_hibernation_is_answered", |host| Box::pin(long_call(host))),
    ("a_call_is_answered_after_hibernation", |host| Box::pin(after_hibernation(host))),
];

fn internal(id: u32) -> Value {
    json!({"error": "Internal error", "code": "internal", "id": id})
}

fn reply(id: u32, value: impl Into<Value>) -> Value {
    json!({"type": "reply", "id": id, "value": value.into()})
}

async fn panics(host: Host) {
    for format in FORMATS {
        let mut peer = join(&host, &room(), "ada", format).await;
        assert_eq!(peer.ask(json!({"type": "panic", "id": 7})).await, internal(7));
        assert_eq!(peer.ask(json!({"type": "add", "a": 1, "id": 8})).await, reply(8, 1));
        peer.receives_nothing().await;
    }
}

async fn panics_beside_others(host: Host) {
    let (here, elsewhere) = (room(), room());
    let mut ada = join(&host, &here, "ada", Format::Json).await;
    let mut bob = join(&host, &here, "bob", Format::MessagePack).await;
    let mut eve = join(&host, &elsewhere, "eve", Format::Json).await;
    ada.ask(json!({"type": "sit", "at": 3, "id": 1})).await;
    let slow = |id| json!({"type": "echo", "text": "slow", "afterMs": 1000, "id": id});
    bob.send(slow(2)).await;
    eve.send(slow(3)).await;
    // Answered after the others' calls have begun.
    assert_eq!(ada.ask(json!({"type": "echo", "text": "a", "afterMs": 200, "id": 4})).await, reply(4, "a"));
    assert_eq!(ada.ask(json!({"type": "panic", "id": 5})).await, internal(5));
    // workerd ends all handlers in the isolate. It lets the room answer its own callers, but not those of other rooms: their calls
    // time out.
    assert_eq!(bob.message().await, if host.is_local { reply(2, "slow") } else { internal(2) });
    if host.is_local {
        assert_eq!(eve.message().await, reply(3, "slow"));
    }
    let seats = if host.is_local { json!([{"at": 3, "name": "ada"}]) } else { json!([]) };
    assert_eq!(bob.ask(json!({"type": "seats", "id": 6})).await, reply(6, seats), "the room's memory");
    assert_eq!(eve.ask(json!({"type": "add", "a": 1, "id": 7})).await, reply(7, 1));
    for peer in [&mut ada, &mut bob, &mut eve] {
        peer.receives_nothing().await;
    }
}

async fn panics_without_id(host: Host) {
    let mut peer = join(&host, &room(), "ada", Format::Json).await;
    peer.ask(json!({"type": "sit", "at": 3, "id": 1})).await;
    peer.send(json!({"type": "panic"})).await;
    peer.send(json!({"type": "echoAside", "text": "a", "afterMs": 300})).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(peer.ask(json!({"type": "seats", "id": 2})).await, reply(2, json!([])));
}

async fn long_call(host: Host) {
    let mut peers = Vec::new();
    for (format, call) in [(Format::Json, "echo"), (Format::MessagePack, "echoAside")] {
        let mut peer = join(&host, &room(), "ada", format).await;
        peer.ask(json!({"type": "sit", "at": 3, "id": 1})).await;
        peer.send(json!({"type": call, "text": "late", "afterMs": 15_000, "id": 2})).await;
        peers.push(peer);
    }
    tokio::time::sleep(Duration::from_secs(14)).await;
    for mut peer in peers {
        assert_eq!(peer.message().await, reply(2, "late"));
        // The room has kept its memory, as a handler was running.
        assert_eq!(peer.ask(json!({"type": "nameAt", "at": 3, "id": 3})).await, reply(3, "ada"));
    }
}

async fn after_hibernation(host: Host) {
    let mut peers = Vec::new();
    for format in FORMATS {
        let mut peer = join(&host, &room(), "ada", format).await;
        peer.ask(json!({"type": "sit", "at": 3, "id": 1})).await;
        peers.push(peer);
    }
    tokio::time::sleep(Duration::from_secs(15)).await;
    for mut peer in peers {
        let answer = peer.ask(json!({"type": "nameAt", "at": 3, "id": 2})).await;
        let name = if host.hibernates { Value::Null } else { json!("ada") };
        assert_eq!((&answer["id"], &answer["value"]), (&json!(2), &name));
    }
}

async fn requests(host: &Host, format: Format) -> Peer {
    Peer::join(&host.rooms, &format!("/requests/{}/websocket", room()), format).await
}

cases! {
    async fn a_slow_call_holds_up_those_after_it(host: Host) {
        for format in FORMATS {
            let mut peer = join(&host, &room(), "ada", format).await;
            peer.send(json!({"type": "echo", "text": "slow", "afterMs": 300, "id": 1})).await;
            peer.send(json!({"type": "add", "a": 1, "id": 2})).await;
            peer.send(json!({"type": "note", "text": "n"})).await;
            assert_eq!(peer.message().await, reply(1, "slow"));
            assert_eq!(peer.message().await, reply(2, 1));
            assert_eq!(peer.message().await["text"], "n");
        }
    }

    async fn a_concurrent_call_holds_up_no_other(host: Host) {
        for format in FORMATS {
            let mut peer = join(&host, &room(), "ada", format).await;
            for (id, after) in [(1, 600), (2, 300), (3, 0)] {
                peer.send(json!({"type": "echoAside", "text": "x", "afterMs": after, "id": id})).await;
            }
            peer.send(json!({"type": "add", "a": 1, "id": 4})).await;
            let mut ids = Vec::new();
            for _ in 0..4 {
                ids.push(peer.message().await["id"].as_u64().unwrap());
            }
            assert_eq!(ids[2..], [2, 1]);
            assert!(ids[..2].contains(&3) && ids[..2].contains(&4), "{ids:?}");
        }
    }

    async fn a_concurrent_call_waits_for_those_before_it(host: Host) {
        let mut peer = join(&host, &room(), "ada", Format::Json).await;
        peer.send(json!({"type": "echo", "text": "slow", "afterMs": 300, "id": 1})).await;
        peer.send(json!({"type": "echoAside", "text": "x", "afterMs": 0, "id": 2})).await;
        assert_eq!(peer.message().await, reply(1, "slow"));
        assert_eq!(peer.message().await, reply(2, "x"));
    }

    async fn a_message_may_be_handled_concurrently_too(host: Host) {
        for format in FORMATS {
            let mut peer = join(&host, &room(), "ada", format).await;
            peer.send(json!({"type": "noteLater", "text": "late", "afterMs": 300})).await;
            peer.send(json!({"type": "note", "text": "soon"})).await;
            assert_eq!(peer.message().await["text"], "soon");
            assert_eq!(peer.message().await["text"], "late");
        }
    }

    async fn calls_of_different_sessions_interleave(host: Host) {
        let room = room();
        let mut ada = join(&host, &room, "ada", Format::Json).await;
        let mut bob = join(&host, &room, "bob", Format::MessagePack).await;
        ada.send(json!({"type": "echo", "text": "slow", "afterMs": 1000, "id": 1})).await;
        let start = Instant::now();
        assert_eq!(bob.ask(json!({"type": "add", "a": 1, "id": 1})).await, reply(1, 1));
        assert!(start.elapsed() < Duration::from_millis(900), "{:?}", start.elapsed());
        assert_eq!(ada.message().await, reply(1, "slow"));
    }

    async fn at_most_64_concurrent_calls_of_a_session_are_unanswered(host: Host) {
        for format in FORMATS {
            let room = room();
            let mut peer = join(&host, &room, "ada", format).await;
            for id in 0..66 {
                peer.send(json!({"type": "echoAside", "text": "x", "afterMs": 2000, "id": id})).await;
            }
            for id in [64, 65] {
                let busy = peer.message().await;
                assert_eq!((&busy["code"], &busy["id"]), (&json!("busy"), &json!(id)), "{busy}");
            }
            // Another session has its own bound, and calls in order have none.
            let mut other = join(&host, &room, "bob", format).await;
            assert_eq!(other.ask(json!({"type": "echoAside", "text": "x", "afterMs": 0, "id": 1})).await, reply(1, "x"));
            peer.send(json!({"type": "add", "a": 1, "id": 99})).await;
            assert_eq!(peer.message().await, reply(99, 1));
            let mut answered = Vec::new();
            for _ in 0..64 {
                answered.push(peer.message().await["id"].as_u64().unwrap());
            }
            answered.sort_unstable();
            assert_eq!(answered, (0..64).collect::<Vec<_>>());
            assert_eq!(peer.ask(json!({"type": "echoAside", "text": "x", "afterMs": 0, "id": 1})).await, reply(1, "x"));
        }
    }

    async fn the_bound_of_concurrent_calls_can_be_set(host: Host) {
        for format in FORMATS {
            let mut peer = requests(&host, format).await;
            for id in 1..=3 {
                peer.send(json!({"kind": "wait_for", "id": id, "after_ms": 500, "requestId": id})).await;
            }
            let busy = peer.message().await;
            let text = "The session runs 2 concurrent calls already";
            assert_eq!(busy, json!({"error": text, "code": "busy", "requestId": 3}));
            for id in 1..=2 {
                assert_eq!(peer.message().await, json!({"kind": "reply", "requestId": id, "value": id}));
            }
        }
    }

    async fn a_busy_call_without_an_id_is_reported_without_one(host: Host) {
        let mut peer = requests(&host, Format::Json).await;
        for id in 1..=3 {
            peer.send(json!({"kind": "wait_for", "id": id, "after_ms": 300})).await;
        }
        let busy = peer.message().await;
        assert_eq!((&busy["code"], &busy["requestId"]), (&json!("busy"), &Value::Null));
    }

    async fn a_concurrent_call_beyond_its_time_limit_is_answered_before_the_close(host: Host) {
        for format in FORMATS {
            let mut peer = requests(&host, format).await;
            peer.send(json!({"kind": "hang", "requestId": 7})).await;
            assert_eq!(peer.message().await, json!({"error": "Internal error", "code": "internal", "requestId": 7}));
            assert!(matches!(peer.receive().await, Received::Closed(1011, _)));
        }
    }

    async fn a_session_that_ends_with_unanswered_calls_leaves_the_room_working(host: Host) {
        for format in FORMATS {
            let room = room();
            let mut ada = join(&host, &room, "ada", format).await;
            for id in 0..10 {
                ada.send(json!({"type": "echoAside", "text": "x", "afterMs": 300, "id": id})).await;
            }
            ada.close(Some((1000, "bye"))).await;
            assert_eq!(ada.receive().await, Received::Closed(1000, "bye".into()));
            let mut bob = join(&host, &room, "bob", format).await;
            assert_eq!(bob.ask(json!({"type": "echo", "text": "x", "afterMs": 500, "id": 1})).await, reply(1, "x"));
        }
    }
}
