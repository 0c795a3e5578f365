//! The room `Events` of `tests/fixtures/rooms`, as its clients see it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    Host,
    peer::{Format, Peer, eventually, get_json, http},
};

/// Where sessions of the room begin.
pub(crate) fn socket(room: &str) -> String {
    format!("/events/{room}/websocket")
}

pub(crate) async fn join(host: &Host, room: &str, format: Format) -> Peer {
    Peer::join(&host.rooms, &socket(room), format).await
}

pub(crate) async fn join_tagged(host: &Host, room: &str, format: Format, tags: &str) -> Peer {
    Peer::join(&host.rooms, &format!("{}?tags={tags}", socket(room)), format).await
}

/// The session is open and the room answers.
pub(crate) async fn goes_on(peer: &mut Peer) {
    assert_eq!(peer.ask(json!({"type": "echo", "text": "on"})).await, json!({"type": "echo", "text": "on"}));
}

/// How many sessions the room counts.
pub(crate) async fn count(host: &Host, room: &str) -> Value {
    get_json(&host.rooms, &format!("/events/{room}/count")).await
}

/// Waits until the room counts so many.
pub(crate) async fn counts(host: &Host, room: &str, expected: usize) {
    eventually(&format!("{expected} counted"), || async { count(host, room).await == expected }).await;
}

/// What the room has written down, as long as it remembers.
pub(crate) async fn log(host: &Host, room: &str) -> Vec<String> {
    let (status, log) = http(&host.rooms, "GET", &format!("/events/{room}/log"), "").await;
    assert_eq!(status, 200, "{log}");
    serde_json::from_str(&log).expect("lines")
}

/// The log once a session has ended, and a little later: late enough for a second `closed` to be seen.
pub(crate) async fn log_of_the_end(host: &Host, room: &str) -> Vec<String> {
    let is_closed = |log: Vec<String>| log.iter().any(|line| line.starts_with("closed"));
    eventually("`closed` ran", || async { is_closed(log(host, room).await) }).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    log(host, room).await
}

/// The line that `closed` writes for the only session of a room.
pub(crate) fn closed(code: u16, reason: &str) -> String {
    format!("closed {code} {reason:?}, 1 counted, note \"0 before\"")
}
