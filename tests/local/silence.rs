//! Clients that send nothing.

use std::time::Duration;

use futures_util::StreamExt;
use tokio::{io::AsyncWriteExt, time::timeout};
use tokio_tungstenite::{connect_async, tungstenite::Message};

use super::{PATIENCE, becomes, contains, serve, text, until_the_end, upgraded};

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_answers_no_ping_is_disconnected() {
    let server = serve(|server| server.ping_interval(Duration::from_millis(100))).await;
    let mut stream = upgraded(server.address(), "/a/websocket").await;
    let received = until_the_end(&mut stream).await;
    assert_eq!(received.get(..5), Some(&[0x89, 0, 0x89, 0, 0x88][..]), "expected two pings, then a close frame");
    becomes(server.address(), "/a/ends", "[1006]").await;
    becomes(server.address(), "/a/count", "0").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_answers_pings_stays_connected() {
    let server = serve(|server| server.ping_interval(Duration::from_millis(200))).await;
    let (mut client, _) = connect_async(format!("ws://{}/a/websocket", server.address())).await.unwrap();
    // The library answers pings while the client reads.
    for _ in 0..8 {
        let received = timeout(PATIENCE, client.next()).await.unwrap().unwrap().unwrap();
        assert!(matches!(received, Message::Ping(_)), "{received:?}");
    }
    becomes(server.address(), "/a/count", "1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_whose_handler_awaits_is_not_disconnected() {
    let server = serve(|server| server.ping_interval(Duration::from_millis(50))).await;
    let address = server.address();
    let mut stream = upgraded(address, "/a/websocket").await;
    // More than the session may queue, so that the server stops reading, pongs included.
    stream.write_all(&text(r#"{"type":"wait","padding":""}"#).repeat(200)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut other = upgraded(address, "/a/websocket").await;
    other.write_all(&text(r#"{"type":"resume"}"#)).await.unwrap();
    becomes(address, "/a/handled", "200").await;
    let received = until_the_end(&mut stream).await;
    assert!(contains(&received, &[0x89, 0]), "no ping while the handler awaited");
}
