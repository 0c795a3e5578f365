//! What a test says that fails.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use websocket_do::{Format, TestRoom};

use crate::desk::{Desk, Done};

/// What the future says when it panics.
async fn said<F: Future>(failing: F) -> String {
    let panic = AssertUnwindSafe(failing).catch_unwind().await.err().expect("it does not fail");
    *panic.downcast::<String>().expect("a sentence")
}

#[tokio::test]
async fn another_message_is_told_with_the_line_and_what_had_happened() {
    let room = TestRoom::<Desk>::seeded(17);
    let mut ada = room.join_with(|request| request.format(Format::MessagePack)).await.unwrap();
    ada.tell_all("one").await.unwrap();
    ada.expect(Done::Told { text: "one".into() }).await;
    ada.tell_all("two").await.unwrap();
    let line = line!() + 1;
    let said = said(ada.expect(Done::Told { text: "three".into() })).await;
    let place = format!("{}:{line}:", file!());
    assert!(said.starts_with(&place), "{said}");
    for part in [
        r#"session #0: expected Told { text: "three" }, and got Told { text: "two" }"#,
        "it had read before:\n  Told { text: \"one\" }\n",
        r#"#0 → msgpack {"text":"two","type":"tellAll"}"#,
        r#"#0 ← msgpack {"text":"two","type":"told"}"#,
        "the seed was 17: `TestRoom::seeded(17)` has it all happen again",
    ] {
        assert!(said.contains(part), "`{part}` is not in:\n{said}");
    }
}

#[tokio::test]
async fn silence_an_error_and_the_end_are_told_apart() {
    let room = TestRoom::<Desk>::new();
    let mut ada = room.join().await.unwrap();
    assert!(said(ada.next()).await.contains("expected a message, and got nothing"));
    ada.send_frame(websocket_do::Frame::Text("?".into())).await.unwrap();
    assert!(said(ada.next()).await.contains("and got an error: the server reports an error"));
    assert!(said(ada.expect_closed(1000, "")).await.contains(r#"expected the close 1000 "", and got nothing"#));
    ada.leave(0).await.unwrap();
    assert!(said(ada.next()).await.contains(r#"and got the close 4002 "as you wish""#));
    let mut bob = room.join().await.unwrap();
    bob.tell_all("x").await.unwrap();
    assert!(said(bob.expect_nothing()).await.contains("expected nothing, and got Told"));
}

#[tokio::test]
async fn a_broadcast_that_reaches_others_is_told() {
    let room = TestRoom::<Desk>::new();
    let (mut ada, mut bob) = (room.join().await.unwrap(), room.join().await.unwrap());
    ada.tell_all("x").await.unwrap();
    let message = Done::Told { text: "x".into() };
    let said = said(room.expect_broadcast(&message, [&mut ada], [&mut bob])).await;
    assert!(said.contains("session #1: expected nothing, and got Told"), "{said}");
}

#[tokio::test]
async fn what_a_server_cannot_do_is_said() {
    let room = TestRoom::<Desk>::at("http://127.0.0.1:9/room/x");
    let said = said(async { room.evict() }).await;
    assert_eq!(said, "`evict` is for rooms in memory; this one is on a server");
}

#[tokio::test]
async fn a_report_is_bounded_whatever_was_read() {
    let room = TestRoom::<Desk>::new();
    let mut ada = room.join().await.unwrap();
    let long = "x".repeat(50_000);
    for _ in 0..50 {
        ada.tell_all(&long).await.unwrap();
        ada.expect(Done::Told { text: long.clone() }).await;
    }
    ada.tell_all(format!("{long}y")).await.unwrap();
    let said = said(ada.expect(Done::Told { text: format!("{long}z") })).await;
    assert!(said.len() < 20_000, "{} bytes", said.len());
    for part in ["(50017 bytes)", "they differ from byte 50014 on: expected `z\" }`, found `y\" }`", "  … 30 more\n"]
    {
        assert!(said.contains(part), "`{part}` is not in:\n{said}");
    }
}

#[tokio::test]
async fn what_the_room_logs_is_in_the_report_and_forges_no_line() {
    let room = TestRoom::<Desk>::new().named("lob\nby");
    let mut ada = room.join().await.unwrap();
    ada.fail("first\nERROR second\u{1b}[2J").await.unwrap();
    assert!(said(ada.next()).await.contains("reports an error: Internal error"));
    let id = room.inspect(|room| room.sessions()[0].id());
    let report = format!("{room:?}");
    let line = format!(r"logged: Desk `lob\nby`: session {id}: a handler failed: first\nERROR second\u{{1b}}[2J");
    assert!(report.lines().any(|it| it.ends_with(&line)), "`{line}` is not in:\n{report}");

    ada.set_attachment(&"of another shape");
    ada.tell().await.unwrap();
    ada.expect_closed(1012, "session data lost").await;
    let report = format!("{room:?}");
    let line = format!(r"logged: Desk `lob\nby`: session {id}: session data lost: ");
    assert!(report.contains(&line), "`{line}` is not in:\n{report}");
}
