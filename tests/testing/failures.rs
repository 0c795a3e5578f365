//! The report of a failed expectation.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use websocket_do::{Format, TestRoom};

use crate::desk::{Desk, Event};

/// Returns the panic message of a future.
async fn panic_message<F: Future>(failing: F) -> String {
    let panic = AssertUnwindSafe(failing).catch_unwind().await.err().expect("a panic");
    *panic.downcast::<String>().expect("a message")
}

#[tokio::test]
async fn an_unexpected_message_is_reported_with_the_line_and_the_last_events() {
    let room = TestRoom::<Desk>::seeded(17);
    let mut ada = room.join_with(|request| request.format(Format::MessagePack)).await.unwrap();
    ada.tell_all("one").await.unwrap();
    ada.expect(Event::Told { text: "one".into() }).await;
    ada.tell_all("two").await.unwrap();
    let line = line!() + 1;
    let message = panic_message(ada.expect(Event::Told { text: "three".into() })).await;
    let location = format!("{}:{line}:", file!());
    assert!(message.starts_with(&location), "{message}");
    for part in [
        r#"session #0: expected Told { text: "three" }, found Told { text: "two" }"#,
        "it had received before:\n  Told { text: \"one\" }\n",
        r#"#0 → msgpack {"text":"two","type":"tellAll"}"#,
        r#"#0 ← msgpack {"text":"two","type":"told"}"#,
        "seed 17: `TestRoom::seeded(17)` repeats this run",
    ] {
        assert!(message.contains(part), "`{part}` is not in:\n{message}");
    }
}

#[tokio::test]
async fn silence_an_error_and_the_end_have_their_own_reports() {
    let room = TestRoom::<Desk>::new();
    let mut ada = room.join().await.unwrap();
    assert!(panic_message(ada.next()).await.contains("expected a message, found nothing"));
    ada.send_frame(websocket_do::Frame::Text("?".into())).await.unwrap();
    assert!(panic_message(ada.next()).await.contains("found an error: the server reports an error"));
    assert!(panic_message(ada.expect_closed(1000, "")).await.contains(r#"expected the close 1000 "", found nothing"#));
    ada.leave(0).await.unwrap();
    assert!(panic_message(ada.next()).await.contains(r#"found the close 4002 "as you wish""#));
    let mut bob = room.join().await.unwrap();
    bob.tell_all("x").await.unwrap();
    assert!(panic_message(bob.expect_nothing()).await.contains("expected nothing, found Told"));
}

#[tokio::test]
async fn a_broadcast_that_reaches_others_is_reported() {
    let room = TestRoom::<Desk>::new();
    let (mut ada, mut bob) = (room.join().await.unwrap(), room.join().await.unwrap());
    ada.tell_all("x").await.unwrap();
    let expected = Event::Told { text: "x".into() };
    let message = panic_message(room.expect_broadcast(&expected, [&mut ada], [&mut bob])).await;
    assert!(message.contains("session #1: expected nothing, found Told"), "{message}");
}

#[tokio::test]
async fn an_unsupported_method_of_a_server_is_reported() {
    let room = TestRoom::<Desk>::at("http://127.0.0.1:9/room/x");
    let message = panic_message(async { room.evict() }).await;
    assert_eq!(message, "`evict` is not supported for a room on a server; use a room in memory");
}

#[tokio::test]
async fn a_report_is_bounded() {
    let room = TestRoom::<Desk>::new();
    let mut ada = room.join().await.unwrap();
    let long = "x".repeat(50_000);
    for _ in 0..50 {
        ada.tell_all(&long).await.unwrap();
        ada.expect(Event::Told { text: long.clone() }).await;
    }
    ada.tell_all(format!("{long}y")).await.unwrap();
    let message = panic_message(ada.expect(Event::Told { text: format!("{long}z") })).await;
    assert!(message.len() < 20_000, "{} bytes", message.len());
    for part in ["(50017 bytes)", "they differ at byte 50014: expected `z\" }`, found `y\" }`", "  … 30 more\n"] {
        assert!(message.contains(part), "`{part}` is not in:\n{message}");
    }
}

#[tokio::test]
async fn the_rooms_log_is_in_the_report_and_cannot_forge_a_line() {
    let room = TestRoom::<Desk>::new().named("lob\nby");
    let mut ada = room.join().await.unwrap();
    ada.fail("first\nERROR second\u{1b}[2J").await.unwrap();
    assert!(panic_message(ada.next()).await.contains("reports an error: Internal error"));
    let id = room.inspect(|room| room.sessions()[0].id());
    let report = format!("{room:?}");
    let line = format!(r"logged: Desk `lob\nby`: session {id}: `fail` (Fail) failed: first\nERROR second\u{{1b}}[2J");
    assert!(report.lines().any(|found| found.ends_with(&line)), "`{line}` is not in:\n{report}");

    ada.set_attachment(&"of another shape");
    ada.tell().await.unwrap();
    ada.expect_closed(1012, "session data lost").await;
    let report = format!("{room:?}");
    let line = format!(r"logged: Desk `lob\nby`: session {id}: session data lost: ");
    assert!(report.contains(&line), "`{line}` is not in:\n{report}");
}
