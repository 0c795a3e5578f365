//! Handlers that await: their timeout, and the bound on messages queued behind them.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{
    Host, cases,
    peer::{FORMATS, Format, Peer, Received, eventually, get_json, http, room},
};

async fn join(host: &Host, room: &str, format: Format) -> Peer {
    Peer::join(&host.rooms, &format!("/waiting/{room}/websocket"), format).await
}

/// How many messages were handled, and how many sessions have ended.
async fn known(host: &Host, room: &str) -> Value {
    get_json(&host.rooms, &format!("/waiting/{room}/known")).await
}

cases! {
    async fn a_handler_timeout_closes_the_session_with_1011(host: Host) {
        for format in FORMATS {
            let room = room();
            let mut peer = join(&host, &room, format).await;
            peer.send(json!({"type": "forever"})).await;
            peer.send(json!({"type": "fill", "text": "too late"})).await;
            assert_eq!(peer.receive().await, Received::Closed(1011, "handler timeout".into()));
            eventually("`closed` ran once", || async { known(&host, &room).await == json!([0, 1]) }).await;
        }
    }

    async fn a_timeout_of_connect_or_a_route_is_503(host: Host) {
        let room = room();
        let path = format!("/waiting/{room}/websocket?forever=1");
        assert_eq!(Peer::open(&host.rooms, &path, &[]).await.err(), Some(503));
        assert_eq!(http(&host.rooms, "GET", &format!("/waiting/{room}/forever"), "").await.0, 503);
        assert_eq!(known(&host, &room).await, json!([0, 0]));
    }

    async fn messages_queued_behind_a_handler_are_bounded(host: Host) {
        let room = room();
        let mut peer = join(&host, &room, Format::Json).await;
        peer.send(json!({"type": "for", "millis": 1_000})).await;
        let text = "x".repeat(1_000);
        for _ in 0..1_100 {
            peer.send(json!({"type": "fill", "text": text})).await;
        }
        if host.is_local {
            // The local host stops reading and loses no message.
            for count in 1..=1_100 {
                assert_eq!(peer.message().await["count"], count);
            }
        } else {
            // workerd cannot stop reading.
            assert_eq!(peer.receive().await, Received::Closed(1013, "too many messages are waiting".into()));
            eventually("`closed` ran once", || async { known(&host, &room).await == json!([0, 1]) }).await;
        }
    }

    async fn messages_before_the_clients_close_are_handled(host: Host) {
        for format in FORMATS {
            let room = room();
            let mut peer = join(&host, &room, format).await;
            peer.send(json!({"type": "for", "millis": 300})).await;
            for _ in 0..10 {
                peer.send(json!({"type": "fill", "text": "x"})).await;
            }
            peer.close(Some((4000, "bye"))).await;
            sleep(Duration::from_millis(100)).await;
            eventually("all was handled", || async { known(&host, &room).await == json!([10, 1]) }).await;
        }
    }
}
