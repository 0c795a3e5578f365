//! The upgrade: which format a session speaks, and how it ends.

use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::{
    cases,
    peer::{Came, FORMATS, Format, Peer, http, refused, room},
};

async fn speaks(peer: &mut Peer, format: Format) {
    peer.format = format;
    peer.send(json!({"type": "message", "text": "hi"})).await;
    assert_eq!(peer.message().await["text"], "hi");
}

fn subprotocol(peer: &Peer) -> Option<&str> {
    peer.headers.get("sec-websocket-protocol").and_then(|value| value.to_str().ok())
}

cases! {
    async fn the_query_chooses_the_format(host: Host) {
        for (query, format) in [
            ("", Format::Json), ("?format=json", Format::Json),
            ("?format=msgpack", Format::MessagePack), ("?format=buffer", Format::MessagePack),
        ] {
            let mut peer = Peer::open(&host.chat, &format!("/room/{}/websocket{query}", room()), &[]).await.unwrap();
            assert_eq!(subprotocol(&peer), None);
            speaks(&mut peer, format).await;
        }
    }

    async fn an_unknown_format_is_400(host: Host) {
        let (status, reason) = refused(&host.chat, "/room/a/websocket?format=xml", &[]).await;
        assert_eq!(status, 400);
        assert!(reason.contains("xml"), "{reason}");
    }

    async fn the_first_known_subprotocol_is_chosen_and_echoed(host: Host) {
        for (offered, chosen, format) in [
            ("websocket-do.msgpack", "websocket-do.msgpack", Format::MessagePack),
            ("chat, websocket-do.msgpack, websocket-do.json", "websocket-do.msgpack", Format::MessagePack),
            ("websocket-do.json,websocket-do.msgpack", "websocket-do.json", Format::Json),
        ] {
            // The subprotocol goes before the query.
            let path = format!("/room/{}/websocket?format=json", room());
            let mut peer = Peer::open(&host.chat, &path, &[("sec-websocket-protocol", offered)]).await.unwrap();
            assert_eq!(subprotocol(&peer), Some(chosen));
            speaks(&mut peer, format).await;
        }
    }

    async fn a_rooms_fixed_format_goes_before_all_wishes(host: Host) {
        let path = format!("/fixed/{}/websocket?format=json", room());
        let mut peer = Peer::open(&host.rooms, &path, &[]).await.unwrap();
        peer.format = Format::MessagePack;
        peer.send(json!({"type": "who"})).await;
        assert_eq!(peer.message().await, json!({"type": "who", "name": "fixed"}));
    }

    async fn connect_may_choose_format_tags_and_headers(host: Host) {
        let path = format!("/events/{}/websocket?speak=1&tag=red", room());
        let mut peer = Peer::open(&host.rooms, &path, &[]).await.unwrap();
        assert_eq!(peer.headers.get("x-room").and_then(|value| value.to_str().ok()), Some("events"));
        peer.format = Format::MessagePack;
        peer.send(json!({"type": "recall"})).await;
        let session = peer.message().await;
        assert_eq!((&session["format"], &session["tags"]), (&json!("msgpack"), &json!(["red"])));
    }

    async fn a_refusal_of_connect_is_the_answer(host: Host) {
        let answer = refused(&host.rooms, &format!("/events/{}/websocket?do=refuse", room()), &[]).await;
        assert_eq!(answer, (418, "not today".into()));
    }

    async fn a_connect_that_fails_is_500_and_tells_nothing(host: Host) {
        let (status, body) = refused(&host.rooms, &format!("/events/{}/websocket?do=fail", room()), &[]).await;
        assert_eq!(status, 500);
        assert!(!body.contains("purpose"), "{body}");
    }

    async fn a_connect_that_waits_lets_in(host: Host) {
        let mut peer = Peer::join(&host.rooms, &format!("/events/{}/websocket?do=wait", room()), Format::Json).await;
        peer.send(json!({"type": "echo", "text": "in"})).await;
        assert_eq!(peer.message().await["text"], "in");
    }

    async fn a_frame_of_the_wrong_kind_is_answered_in_words(host: Host) {
        let path = format!("/room/{}/websocket", room());
        let mut json = Peer::join(&host.chat, &path, Format::Json).await;
        json.raw(Message::binary(vec![0x80])).await;
        let error = "Buffer messages are not allowed. Please use string messages.";
        assert_eq!(json.came().await, Came::Json(json!({"error": error})));
        speaks(&mut json, Format::Json).await;

        let mut msgpack = Peer::join(&host.chat, &format!("/room/{}/websocket", room()), Format::MessagePack).await;
        msgpack.raw(Message::text("{}")).await;
        let error = "String messages are not allowed. Please use buffer messages.";
        assert_eq!(msgpack.came().await, Came::Json(json!({"error": error})));
        speaks(&mut msgpack, Format::MessagePack).await;
    }

    async fn a_ping_is_answered_in_every_format(host: Host) {
        for format in FORMATS {
            let mut peer = Peer::join(&host.chat, &format!("/room/{}/websocket", room()), format).await;
            peer.nothing_came().await;
        }
    }

    async fn a_close_is_answered_as_the_contract_says(host: Host) {
        let long = "r".repeat(123);
        for format in FORMATS {
            for (sent, answered) in [
                (None, (1000, "")), (Some((1000, "")), (1000, "")), (Some((3000, "")), (3000, "")),
                (Some((4001, "bye")), (4001, "bye")), (Some((4999, long.as_str())), (4999, long.as_str())),
            ] {
                let room = room();
                let mut peer = Peer::join(&host.rooms, &format!("/events/{room}/websocket"), format).await;
                peer.close(sent).await;
                assert_eq!(peer.came().await, Came::Closed(answered.0, answered.1.into()));
                let (_, log) = http(&host.rooms, "GET", &format!("/events/{room}/log"), "").await;
                let (code, reason) = sent.unwrap_or((1005, ""));
                assert_eq!(log, json!([format!("closed {code} {reason:?}, 1 counted")]).to_string());
            }
        }
    }
}
