//! The native handshake: the request, and every response that is not a session.
#![allow(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing)] // all of it is test code

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async,
    tungstenite::{
        handshake::{
            derive_accept_key,
            server::{Request, Response},
        },
        protocol::Role,
    },
};
use websocket_do_runtime::{
    client::{Builder, ClientError, connect},
    codec::Format,
};

use crate::support::{Client, Note, accept, bounded, hasty, next, say, serve, text};

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
async fn without_a_format_no_subprotocol_is_offered_and_the_format_in_the_query_is_used() {
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

/// Responds to the handshake with these pieces.
async fn responding(pieces: &'static [&'static str]) -> Result<Client, ClientError> {
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
    let refused = |status, body: &str| {
        Some(ClientError::Refused { status, body: body.to_owned(), retry_after: None, location: None })
    };
    let pieces = &["HTTP/1.1 401 Unauthorized\r\nContent-Length: 12\r\n\r\n", "Unauth", "orized"];
    assert_eq!(responding(pieces).await.err(), refused(401, "Unauthorized"));
    let pieces = &["HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nnot", "\r\n5\r\n here\r\n0\r\n\r\n"];
    assert_eq!(responding(pieces).await.err(), refused(403, "not here"));
    assert_eq!(responding(&["HTTP/1.1 503 Busy\r\n\r\nlater"]).await.err(), refused(503, "later"));
    let other = responding(&["SSH-2.0-OpenSSH\r\n\r\n"]).await.err();
    assert!(matches!(other, Some(ClientError::Transport(_))), "{other:?}");
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_the_error_has_its_location() {
    for status in [301, 302, 303, 307, 308] {
        let url = serve(move |mut socket| async move {
            let _ = socket.read(&mut [0; 4096]).await;
            let head = format!("HTTP/1.1 {status} Moved\r\nLocation: wss://example.com/there?key=secret\r\n\r\n");
            socket.write_all(head.as_bytes()).await.unwrap();
        })
        .await;
        let mut room = hasty(url).start().unwrap();
        let error = bounded(room.next()).await.unwrap().unwrap_err();
        let ClientError::Refused { status: found, location, .. } = &error else { panic!("{error:?}") };
        assert_eq!((*found, location.as_deref()), (status, Some("wss://example.com/there?key=secret")));
        let text = error.to_string();
        assert!(text.contains(&status.to_string()) && text.contains("`wss://example.com/there`"), "{text}");
        assert!(!text.contains("secret"), "{text}");
        assert_eq!(bounded(room.next()).await, None, "there is no further attempt");
    }
}

#[tokio::test]
async fn a_status_without_a_body_is_terminal_and_its_body_is_not_awaited() {
    for status in [204, 304] {
        let url = serve(move |mut socket| async move {
            let _ = socket.read(&mut [0; 4096]).await;
            socket.write_all(format!("HTTP/1.1 {status} x\r\n\r\n").as_bytes()).await.unwrap();
            std::future::pending::<()>().await;
        })
        .await;
        let mut room = hasty(url).start().unwrap();
        let refused = ClientError::Refused { status, body: String::new(), retry_after: None, location: None };
        assert_eq!(bounded(room.next()).await, Some(Err(refused)));
        assert_eq!(bounded(room.next()).await, None);
    }
}

#[tokio::test]
async fn interim_responses_are_skipped() {
    let url = serve(|mut socket| async move {
        let mut bytes = vec![0; 4096];
        let count = socket.read(&mut bytes).await.unwrap();
        let head = String::from_utf8_lossy(&bytes[..count]).into_owned();
        let key = head.lines().find_map(|line| line.strip_prefix("Sec-Websocket-Key: ")).unwrap();
        let accept = derive_accept_key(key.as_bytes());
        let hints = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n";
        let answer = format!(
            "HTTP/1.1 100 Continue\r\n\r\n{hints}HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 101 Switching Protocols\r\n\
             Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
        );
        // In pieces, one of which holds the end of one head and the beginning of the next.
        for piece in answer.as_bytes().chunks(40) {
            socket.write_all(piece).await.unwrap();
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let mut peer = WebSocketStream::from_raw_socket(socket, Role::Server, None).await;
        peer.send(text("hello")).await.unwrap();
        while let Some(Ok(_)) = peer.next().await {}
    })
    .await;
    let mut room = bounded(connect::<Note>(url)).await.unwrap();
    assert_eq!(bounded(room.next()).await, Some(Ok(say("hello"))));

    let pieces = &["HTTP/1.1 103 Early Hints\r\n\r\n", "HTTP/1.1 404 x\r\nContent-Length: 2\r\n\r\nno"];
    assert!(matches!(responding(pieces).await.err(), Some(ClientError::Refused { status: 404, .. })));
    let endless = endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n").await;
    assert!(matches!(&endless, ClientError::Transport(why) if why.contains("too many")), "{endless:?}");
}

#[tokio::test]
async fn http_1_0_and_an_extension_that_was_not_offered_are_errors() {
    let old = responding(&["HTTP/1.0 403 Forbidden\r\n\r\nno"]).await.err();
    assert!(matches!(&old, Some(ClientError::Refused { status: 403, body, .. }) if body == "no"), "{old:?}");
    let old = responding(&["HTTP/1.0 101 x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n"]).await.err();
    assert!(matches!(old, Some(ClientError::Transport(_))), "{old:?}");

    let url = serve(|socket| async move {
        #[allow(clippy::result_large_err)] // as tungstenite has it
        let _ = accept_hdr_async(socket, |_: &Request, mut response: Response| {
            response.headers_mut().insert("sec-websocket-extensions", "permessage-deflate".parse().unwrap());
            Ok(response)
        })
        .await;
    })
    .await;
    let error = bounded(connect::<Note>(url)).await.err();
    assert!(matches!(&error, Some(ClientError::Transport(why)) if why.contains("extension")), "{error:?}");
}

/// Returns the error of a server that responds with `first`, and then with `rest` without end.
async fn endless(first: &'static [u8], rest: &'static [u8]) -> ClientError {
    let url = serve(move |mut socket| async move {
        let _ = socket.read(&mut [0; 4096]).await;
        let _ = socket.write_all(first).await;
        while socket.write_all(rest).await.is_ok() {}
    })
    .await;
    bounded(connect::<Note>(url)).await.unwrap_err()
}

#[tokio::test]
async fn a_response_without_end_is_cut() {
    for first in ["HTTP/1.1 401 x\r\n\r\n", "HTTP/1.1 401 x\r\nContent-Length: 99999999999\r\n\r\n"] {
        match endless(first.as_bytes(), b"no ").await {
            ClientError::Refused { status: 401, body, .. } => assert_eq!(body.len(), 64 * 1024),
            other => panic!("{other:?}"),
        }
    }
    match endless(b"HTTP/1.1 302 x\r\nLocation: /a\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n").await {
        ClientError::Refused { status: 302, body, .. } => assert!(body.len() < 64 * 1024),
        other => panic!("{other:?}"),
    }
    for (first, rest) in
        [("HTTP/1.1 200 x\r\n", "x: y\r\n"), ("HTTP/1.1 200 ", "x"), ("HTTP/1.1 200 x\r\nx: ", "yyyyyyyy")]
    {
        let error = endless(first.as_bytes(), rest.as_bytes()).await;
        assert!(matches!(error, ClientError::Transport(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_slow_response_is_limited_in_time() {
    let drips = |first: &'static str| async move {
        let url = serve(move |mut socket| async move {
            let _ = socket.read(&mut [0; 4096]).await;
            let _ = socket.write_all(first.as_bytes()).await;
            while socket.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await;
        bounded(Builder::<Note>::new(url).connect_timeout(Duration::from_secs(4)).connect()).await.unwrap_err()
    };
    let (body, head) = tokio::join!(drips("HTTP/1.1 401 x\r\n\r\n"), drips("HTTP/1.1 401 x\r\nx: "));
    assert!(matches!(body, ClientError::Refused { status: 401, .. }), "the status was known: {body:?}");
    assert_eq!(head, ClientError::Timeout(Duration::from_secs(4)));
}

#[tokio::test]
async fn a_refusal_is_printed_without_line_breaks_and_control_characters() {
    let refused = responding(&["HTTP/1.1 401 x\r\n\r\nno\nERROR all is lost\u{1b}[2J\u{202e}"]).await.unwrap_err();
    let text = refused.to_string();
    assert!(text.ends_with(r"no\nERROR all is lost\u{1b}[2J\u{202e}"), "{text:?}");
    let long = endless(b"HTTP/1.1 401 x\r\n\r\n", b"no ").await.to_string();
    assert!(long.len() < 1200 && long.ends_with("(65536 bytes)"), "{long}");
}

#[tokio::test]
async fn a_server_that_is_not_reached_and_a_header_that_cannot_be_sent_are_errors() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = bounded(connect::<Note>(format!("ws://{free}"))).await.err();
    assert!(matches!(error, Some(ClientError::Transport(_))), "{error:?}");

    for (name, value) in [("a b", "x"), ("x", "a\r\nb"), ("Host", "x")] {
        let error = bounded(Builder::<Note>::new("ws://127.0.0.1:1").header(name, value).connect()).await.err();
        assert!(matches!(error, Some(ClientError::Url(_))), "{name}: {error:?}");
    }
}

#[tokio::test]
async fn the_token_and_the_headers_are_sent() {
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
    assert_eq!(
        error,
        Some(ClientError::Refused { status: 418, body: String::new(), retry_after: None, location: None })
    );
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
