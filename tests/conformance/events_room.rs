//! Helpers for the room `Events` of `tests/fixtures/rooms`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    Host,
    peer::{Format, Peer, eventually, get_json, http},
};

/// The path of the room's upgrades.
pub(crate) fn socket(room: &str) -> String {
    format!("/events/{room}/websocket")
}

pub(crate) async fn join(host: &Host, room: &str, format: Format) -> Peer {
    Peer::join(&host.rooms, &socket(room), format).await
}

pub(crate) async fn join_tagged(host: &Host, room: &str, format: Format, tags: &str) -> Peer {
    Peer::join(&host.rooms, &format!("{}?tags={tags}", socket(room)), format).await
}

/// Asserts that the session is open and the room answers.
pub(crate) async fn still_works(peer: &mut Peer) {
    assert_eq!(peer.ask(json!({"type": "echo", "text": "on"})).await, json!({"type": "echo", "text": "on"}));
}

/// The number of sessions in the room.
pub(crate) async fn count(host: &Host, room: &str) -> Value {
    get_json(&host.rooms, &format!("/events/{room}/count")).await
}

/// Waits until the room has this many sessions.
pub(crate) async fn wait_for_count(host: &Host, room: &str, expected: usize) {
    eventually(&format!("{expected} counted"), || async { count(host, room).await == expected }).await;
}

/// The room's log, which is in memory only.
pub(crate) async fn log(host: &Host, room: &str) -> Vec<String> {
    let (status, log) = http(&host.rooms, "GET", &format!("/events/{room}/log"), "").await;
    assert_eq!(status, 200, "{log}");
    serde_json::from_str(&log).expect("lines")
}

/// The log some time after a session has ended: late enough to contain a second run of the close handler.
pub(crate) async fn log_of_the_end(host: &Host, room: &str) -> Vec<String> {
    let is_closed = |log: Vec<String>| log.iter().any(|line| line.starts_with("closed"));
    eventually("`closed` ran", || async { is_closed(log(host, room).await) }).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    log(host, room).await
}

/// The line that the close handler writes for the only session of a room.
pub(crate) fn closed(code: u16, reason: &str) -> String {
    format!("closed {code} {reason:?}, 1 counted, note \"0 before\"")
}
