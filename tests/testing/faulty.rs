//! The names of handlers that fail or panic, in the report of a room under test.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use rooms::Faulty;
use websocket_do::{Frame, TestRoom};

/// What clients send. It must not be in the log.
const SECRET: &str = "xyzzy-secret";

/// The lines that the room has logged, without their time and without the ids of sessions.
fn logged(room: &TestRoom<Faulty>) -> Vec<String> {
    let report = format!("{room:?}");
    let lines = report.lines().filter_map(|line| line.split_once("logged: ").map(|(_, line)| line));
    let lines: Vec<String> = lines
        .map(|line| match line.split_once("session ").and_then(|(_, rest)| rest.split_once(": ")) {
            Some((id, _)) => {
                uuid(id);
                line.replace(id, "<id>")
            }
            None => line.to_owned(),
        })
        .collect();
    assert!(lines.iter().all(|line| !line.contains(SECRET)), "{lines:?}");
    lines
}

fn uuid(id: &str) {
    assert!(id.len() == 36 && id.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit()), "{id}");
}

#[tokio::test]
async fn every_failing_handler_is_named_in_the_report_without_contents() {
    let room = TestRoom::<Faulty>::new().named("lobby");
    let failing = room.join_with(|request| request.query("do", "fail").query("text", SECRET)).await;
    assert!(failing.is_err());
    let mut ada = room.join_with(|request| request.query("text", SECRET)).await.unwrap();
    ada.fail(SECRET).await.unwrap();
    ada.fail_later(SECRET).await.unwrap();
    room.advance(std::time::Duration::from_millis(200));
    ada.send_frame(Frame::Text(format!(r#"{{"type":"{SECRET}"}}"#))).await.unwrap();
    ada.end_round(SECRET).await.unwrap();
    ada.spawn(SECRET).await.unwrap();
    room.advance(std::time::Duration::from_millis(10));
    assert_eq!(room.post(&format!("/seats/{SECRET}"), SECRET).await.status(), 500);
    ada.hang(SECRET).await.unwrap();
    room.advance(std::time::Duration::from_secs(2));
    let mut lines = logged(&room);
    let task = lines.iter().position(|line| line.contains("the background task of ")).expect("the task's line");
    assert!(lines.remove(task).ends_with(" failed: on purpose"));
    let session = |line: &str| format!("Faulty `lobby`: session <id>: {line}");
    let mut expected = vec![
        "Faulty `lobby`: `#[connect]` failed: on purpose".to_owned(),
        session("`#[open]` failed: on purpose"),
        session("`fail` (Fail) failed: on purpose"),
        session("`fails_later` (FailLater) failed: on purpose"),
        session("`#[invalid]` failed: on purpose"),
        "Faulty `lobby`: the timer `round` failed: on purpose".to_owned(),
        "Faulty `lobby`: `POST /seats/{seat}` (take_seat) failed: on purpose".to_owned(),
        session("`hang` (Hang): the handler was dropped: it had not returned after 1000 ms"),
        session("`#[close]` failed: on purpose"),
    ];
    lines.sort();
    expected.sort();
    assert_eq!(lines, expected);
}

/// The lines of the report about panics, without ids of sessions.
fn panics(report: &str) -> Vec<String> {
    report
        .lines()
        .filter_map(|line| line.split_once("Faulty `lobby`: ").map(|(_, line)| line))
        .filter(|line| line.contains("panicked"))
        .map(|line| {
            line.split_once(": ").filter(|_| line.starts_with("session ")).map_or(line, |(_, line)| line).to_owned()
        })
        .collect()
}

#[tokio::test]
async fn a_panic_names_its_handler_in_the_report_also_after_an_await_of_two_rooms() {
    let room = TestRoom::<Faulty>::new().named("lobby").surviving_panics();
    let mut ada = room.join().await.unwrap();
    let mut bob = room.join().await.unwrap();
    ada.panic(SECRET).await.unwrap();
    room.settle();
    bob.fail_later(SECRET).await.unwrap();
    ada.panic_later(SECRET).await.unwrap();
    room.advance(std::time::Duration::from_millis(500));
    // The request of a panic gets no response.
    let unanswered = AssertUnwindSafe(room.post(&format!("/panic/{SECRET}"), SECRET)).catch_unwind().await;
    assert!(unanswered.is_err());
    let report = format!("{room:?}");
    let expected = [
        "`panic` (Panic) panicked; the room restarts",
        "`panic_later` (PanicLater) panicked; the room restarts",
        "`POST /panic/{seat}` (panic_http) panicked; the room restarts",
    ];
    assert_eq!(panics(&report), expected, "{report}");
    let unanswered = AssertUnwindSafe(room.join_with(|request| request.query("do", "panic"))).catch_unwind().await;
    assert!(unanswered.is_err() || unanswered.is_ok_and(|joined| joined.is_err()));
    let report = format!("{room:?}");
    assert!(report.contains("Faulty `lobby`: `#[connect]` panicked; the room restarts"), "{report}");
}
