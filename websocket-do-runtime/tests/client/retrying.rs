//! Reconnecting: options and limits that need a server of the test's own. The shared cases are in `tests/client/cases`.
#![allow(clippy::panic, clippy::unwrap_used)] // all of it is test code

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::SinkExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::sleep,
};
use tokio_tungstenite::tungstenite::{Message as Raw, protocol::CloseFrame};
use websocket_do_runtime::client::{ClientError, Disconnect, Event};

use crate::support::{Client, accept, bounded, echo, event, hasty, refuse, say, serve_each, text};

/// Closes the session with this code, or drops the connection for 1006.
async fn end(socket: TcpStream, code: u16) {
    let (mut peer, ..) = accept(socket, true).await;
    let frame = |code: u16| CloseFrame { code: code.into(), reason: "why".into() };
    let _ = match code {
        1006 => return,
        code => peer.send(Raw::Close(Some(frame(code)))).await,
    };
    sleep(Duration::from_millis(50)).await;
}

/// Returns the attempt and the disconnect of the next event.
async fn reconnecting(room: &mut Client) -> (u32, Disconnect) {
    match event(room).await {
        Some(Event::Reconnecting { attempt, delay, reason }) => {
            assert!(delay <= Duration::from_millis(20), "{delay:?}");
            (attempt, reason)
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn terminal_codes_and_attempts_can_be_set() {
    let url = serve_each(|number, socket| end(socket, if number == 0 { 4000 } else { 1012 })).await;
    let room = hasty(url).terminal_codes(|code| code == 1012);
    let mut room = bounded(room.connect()).await.unwrap();
    while bounded(room.next()).await.is_some() {}
    assert_eq!(room.closed().unwrap().code(), 1012);

    let url = serve_each(|_, socket| end(socket, 1012)).await;
    let room = hasty(url).should_reconnect(|loss, attempt| matches!(loss, Disconnect::Closed(_)) && attempt < 3);
    let mut room = bounded(room.connect()).await.unwrap();
    let mut attempts = 0;
    while let Some(event) = event(&mut room).await {
        attempts += u32::from(matches!(event, Event::Reconnecting { .. }));
    }
    assert_eq!(attempts, 2);

    let url = serve_each(|_, socket| end(socket, 1012)).await;
    let mut room = bounded(hasty(url).reconnect(false).connect()).await.unwrap();
    assert_eq!(event(&mut room).await, Some(Event::Opened));
    assert!(matches!(event(&mut room).await, Some(Event::Closed(closed)) if closed.code() == 1012));
}

#[tokio::test]
async fn a_terminal_refusal_ends_the_session() {
    for status in [200, 204, 302, 304, 400, 401, 403, 404, 410, 426] {
        let url = serve_each(move |number, socket| async move {
            match number {
                0 => end(socket, 1012).await,
                _ => refuse(socket, status).await,
            }
        })
        .await;
        let mut room = bounded(hasty(url).connect()).await.unwrap();
        let refused = ClientError::Refused { status, body: String::new(), retry_after: None, location: None };
        assert_eq!(bounded(room.next()).await, Some(Err(refused.clone())));
        assert_eq!(bounded(room.next()).await, None);
        assert_eq!(room.closed().unwrap().code(), 1006);
        assert_eq!(bounded(room.wait_open()).await, Err(refused));
    }
}

#[tokio::test]
async fn retry_after_is_waited_for() {
    let url = serve_each(|number, mut socket| async move {
        match number {
            0 => end(socket, 1012).await,
            1 => {
                let _ = socket.read(&mut [0; 4096]).await;
                let busy = "HTTP/1.1 429 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n";
                let _ = socket.write_all(busy.as_bytes()).await;
            }
            _ => echo(socket).await,
        }
    })
    .await;
    let mut room = bounded(hasty(url).connect()).await.unwrap();
    assert_eq!(event(&mut room).await, Some(Event::Opened));
    assert_eq!(reconnecting(&mut room).await.0, 1);
    let asked = Instant::now();
    match event(&mut room).await {
        Some(Event::Reconnecting {
            attempt: 2,
            delay,
            reason: Disconnect::Failed(ClientError::Refused { retry_after, .. }),
        }) => {
            assert_eq!(retry_after, Some(Duration::from_secs(1)));
            assert!(delay >= Duration::from_secs(1), "{delay:?}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(event(&mut room).await, Some(Event::Reconnected { attempts: 2 }));
    assert!(asked.elapsed() >= Duration::from_millis(990));
}

#[tokio::test]
async fn the_first_attempt_is_not_retried_by_connect_and_is_by_start() {
    let count = Arc::new(AtomicUsize::new(0));
    let asked = count.clone();
    let url = serve_each(move |number, socket| {
        asked.fetch_add(1, Ordering::Relaxed);
        async move {
            match number {
                0..3 => refuse(socket, 503).await,
                _ => echo(socket).await,
            }
        }
    })
    .await;
    let refused = ClientError::Refused { status: 503, body: String::new(), retry_after: None, location: None };
    assert_eq!(bounded(hasty(&url).connect()).await.err(), Some(refused.clone()));
    assert_eq!(count.load(Ordering::Relaxed), 1);

    let mut room = hasty(&url).start().unwrap();
    assert_eq!(reconnecting(&mut room).await, (1, Disconnect::Failed(refused.clone())));
    assert_eq!(reconnecting(&mut room).await, (2, Disconnect::Failed(refused)));
    bounded(room.wait_open()).await.unwrap();
    assert_eq!(event(&mut room).await, Some(Event::Opened));
    assert!(matches!(hasty("http://localhost:0").start().err(), Some(ClientError::Url(_))));
}

#[tokio::test]
async fn only_a_stable_connection_resets_the_number_of_attempts() {
    let url = serve_each(|number, socket| async move {
        match number {
            3 => {
                let (peer, ..) = accept(socket, true).await;
                sleep(Duration::from_millis(2500)).await;
                drop(peer);
            }
            _ => end(socket, 1006).await,
        }
    })
    .await;
    let room = hasty(url).stable_after(Duration::from_secs(1)).max_attempts(3);
    let mut room = bounded(room.connect()).await.unwrap();
    let mut attempts = Vec::new();
    while let Some(event) = event(&mut room).await {
        if let Event::Reconnecting { attempt, .. } = event {
            attempts.push(attempt);
        }
    }
    assert_eq!(attempts, [1, 2, 3, 1, 2, 3]);
    assert_eq!(room.closed().unwrap().code(), 1006);
}

#[tokio::test]
async fn the_provider_is_called_for_each_attempt() {
    let url = serve_each(|number, mut socket| async move {
        let mut head = vec![0; 4096];
        let count = socket.peek(&mut head).await.unwrap();
        let head = String::from_utf8_lossy(&head[..count]).to_lowercase();
        let token = |token: usize| head.matches(&format!("authorization: bearer t{token}\r\n")).count();
        match number {
            0 if token(1) == 1 => end(socket, 1012).await,
            // The second call of the provider failed.
            1 if token(3) == 1 && head.contains("&again=3") => echo(socket).await,
            _ => {
                let _ = socket.read(&mut [0; 1]).await;
                refuse(socket, 401).await;
            }
        }
    })
    .await;
    let calls = Arc::new(AtomicUsize::new(0));
    let room = hasty("ws://nowhere.invalid").bearer("stale").query("kept", "1").provide(move |request| {
        let (url, call) = (url.clone(), calls.fetch_add(1, Ordering::Relaxed) + 1);
        async move {
            match call {
                2 => Err("no token today".into()),
                _ => Ok(request.url(url).query("again", call.to_string()).bearer(format_args!("t{call}"))),
            }
        }
    });
    let mut room = bounded(room.connect()).await.unwrap();
    assert_eq!(event(&mut room).await, Some(Event::Opened));
    assert_eq!(reconnecting(&mut room).await.0, 1);
    let failed = Disconnect::Failed(ClientError::Provider("no token today".to_owned()));
    assert_eq!(reconnecting(&mut room).await, (2, failed));
    assert_eq!(event(&mut room).await, Some(Event::Reconnected { attempts: 2 }));
}

#[tokio::test]
async fn a_session_keeps_its_format() {
    let url = serve_each(|_, socket| end(socket, 1012)).await;
    let calls = AtomicUsize::new(0);
    let room = hasty(url).provide(move |request| {
        let format = if calls.fetch_add(1, Ordering::Relaxed) == 0 { "json" } else { "msgpack" };
        async move { Ok(request.query("format", format)) }
    });
    let mut room = bounded(room.connect()).await.unwrap();
    assert!(matches!(bounded(room.next()).await, Some(Err(ClientError::Url(_)))));
    assert_eq!(bounded(room.next()).await, None);
}

#[tokio::test]
async fn a_client_reconnects_to_a_server_that_restarts() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut room = {
        let connecting = hasty(format!("ws://{address}")).connect();
        let (room, peer) = tokio::join!(connecting, async {
            let (socket, _) = listener.accept().await.unwrap();
            accept(socket, true).await.0
        });
        drop((peer, listener));
        room.unwrap()
    };
    assert_eq!(event(&mut room).await, Some(Event::Opened));
    for attempt in 1..4 {
        assert_eq!(reconnecting(&mut room).await.0, attempt);
    }
    let start = Instant::now();
    let listener = TcpListener::bind(address).await.unwrap();
    let (socket, _) = bounded(listener.accept()).await.unwrap();
    let (mut peer, ..) = accept(socket, true).await;
    peer.send(text("again")).await.unwrap();
    assert_eq!(bounded(room.next()).await, Some(Ok(say("again"))));
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}
