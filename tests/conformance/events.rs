//! The event table: handlers that fail, refuse, wait and close, and data that is lost.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    Case, Host, cases,
    peer::{Came, FORMATS, Format, Peer, eventually, get_json, http, room},
};

async fn join(host: &Host, room: &str, format: Format) -> Peer {
    Peer::join(&host.rooms, &format!("/events/{room}/websocket"), format).await
}

/// Sends, and gives the next message.
async fn ask(peer: &mut Peer, message: Value) -> Value {
    peer.send(message).await;
    peer.message().await
}

/// The cases that take the whole isolate down.
pub(crate) const ALONE: &[Case] = &[
    ("a_connect_that_panics_is_500_and_the_room_goes_on", |host| Box::pin(connect_panics(host))),
    ("a_panic_loses_memory_but_no_session", |host| Box::pin(panic_keeps_sessions(host))),
    ("unreadable_data_closes_with_1012", |host| Box::pin(unreadable_data(host))),
    ("unreadable_data_can_be_migrated", |host| Box::pin(migrated_data(host))),
];

async fn connect_panics(host: Host) {
    let room = room();
    let refused = Peer::open(&host.rooms, &format!("/events/{room}/websocket?do=panic"), &[]).await.err();
    assert_eq!(refused, Some(500));
    let mut peer = join(&host, &room, Format::Json).await;
    assert_eq!(ask(&mut peer, json!({"type": "echo", "text": "on"})).await["text"], "on");
}

async fn panic_keeps_sessions(host: Host) {
    let room = room();
    let mut peers = Vec::new();
    for format in FORMATS {
        let mut peer = join(&host, &room, format).await;
        ask(&mut peer, json!({"type": "remember", "note": format!("{format:?}")})).await;
        let session = ask(&mut peer, json!({"type": "recall"})).await;
        peers.push((peer, session));
    }
    peers[0].0.send(json!({"type": "panic"})).await;
    for (peer, session) in &mut peers {
        assert_eq!(&ask(peer, json!({"type": "recall"})).await, session);
    }
}

async fn unreadable_data(host: Host) {
    let mut peer = Peer::join(&host.rooms, &format!("/lost/{}/websocket", room()), Format::Json).await;
    assert_eq!(ask(&mut peer, json!({"type": "who"})).await["name"], "Ada 0");
    peer.send(json!({"type": "panic"})).await;
    peer.send(json!({"type": "who"})).await;
    assert!(matches!(peer.came().await, Came::Closed(1012, _)));
}

async fn migrated_data(host: Host) {
    let mut peer = Peer::join(&host.rooms, &format!("/migrated/{}/websocket", room()), Format::MessagePack).await;
    assert_eq!(ask(&mut peer, json!({"type": "who"})).await["name"], "Ada 0");
    peer.send(json!({"type": "panic"})).await;
    assert_eq!(ask(&mut peer, json!({"type": "who"})).await["name"], "Ada 7");
}

