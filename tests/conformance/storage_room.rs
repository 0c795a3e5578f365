//! Helpers for the room `StorageAndTimers` of `tests/fixtures/rooms`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    Host,
    peer::{Format, Peer, get_json},
};

/// The last time that JavaScript's `Date` can hold.
pub(crate) const END_OF_TIME: u64 = 8_640_000_000_000_000;

/// Longer than an idle room stays in memory.
pub(crate) const IDLE: Duration = Duration::from_millis(11_500);

pub(crate) async fn join(host: &Host, room: &str) -> Peer {
    Peer::join(&host.rooms, &format!("/storage/{room}/websocket"), Format::Json).await
}

/// Sends a message and returns the next one received.
pub(crate) async fn ask(peer: &mut Peer, message: Value) -> Value {
    peer.send(message).await;
    peer.message().await
}

pub(crate) async fn put(peer: &mut Peer, key: &str, text: &str) {
    assert_eq!(ask(peer, json!({"type": "put", "key": key, "text": text})).await, json!({"type": "done"}));
}

pub(crate) async fn get(peer: &mut Peer, key: &str) -> Value {
    ask(peer, json!({"type": "get", "key": key})).await["text"].clone()
}

pub(crate) async fn set_timers(peer: &mut Peer, names: &[&str], in_ms: u32) {
    let set = ask(peer, json!({"type": "setTimers", "names": names, "inMs": in_ms})).await;
    assert_eq!(set, json!({"type": "done"}));
}

pub(crate) async fn timer(peer: &mut Peer, name: &str) -> Option<u64> {
    ask(peer, json!({"type": "timer", "name": name})).await["number"].as_u64()
}

/// Lists keys, whose values must equal the keys.
pub(crate) async fn keys(peer: &mut Peer, mut range: Value) -> Vec<String> {
    range["type"] = json!("list");
    let listed = ask(peer, range).await;
    let entries = listed["entries"].as_array().unwrap_or_else(|| panic!("{listed}"));
    let key = |entry: &Value| {
        assert_eq!(entry["key"], entry["text"]);
        entry["key"].as_str().unwrap().to_owned()
    };
    entries.iter().map(key).collect()
}

pub(crate) async fn fired(host: &Host, room: &str) -> Value {
    get_json(&host.rooms, &format!("/storage/{room}/fired")).await
}

pub(crate) async fn error(peer: &mut Peer, message: Value) -> String {
    let failed = ask(peer, message).await;
    failed["error"].as_str().unwrap_or_else(|| panic!("{failed}")).to_owned()
}

/// Has the room panic, and asserts that its memory is lost.
pub(crate) async fn panic(peer: &mut Peer) {
    assert_eq!(ask(peer, json!({"type": "count"})).await["number"], 1);
    peer.send(json!({"type": "panic"})).await;
    assert_eq!(ask(peer, json!({"type": "count"})).await["number"], 1);
}

pub(crate) async fn keys_of(peer: &mut Peer) -> Vec<String> {
    let listed = ask(peer, json!({"type": "list"})).await;
    listed["entries"].as_array().unwrap().iter().map(|entry| entry["key"].as_str().unwrap().to_owned()).collect()
}
