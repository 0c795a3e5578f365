//! Heartbeats of connections that are slow but not lost. The shared cases are in `tests/client/cases`.
#![allow(clippy::unwrap_used)] // all of it is test code

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::{io::AsyncWriteExt, time::sleep};
use tokio_tungstenite::tungstenite::Message as Raw;
use websocket_do_runtime::client::{Builder, Event};

use crate::support::{Note, accept, bounded, event, hasty, say, serve_each, text};

const INTERVAL: Duration = Duration::from_millis(50);
const LIMIT: Duration = Duration::from_millis(400);

fn beating(url: String) -> Builder<Note> {
    hasty(url).heartbeat(INTERVAL, LIMIT)
}

#[tokio::test]
async fn a_slow_application_does_not_lose_a_healthy_connection() {
    let url = serve_each(|_, socket| async move {
        let (mut peer, ..) = accept(socket, true).await;
        for number in 0..100 {
            peer.send(text(&number.to_string())).await.unwrap();
        }
        while let Some(Ok(frame)) = peer.next().await {
            if frame == Raw::text("wsdo:ping") {
                peer.send(Raw::text("wsdo:pong")).await.unwrap();
            }
        }
    })
    .await;
    let mut room = bounded(beating(url).buffer(2).connect()).await.unwrap();
    sleep((INTERVAL + LIMIT) * 3).await;
    assert_eq!(event(&mut room).await, Some(Event::Opened));
    for number in 0..100 {
        if number % 40 == 0 {
            sleep((INTERVAL + LIMIT) * 2).await;
        }
        assert_eq!(event(&mut room).await, Some(Event::Message(say(&number.to_string()))));
    }
    assert!(tokio::time::timeout((INTERVAL + LIMIT) * 2, room.events().next()).await.is_err());
}

#[tokio::test]
async fn a_part_of_a_frame_counts_as_activity() {
    let url = serve_each(|number, socket| async move {
        assert_eq!(number, 0);
        let (peer, ..) = accept(socket, true).await;
        let mut socket = peer.into_inner();
        let body = br#"{"type":"say","text":"at last"}"#;
        socket.write_all(&[0x81, u8::try_from(body.len()).unwrap()]).await.unwrap();
        for byte in body {
            sleep(Duration::from_millis(40)).await;
            socket.write_all(&[*byte]).await.unwrap();
        }
        std::future::pending::<()>().await;
    })
    .await;
    let mut room = bounded(beating(url).connect()).await.unwrap();
    assert_eq!(bounded(room.next()).await, Some(Ok(say("at last"))));
}

#[tokio::test]
async fn without_heartbeats_a_silent_server_is_not_disconnected() {
    let url = serve_each(|_, socket| async move {
        let (mut peer, ..) = accept(socket, true).await;
        sleep((INTERVAL + LIMIT) * 2).await;
        peer.send(text("finally")).await.unwrap();
        assert!(!matches!(peer.next().await, Some(Ok(Raw::Text(_)))), "there was a ping");
    })
    .await;
    let mut room = bounded(beating(url).no_heartbeat().connect()).await.unwrap();
    assert_eq!(bounded(room.next()).await, Some(Ok(say("finally"))));
}
