//! Frames that wait for a slow client, and messages that wait for a busy room.

use std::time::Duration;

use futures_util::StreamExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Message, protocol::frame::coding::CloseCode},
};

use super::{PATIENCE, becomes, serve, text, until_the_end, upgraded};

/// More than the operating system buffers for a connection.
const FLOOD: &str = r#"{"type":"flood","frames":3000,"bytes":10000}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_is_closed_and_disconnected() {
    let server = serve(|server| server.max_backlog(64 * 1024)).await;
    let address = server.address();
    let mut stream = upgraded(address, "/a/websocket").await;
    stream.write_all(&text(FLOOD)).await.unwrap();
    becomes(address, "/a/count", "0").await;
    becomes(address, "/a/ends", "[1006]").await;
    // The connection ends after what the system had buffered.
    let received = until_the_end(&mut stream).await;
    assert!(received.len() < 10_000 * 3000, "the whole flood was received");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_client_is_closed_with_1013() {
    let server = serve(|server| server.max_backlog(1024)).await;
    let address = server.address();
    let mut stream = upgraded(address, "/a/websocket").await;
    // The first frame exceeds the system's buffers, so it is being written until the client reads; the others exceed the budget.
    stream.write_all(&text(r#"{"type":"flood","frames":1,"bytes":16000000}"#)).await.unwrap();
    stream.read_exact(&mut [0; 10]).await.unwrap();
    stream.write_all(&text(r#"{"type":"flood","frames":10,"bytes":1000}"#)).await.unwrap();
    becomes(address, "/a/count", "0").await;
    becomes(address, "/a/ends", "[1006]").await;
    let received = until_the_end(&mut stream).await;
    let close = [&[0x88, 10][..], &1013_u16.to_be_bytes(), b"too slow"].concat();
    assert!(received.len() > 16_000_000 && received.ends_with(&close), "{} bytes were received", received.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_frame_always_fits() {
    let server = serve(|server| server.max_backlog(0)).await;
    let (mut client, _) = connect_async(format!("ws://{}/a/websocket", server.address())).await.unwrap();
    for _ in 0..3 {
        let flood = Message::text(r#"{"type":"flood","frames":1,"bytes":5000000}"#);
        futures_util::SinkExt::send(&mut client, flood).await.unwrap();
        let received = timeout(PATIENCE, client.next()).await.unwrap().unwrap().unwrap();
        assert!(received.len() > 5_000_000);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_half_closes_with_a_full_backlog_is_removed() {
    let server = serve(|server| server.max_backlog(1 << 30)).await;
    let address = server.address();
    let mut stream = upgraded(address, "/a/websocket").await;
    stream.write_all(&text(FLOOD)).await.unwrap();
    stream.shutdown().await.unwrap();
    becomes(address, "/a/count", "0").await;
    becomes(address, "/a/ends", "[1006]").await;
    until_the_end(&mut stream).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_ignores_the_rooms_close_is_disconnected() {
    let server = serve(|server| server).await;
    let address = server.address();
    let mut stream = upgraded(address, "/a/websocket").await;
    stream.write_all(&text(r#"{"type":"kick","code":4001}"#)).await.unwrap();
    let received = until_the_end(&mut stream).await;
    assert_eq!(received, [0x88, 2, 0x0f, 0xa1]);
    becomes(address, "/a/count", "0").await;
    becomes(address, "/a/ends", "[1006]").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_can_be_closed() {
    let server = serve(|server| server.max_backlog(1 << 30)).await;
    let address = server.address();
    let mut stream = upgraded(address, "/a/websocket").await;
    stream.write_all(&text(FLOOD)).await.unwrap();
    stream.write_all(&text(r#"{"type":"kick","code":4001}"#)).await.unwrap();
    becomes(address, "/a/count", "0").await;
    becomes(address, "/a/ends", "[1006]").await;
    until_the_end(&mut stream).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_awaiting_handler_applies_backpressure_without_loss() {
    let server = serve(|server| server).await;
    let address = server.address();
    let mut stream = upgraded(address, "/a/websocket").await;
    let message = text(&format!(r#"{{"type":"wait","padding":"{}"}}"#, "x".repeat(10_000)));
    let mut sent = 0_usize;
    // Until the server stops reading.
    while timeout(Duration::from_secs(1), stream.write_all(&message)).await.is_ok_and(|written| written.is_ok()) {
        sent += 1;
        assert!(sent < 10_000, "the server read 100 MB");
    }
    becomes(address, "/a/handled", "0").await;
    let mut other = upgraded(address, "/a/websocket").await;
    other.write_all(&text(r#"{"type":"resume"}"#)).await.unwrap();
    becomes(address, "/a/handled", &sent.to_string()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_the_server_closes_clients_with_1001() {
    let server = serve(|server| server).await;
    let (mut client, _) = connect_async(format!("ws://{}/a/websocket", server.address())).await.unwrap();
    let stopped = tokio::spawn(server.stop());
    let received = timeout(PATIENCE, client.next()).await.unwrap().unwrap().unwrap();
    assert!(matches!(received, Message::Close(Some(frame)) if frame.code == CloseCode::Away));
    assert!(timeout(PATIENCE, client.next()).await.unwrap().is_none());
    timeout(PATIENCE, stopped).await.unwrap().unwrap();
}
