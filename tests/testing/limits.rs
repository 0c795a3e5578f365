//! Limits and rules in a `TestRoom`, with the room that the suites of the hosts use.

use rooms::{Limited, Limits, MAX_MESSAGE};
use websocket_do::{Format, TestRoom};

#[tokio::test]
async fn a_message_beyond_the_limit_closes_the_session_with_1009() {
    for format in [Format::Json, Format::MessagePack] {
        let room = TestRoom::<Limits>::new();
        let mut ada = room.join_with(|request| request.format(format)).await.unwrap();
        ada.fill("x".repeat(MAX_MESSAGE - 100)).await.unwrap();
        ada.expect(Limited::Handled { count: 1 }).await;
        ada.fill("x".repeat(MAX_MESSAGE)).await.unwrap();
        ada.expect_closed(1009, &format!("a message may have at most {MAX_MESSAGE} bytes")).await;
    }
}

#[tokio::test]
async fn session_data_that_breaks_a_rule_is_an_error() {
    let room = TestRoom::<Limits>::new();
    let mut ada = room.join().await.unwrap();
    ada.note("short").await.unwrap();
    ada.expect(Limited::Noted { text: "short".into(), error: None }).await;
    ada.note("much too long").await.unwrap();
    match ada.next().await {
        Limited::Noted { text, error: Some(error) } if text == "short" => assert!(error.contains("`text`"), "{error}"),
        other => panic!("got {other:?}"),
    }
    room.hibernate();
    ada.note("again").await.unwrap();
    ada.expect(Limited::Noted { text: "again".into(), error: None }).await;
}