cases! {
    async fn a_handlers_error_is_answered_without_its_reason(host: Host) {
        for format in FORMATS {
            let mut peer = join(&host, &room(), format).await;
            let answer = ask(&mut peer, json!({"type": "fail"})).await;
            assert_eq!(answer, json!({"error": "Internal error", "code": "internal"}));
            assert_eq!(ask(&mut peer, json!({"type": "echo", "text": "on"})).await["text"], "on");
        }
    }

    async fn a_rejection_names_code_and_path(host: Host) {
        for format in FORMATS {
            let mut peer = join(&host, &room(), format).await;
            for (message, code, path) in [
                (json!({"type": "echo", "text": ""}), "rule", "text"),
                (json!({"type": "echo", "text": "12345678901"}), "rule", "text"),
                (json!({"type": "echo"}), "missing", "text"),
                (json!({"type": "echo", "text": 5}), "invalid", "text"),
                (json!({"type": "echo", "text": "a", "afterMs": -1}), "invalid", "afterMs"),
                (json!({"type": "echo", "text": "a", "afterMs": 4_294_967_296_u64}), "invalid", "afterMs"),
                (json!({"type": "nope"}), "unknown_type", "type"),
                (json!({"text": "a"}), "missing", "type"),
                (json!({"type": "order", "items": [{"name": "a"}, {"name": "toolong"}]}), "rule", "items[1].name"),
                (json!({"type": "order", "items": [{"name": "a", "count": 10}]}), "rule", "items[0].count"),
                (json!({"items": [{"name": 1}], "type": "order"}), "invalid", "items[0].name"),
                (json!({"type": "place", "name": ""}), "rule", "name"),
            ] {
                let answer = ask(&mut peer, message.clone()).await;
                assert_eq!((&answer["code"], &answer["path"]), (&json!(code), &json!(path)), "{message}: {answer}");
                assert!(answer["error"].as_str().is_some_and(|error| !error.is_empty()), "{answer}");
            }
            let total = ask(&mut peer, json!({"type": "order", "items": [{"name": "a", "count": 9}, {"name": "b", "count": null}]})).await;
            assert_eq!(total, json!({"type": "ordered", "total": 10}));
            assert_eq!(ask(&mut peer, json!({"type": "place", "name": "a", "count": 3})).await["total"], 3);
        }
    }

    async fn what_is_no_message_at_all_is_malformed(host: Host) {
        let mut json_peer = join(&host, &room(), Format::Json).await;
        for text in ["", "{", "nope", "{\"type\":\"fail\"} more", &"[".repeat(100_000)] {
            json_peer.raw(Message::text(text)).await;
            assert_eq!(json_peer.message().await["code"], "malformed", "{}", text.get(..20).unwrap_or(text));
        }
        let mut peer = join(&host, &room(), Format::MessagePack).await;
        let nested = vec![0x91; 100_000];
        let frames: [&[u8]; 8] = [
            &[], &[0xc1], &[0x81], &[0xdd, 0x01, 0xff, 0xff, 0xff], &[0x80, 0x80], &[0xa2, 0xff, 0xfe], &[0xd4, 0x07, 0x00],
            &nested,
        ];
        for bytes in frames {
            peer.raw(Message::binary(bytes.to_vec())).await;
            assert_eq!(peer.message().await["code"], "malformed", "{:x?}", bytes.get(..8).unwrap_or(bytes));
        }
        assert_eq!(ask(&mut peer, json!({"type": "echo", "text": "on"})).await["text"], "on");
    }

    async fn javascripts_numbers_and_undefined_are_understood(host: Host) {
        let mut peer = join(&host, &room(), Format::MessagePack).await;
        // {type: "echo", text: "a", afterMs: 1.0 as float64}, then afterMs: undefined, as map16.
        let head = b"\xde\x00\x03\xa4type\xa4echo\xa4text\xa1a\xa7afterMs".to_vec();
        for tail in [&b"\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00"[..], b"\xd4\x00\x00", b"\xd3\x00\x00\x00\x00\x00\x00\x00\x01"] {
            peer.raw(Message::binary([&head, tail].concat())).await;
            assert_eq!(peer.message().await, json!({"type": "echo", "text": "a"}));
        }
    }

    async fn an_outgoing_message_that_breaks_a_rule_does_not_leave(host: Host) {
        for format in FORMATS {
            let mut peer = join(&host, &room(), format).await;
            let answer = ask(&mut peer, json!({"type": "sendInvalid"})).await;
            let error = answer["error"].as_str().unwrap();
            assert!(error.contains("`text` must have 1 to 10 characters, has 0"), "{error}");
        }
    }

    async fn messages_of_a_session_are_handled_in_order_across_awaits(host: Host) {
        for format in FORMATS {
            let room = room();
            let (mut slow, mut quick) = (join(&host, &room, format).await, join(&host, &room, format).await);
            slow.send(json!({"type": "echo", "text": "first", "afterMs": 300})).await;
            slow.send(json!({"type": "echo", "text": "second"})).await;
            // Other sessions do not wait.
            let started = std::time::Instant::now();
            assert_eq!(ask(&mut quick, json!({"type": "echo", "text": "quick"})).await["text"], "quick");
            assert!(started.elapsed().as_millis() < 250, "waited for another session");
            assert_eq!(slow.message().await["text"], "first");
            assert_eq!(slow.message().await["text"], "second");
        }
    }

    async fn a_close_during_a_handlers_wait_comes_after_it(host: Host) {
        let room = room();
        let mut peer = join(&host, &room, Format::Json).await;
        peer.send(json!({"type": "echo", "text": "late", "afterMs": 200})).await;
        peer.close(Some((4000, "gone"))).await;
        eventually("closed ran", || async {
            get_json(&host.rooms, &format!("/events/{room}/log")).await == json!(["closed 4000 \"gone\", 1 counted"])
        }).await;
    }

    async fn what_was_sent_before_a_close_is_delivered_and_nothing_after(host: Host) {
        for format in FORMATS {
            let room = room();
            let mut peer = join(&host, &room, format).await;
            let last = ask(&mut peer, json!({"type": "leave", "code": 4002, "reason": "done"})).await;
            assert_eq!(last["text"], "last");
            assert_eq!(peer.came().await, Came::Closed(4002, "done".into()));
            drop(peer);
            let path = format!("/events/{room}/log");
            let expected = json!(["send after close: true", "closed 4002 \"done\", 1 counted"]);
            eventually("closed ran once", || async { get_json(&host.rooms, &path).await == expected }).await;
        }
    }

    async fn a_close_code_that_may_not_be_sent_is_an_error(host: Host) {
        let mut peer = join(&host, &room(), Format::Json).await;
        for (code, reason) in [(1005, String::new()), (999, String::new()), (5000, String::new()), (1000, "r".repeat(124))] {
            assert_eq!(ask(&mut peer, json!({"type": "leave", "code": code, "reason": reason})).await["text"], "last");
            assert!(peer.message().await["error"].as_str().unwrap().contains("close"), "{code}");
        }
    }

    async fn a_lost_connection_is_closed_once_with_1006(host: Host) {
        let room = room();
        let peer = join(&host, &room, Format::Json).await;
        drop(peer);
        let path = format!("/events/{room}/log");
        let expected = json!(["closed 1006 \"\", 1 counted"]);
        eventually("closed ran", || async { !get_json(&host.rooms, &path).await.as_array().unwrap().is_empty() }).await;
        let log = get_json(&host.rooms, &path).await;
        assert!(log[0].as_str().unwrap().starts_with("closed 1006") && log.as_array().unwrap().len() == 1, "{log} is not {expected}");
    }

    async fn a_socket_that_fails_is_closed_once(host: Host) {
        let room = room();
        let mut peer = join(&host, &room, Format::Json).await;
        // Masked, empty, and of an opcode that RFC 6455 reserves.
        peer.wire(&[0x83, 0x80, 0, 0, 0, 0]).await;
        assert!(matches!(peer.came().await, Came::Closed(..)));
        let path = format!("/events/{room}/log");
        eventually("closed ran", || async { !get_json(&host.rooms, &path).await.as_array().unwrap().is_empty() }).await;
        let log = get_json(&host.rooms, &path).await;
        assert!(log[0].as_str().unwrap().starts_with("closed 1006") && log.as_array().unwrap().len() == 1, "{log}");
    }

    async fn the_failed_hook_gets_the_error_and_answers(host: Host) {
        let mut peer = Peer::join(&host.rooms, &format!("/fixed/{}/websocket", room()), Format::MessagePack).await;
        let answer = ask(&mut peer, json!({"type": "fail"})).await;
        assert_eq!(answer, json!({"type": "who", "name": "failed: on purpose"}));
    }

    async fn data_too_large_for_an_attachment_is_refused_and_the_old_kept(host: Host) {
        let mut peer = join(&host, &room(), Format::Json).await;
        assert_eq!(ask(&mut peer, json!({"type": "remember", "note": "short"})).await["error"], Value::Null);
        let error = ask(&mut peer, json!({"type": "remember", "note": "x".repeat(16_400)})).await["error"].clone();
        assert!(error.as_str().unwrap().contains("16370"), "{error}");
        assert_eq!(ask(&mut peer, json!({"type": "recall"})).await["note"], "short");
        assert_eq!(ask(&mut peer, json!({"type": "remember", "note": "x".repeat(16_300)})).await["error"], Value::Null);
    }

    async fn a_tag_reaches_its_sessions_but_not_the_sender(host: Host) {
        let room = room();
        let tagged = |tag: &str| format!("/events/{room}/websocket?tag={tag}");
        let mut sender = Peer::join(&host.rooms, &tagged("red"), Format::Json).await;
        let mut red = Peer::join(&host.rooms, &tagged("red"), Format::MessagePack).await;
        let mut blue = Peer::join(&host.rooms, &tagged("blue"), Format::MessagePack).await;
        sender.send(json!({"type": "tell", "tag": "red"})).await;
        assert_eq!(red.message().await, json!({"type": "told"}));
        sender.nothing_came().await;
        blue.nothing_came().await;
    }

    async fn the_alarm_goes_off(host: Host) {
        let mut peer = join(&host, &room(), Format::Json).await;
        assert_eq!(ask(&mut peer, json!({"type": "alarm"})).await, json!({"type": "rang"}));
    }

    async fn routes_take_path_query_and_body(host: Host) {
        let at = |path: &str| format!("/events/{}{path}", room());
        assert_eq!(http(&host.rooms, "GET", &at("/sum/200/100"), "").await, (200, "300".into()));
        let (status, reason) = http(&host.rooms, "GET", &at("/sum/200/300"), "").await;
        assert_eq!(status, 400);
        assert!(reason.contains("`b`"), "{reason}");
        assert_eq!(http(&host.rooms, "PUT", &at("/note?from=1&to=3"), "abcd").await, (200, "bc".into()));
        assert_eq!(http(&host.rooms, "PUT", &at("/note?from=1"), "abcd").await.0, 400);
        assert_eq!(http(&host.rooms, "PUT", &at("/note?from=3&to=9"), "abcd").await.0, 416);
        assert_eq!(http(&host.rooms, "DELETE", &at("/note"), "").await, (204, String::new()));
        let (status, body) = http(&host.rooms, "POST", &at("/fail"), "").await;
        assert_eq!(status, 500);
        assert!(!body.contains("secret"), "{body}");
    }
}
