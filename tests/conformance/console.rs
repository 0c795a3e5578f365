//! The Worker's console: failing handlers, panics and missing bindings are named, without contents.

use std::{fs, time::Duration};

use serde_json::json;
use tokio::time::sleep;

use crate::{
    Case, Host,
    peer::{Format, Peer, eventually, http, room},
};

/// What clients send. It must not be on the console.
const SECRET: &str = "xyzzy-secret";

/// The cases that end the whole isolate.
pub(crate) const EXCLUSIVE: &[Case] = &[
    ("every_failing_handler_is_named_on_the_console_without_contents", |host| Box::pin(failures(host))),
    ("a_panic_names_its_handler_on_the_console_next_to_its_message", |host| Box::pin(panics(host))),
    ("a_missing_binding_is_one_line_on_the_console", |host| Box::pin(missing_binding(host))),
];

/// The lines of the console that contain `part`.
fn lines(host: &Host, part: &str) -> Vec<String> {
    let log = host.console.as_ref().expect("the file of the console");
    let log = fs::read(log).expect("the console");
    String::from_utf8_lossy(&log).lines().filter(|line| line.contains(part)).map(str::to_owned).collect()
}

/// Waits until exactly one line contains the parts, and asserts that it has no other.
async fn one_line(host: &Host, parts: [&str; 2]) {
    let found = || lines(host, parts[0]).into_iter().filter(|line| line.contains(parts[1])).count();
    eventually(&format!("one line with {parts:?}"), || async { found() > 0 }).await;
    assert_eq!(found(), 1, "{parts:?}");
}

async fn failures(host: Host) {
    let room = room();
    let path = |query: &str| format!("/faulty/{room}/websocket?text={SECRET}{query}");
    assert_eq!(Peer::open(&host.rooms, &path("&do=fail"), &[]).await.err(), Some(500));
    let mut peer = Peer::join(&host.rooms, &path(""), Format::Json).await;
    let internal = json!({"error": "Internal error", "code": "internal"});
    assert_eq!(peer.message().await, internal, "`#[open]`");
    for kind in ["fail", "failLater", SECRET] {
        assert_eq!(peer.ask(json!({"type": kind, "text": SECRET})).await, internal);
    }
    peer.send(json!({"type": "endRound", "text": SECRET})).await;
    peer.send(json!({"type": "spawn", "text": SECRET})).await;
    let seat = http(&host.rooms, "POST", &format!("/faulty/{room}/seats/{SECRET}"), SECRET).await;
    assert_eq!(seat, (500, "Internal Server Error".into()));
    peer.send(json!({"type": "hang", "text": SECRET})).await;
    sleep(Duration::from_millis(1_500)).await;
    let name = format!("Faulty `{room}`: ");
    for line in [
        "`#[connect]` failed: on purpose",
        "`#[open]` failed: on purpose",
        "`fail` (Fail) failed: on purpose",
        "`fails_later` (FailLater) failed: on purpose",
        "`#[invalid]` failed: on purpose",
        "the timer `round` failed: on purpose",
        "the background task of ",
        "`POST /seats/{seat}` (take_seat) failed: on purpose",
        "`hang` (Hang): the handler was dropped: it had not returned after 1000 ms",
    ] {
        one_line(&host, [&name, line]).await;
    }
    assert!(lines(&host, &name).iter().all(|line| !line.contains(SECRET)));
}

async fn panics(host: Host) {
    let room = room();
    let name = format!("Faulty `{room}`: ");
    let mut peer = Peer::join(&host.rooms, &format!("/faulty/{room}/websocket"), Format::Json).await;
    peer.send(json!({"type": "panic", "text": SECRET})).await;
    one_line(&host, [&name, "`panic` (Panic) panicked"]).await;
    peer.send(json!({"type": "panicLater", "text": SECRET})).await;
    one_line(&host, [&name, "`panic_later` (PanicLater) panicked"]).await;
    assert_eq!(http(&host.rooms, "POST", &format!("/faulty/{room}/panic/{SECRET}"), SECRET).await.0, 500);
    one_line(&host, [&name, "`POST /panic/{seat}` (panic_http) panicked"]).await;
    assert!(!lines(&host, "faulty.rs:").is_empty(), "the location of the panic");
    assert!(lines(&host, &name).iter().all(|line| !line.contains(SECRET)));
}

async fn missing_binding(host: Host) {
    let before = lines(&host, "`UNBOUND`").len();
    assert_eq!(http(&host.rooms, "GET", "/unbound/room/info", "").await, (500, "Internal Server Error".into()));
    eventually("a line about the binding", || async { lines(&host, "`UNBOUND`").len() > before }).await;
    sleep(Duration::from_millis(200)).await;
    let found = lines(&host, "`UNBOUND`");
    assert_eq!(found.len(), before + 1, "{found:?}");
    assert!(
        found.iter().all(|line| line.contains("missing binding `UNBOUND`; write `name = \"UNBOUND\"`")),
        "{found:?}"
    );
}
