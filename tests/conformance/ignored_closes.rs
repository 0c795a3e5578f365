//! Clients that ignore the room's close: their frames are not handled, and their sessions end after ten seconds.

use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::{
    Case, Host, cases,
    events_room::{count, join, log},
    hibernation::{constructions, sleep as sleep_briefly, sleep_deeply},
    peer::{FORMATS, Format, Peer, get_json, room},
    raw::masked,
};

/// Longer than the time a client has to answer a close.
const DEADLINE: Duration = Duration::from_secs(15);

/// The cases that end the whole isolate.
pub(crate) const EXCLUSIVE: &[Case] = &[("a_closed_session_stays_closed_after_a_panic", |host| {
    Box::pin(a_closed_session_stays_closed_after_a_panic(host))
})];

/// Has the room close the session; the client does not read the close.
async fn close(peer: &mut Peer) {
    peer.send(json!({"type": "leave", "code": 4001, "reason": "kicked"})).await;
}

/// Sends a message after the close, as bytes: the client's library has closed.
async fn send_on(peer: &mut Peer) {
    let text = br#"{"type":"tell","text":"still here"}"#;
    let frame = match peer.format {
        Format::Json => masked(0x1, text),
        Format::MessagePack => {
            masked(0x2, &rmp_serde::to_vec_named(&json!({"type": "tell", "text": "still here"})).expect("MessagePack"))
        }
    };
    // The local host may have ended the connection.
    let _ = peer.try_send_bytes(&frame).await;
}

async fn a_closed_session_stays_closed_after_a_panic(host: Host) {
    for format in FORMATS {
        let room = room();
        let mut witness = join(&host, &room, Format::Json).await;
        let mut closed = join(&host, &room, format).await;
        close(&mut closed).await;
        while count(&host, &room).await != 2 || log(&host, &room).await.is_empty() {
            sleep(Duration::from_millis(20)).await;
        }
        witness.send(json!({"type": "panic"})).await;
        for _ in 0..3 {
            send_on(&mut closed).await;
            sleep(Duration::from_millis(100)).await;
        }
        let reached = witness.ask(json!({"type": "tell", "text": "alone", "others": true})).await;
        assert_eq!(reached["count"], 0, "a broadcast reached a closed session");
        witness.receives_nothing().await;
    }
}

/// Waits until the room has `expected` sessions, at most [`DEADLINE`].
async fn counts_in_time(host: &Host, room: &str, expected: usize) {
    let start = Instant::now();
    while count(host, room).await != expected {
        assert!(start.elapsed() < DEADLINE, "the session still counts after {DEADLINE:?}");
        sleep(Duration::from_millis(100)).await;
    }
}

cases! {
    async fn a_session_whose_client_ignores_the_close_ends_after_ten_seconds(host: Host) {
        for format in FORMATS {
            let room = room();
            let mut witness = join(&host, &room, Format::Json).await;
            let mut closed = join(&host, &room, format).await;
            close(&mut closed).await;
            send_on(&mut closed).await;
            counts_in_time(&host, &room, 1).await;
            send_on(&mut closed).await;
            witness.receives_nothing().await;
            assert_eq!(witness.ask(json!({"type": "tell", "text": "x", "others": true})).await["count"], 0);
            drop(closed);
            sleep(Duration::from_millis(500)).await;
            let log = log(&host, &room).await;
            assert!(
                matches!(&log[..], [after, end] if after == "send after close: true" && end.starts_with("closed 1006")),
                "{log:?}",
            );
        }
    }

    async fn a_session_whose_data_is_unreadable_ends_after_ten_seconds(host: Host) {
        let room = room();
        let mut peers = Vec::new();
        for format in FORMATS {
            peers.push(Peer::join(&host.rooms, &format!("/unmigrated/{room}/websocket"), format).await);
        }
        sleep_briefly().await;
        for peer in &mut peers {
            peer.send(json!({"type": "who"})).await;
        }
        sleep_deeply().await;
        // Without hibernation the data is not read again.
        let left = if host.hibernates { 0 } else { 2 };
        assert_eq!(get_json(&host.rooms, &format!("/unmigrated/{room}/count")).await, left);
    }

    async fn a_closed_session_stays_closed_after_hibernation(host: Host) {
        let room = room();
        let mut witness = join(&host, &room, Format::Json).await;
        let mut closed = Vec::new();
        for format in FORMATS {
            let mut peer = join(&host, &room, format).await;
            close(&mut peer).await;
            closed.push(peer);
        }
        // The sessions end after ten seconds, and the room hibernates another ten seconds later.
        sleep_deeply().await;
        for peer in &mut closed {
            send_on(peer).await;
        }
        sleep(Duration::from_millis(200)).await;
        assert_eq!(count(&host, &room).await, 1);
        assert_eq!(witness.ask(json!({"type": "tell", "text": "x", "others": true})).await["count"], 0);
        witness.receives_nothing().await;
        drop(closed);
        sleep(Duration::from_millis(500)).await;
        assert_eq!(count(&host, &room).await, 1);
        let ends = log(&host, &room).await.iter().filter(|line| line.starts_with("closed")).count();
        assert_eq!(ends, if host.hibernates { 0 } else { 2 }, "`closed` ran again for sessions that had ended");
        if host.hibernates {
            assert!(constructions(&host, &room).await.as_u64() > Some(1), "the room still has its memory: it did not hibernate");
        }
    }
}
