//! How a session is opened: what is asked for, and every answer that is not a session.
#![allow(clippy::unwrap_used)] // all of it is test code

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_tungstenite::{
    accept_hdr_async,
    tungstenite::handshake::server::{Request, Response},
};
use websocket_do_runtime::{
    client::{Builder, ClientError, connect},
    codec::Format,
};

use crate::support::{Client, Note, accept, bounded, next, say, serve};

#[tokio::test]
async fn both_formats_go_both_ways_whether_the_server_knows_subprotocols_or_not() {
    for (format, echo) in
        [(Format::Json, true), (Format::Json, false), (Format::MessagePack, true), (Format::MessagePack, false)]
    {
        let url = serve(move |socket| async move {
            let (mut peer, uri, offered) = accept(socket, echo).await;
            assert_eq!(uri, format!("/room/a?x=1&name=a%26b%20%C3%A9&format={format}"));
            assert_eq!(offered.as_deref(), Some(format.subprotocol()));
            while let Some(Ok(frame)) = peer.next().await {
                if frame.is_text() || frame.is_binary() {
                    assert_eq!(frame.is_binary(), format == Format::MessagePack);
                    peer.send(frame).await.unwrap();
                }
            }
        })
        .await;
        let builder = Builder::<Note>::new(url).format(format).query("name", "a&b é");
        let mut room = bounded(builder.connect_once()).await.unwrap().0;
        assert_eq!(room.format(), format);
        bounded(room.send(say("hello"))).await.unwrap();
        assert_eq!(next(&mut room).await, Some(Ok(say("hello"))));
        bounded(room.close()).await.unwrap();
        assert_eq!(room.closed().unwrap().code(), 1000);
    }
}

#[tokio::test]
async fn without_a_format_nothing_is_offered_and_the_query_is_heeded() {
    for (query, format) in [("", Format::Json), ("&format=buffer", Format::MessagePack)] {
        let url = serve(|socket| async move {
            let (mut peer, _, offered) = accept(socket, true).await;
            assert_eq!(offered, None);
            while let Some(Ok(_)) = peer.next().await {}
        })
        .await;
        let room = bounded(connect::<Note>(format!("{url}{query}"))).await.unwrap().0;
        assert_eq!(room.format(), format);
    }
}

/// Answers the handshake with these pieces.
async fn answering(pieces: &'static [&'static str]) -> Result<Client, ClientError> {
    let url = serve(move |mut socket| async move {
        let _ = socket.read(&mut [0; 4096]).await;
        for piece in pieces {
            socket.write_all(piece.as_bytes()).await.unwrap();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    bounded(connect::<Note>(url)).await
}

#[tokio::test]
async fn a_refusal_comes_with_its_status_and_whole_body() {
    let refused = |status, body: &str| Some(ClientError::Refused { status, body: body.to_owned(), retry_after: None });
    let pieces = &["HTTP/1.1 401 Unauthorized\r\nContent-Length: 12\r\n\r\n", "Unauth", "orized"];
    assert_eq!(answering(pieces).await.err(), refused(401, "Unauthorized"));
    let pieces = &["HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nnot", "\r\n5\r\n here\r\n0\r\n\r\n"];
    assert_eq!(answering(pieces).await.err(), refused(403, "not here"));
    assert_eq!(answering(&["HTTP/1.1 503 Busy\r\n\r\nlater"]).await.err(), refused(503, "later"));
    let other = answering(&["SSH-2.0-OpenSSH\r\n\r\n"]).await.err();
    assert!(matches!(other, Some(ClientError::Transport(_))), "{other:?}");
}

#[tokio::test]
#[allow(clippy::result_large_err)] // as tungstenite has it
async fn another_subprotocol_than_offered_is_an_error() {
    let url = serve(|socket| async move {
        let _ = accept_hdr_async(socket, |_: &Request, mut response: Response| {
            response.headers_mut().insert("sec-websocket-protocol", "websocket-do.json".parse().unwrap());
            Ok(response)
        })
        .await;
    })
    .await;
    let error = bounded(Builder::<Note>::new(url).format(Format::MessagePack).connect()).await.err();
    let chosen = "websocket-do.json".to_owned();
    assert_eq!(error, Some(ClientError::Subprotocol { offered: Some(Format::MessagePack), chosen }));
}

#[tokio::test]
async fn what_cannot_be_reached_or_asked_for_is_told() {
    let silent = serve(|socket| async move {
        tokio::time::sleep(Duration::from_mins(1)).await;
        drop(socket);
    })
    .await;
    let time = Duration::from_millis(50);
    let error = bounded(Builder::<Note>::new(silent).connect_timeout(time).connect()).await.err();
    assert_eq!(error, Some(ClientError::Timeout(time)));

    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = bounded(connect::<Note>(format!("ws://{free}"))).await.err();
    assert!(matches!(error, Some(ClientError::Transport(_))), "{error:?}");

    for url in ["http://localhost/", "nonsense", "ws://", "ws://:80/"] {
        let error = bounded(connect::<Note>(url)).await.err();
        assert!(matches!(error, Some(ClientError::Url(_))), "{url}: {error:?}");
    }
    for (name, value) in [("a b", "x"), ("x", "a\r\nb"), ("Host", "x")] {
        let error = bounded(Builder::<Note>::new("ws://127.0.0.1:1").header(name, value).connect()).await.err();
        assert!(matches!(error, Some(ClientError::Url(_))), "{name}: {error:?}");
    }
}

#[tokio::test]
async fn the_token_and_headers_are_sent() {
    let url = serve(|mut socket| async move {
        let mut bytes = vec![0; 4096];
        let count = socket.read(&mut bytes).await.unwrap();
        let head = String::from_utf8_lossy(&bytes[..count]).to_lowercase();
        let status = if head.contains("\r\nauthorization: bearer demo\r\n") && head.contains("\r\nx-a: b\r\n") {
            418
        } else {
            500
        };
        socket.write_all(format!("HTTP/1.1 {status} x\r\n\r\n").as_bytes()).await.unwrap();
    })
    .await;
    let error = bounded(Builder::<Note>::new(url).bearer("demo").header("X-A", "b").connect()).await.err();
    assert_eq!(error, Some(ClientError::Refused { status: 418, body: String::new(), retry_after: None }));
}

#[tokio::test]
async fn tls_with_a_server_that_has_none_is_an_error() {
    let url = serve(|mut socket| async move {
        let _ = socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    })
    .await;
    let error = bounded(connect::<Note>(url.replacen("ws://", "wss://", 1))).await.err();
    assert!(matches!(error, Some(ClientError::Transport(_))), "{error:?}");
}

#[test]
fn a_client_may_be_moved_to_another_thread() {
    fn is_send<T: Send>(_: &T) {}
    is_send(&Builder::<Note>::new("ws://127.0.0.1:1").connect());
}
