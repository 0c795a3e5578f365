//! What survives a restart of the local host with the same data folder.

#![expect(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    io::{self, ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use chat::{protocol::ServerMessage, room::ChatRoomClient};
use tokio::time::sleep;
use websocket_do::local::{Server, ServerHandle};

async fn chat(folder: &Path) -> io::Result<ServerHandle> {
    Server::new(::chat::app()).port(0).data(folder).start().await
}

async fn rooms(folder: &Path) -> ServerHandle {
    rooms::server().port(0).data(folder).start().await.expect("the rooms on a free port")
}

/// Sends a request; returns the body of the answer, whose status must be 20x.
async fn http(address: SocketAddr, method: &str, path: &str, body: &str) -> String {
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    let exchange = move || {
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok::<_, io::Error>(answer)
    };
    let answer = tokio::task::spawn_blocking(exchange).await.unwrap().expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer}"));
    assert!(head.starts_with("HTTP/1.1 20"), "{answer}");
    body.to_owned()
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chats_history_survives_a_restart() {
    let parent = tempfile::tempdir().unwrap();
    // The server creates the folder.
    let folder = parent.path().join("data");
    let mut before = String::from(r#"{"messages":[]}"#);
    for run in 0..3 {
        let serving = chat(&folder).await.unwrap();
        let address = serving.address();
        assert_eq!(http(address, "GET", "/room/a/history", "").await, before);
        let mut ada = ChatRoomClient::connect(format!("ws://{address}/room/a/websocket?name=Ada")).await.unwrap();
        let text = format!("run {run}");
        ada.message(text.clone()).await.unwrap();
        let received = ada.next().await;
        assert!(
            matches!(&received, Some(Ok(ServerMessage::Message { text: received, .. })) if *received == text),
            "{received:?}"
        );
        before = http(address, "GET", "/room/a/history", "").await;
        assert!(before.contains(&text), "{before}");
        // The session is still open.
        serving.stop().await;
    }
    let serving = chat(&folder).await.unwrap();
    assert_eq!(http(serving.address(), "GET", "/room/a/history", "").await, before);
    assert_eq!(before.matches("run ").count(), 3, "{before}");
}

#[tokio::test(flavor = "multi_thread")]
async fn timers_fire_after_a_restart_and_at_once_if_overdue() {
    let folder = tempfile::tempdir().unwrap();
    let serving = rooms(folder.path()).await;
    let address = serving.address();
    let soon = now() + 600;
    for (room, at) in [("a", soon), ("b\u{e4}", soon), ("later", now() + 3_600_000)] {
        http(address, "PUT", &format!("/storage/{room}/timers/first/{at}"), "").await;
    }
    http(address, "PUT", &format!("/storage/a/timers/slow/{soon}"), "").await;
    http(address, "PUT", "/storage/a/values/key", "kept").await;
    serving.stop().await;
    sleep(Duration::from_millis(800)).await;

    let serving = rooms(folder.path()).await;
    // No request is sent: the rooms are started for their timers.
    sleep(Duration::from_millis(800)).await;
    serving.stop().await;

    let serving = rooms(folder.path()).await;
    let address = serving.address();
    assert_eq!(http(address, "GET", "/storage/a/fired", "").await, r#"["first","slow begins","slow ends"]"#);
    assert_eq!(http(address, "GET", "/storage/b\u{e4}/fired", "").await, r#"["first"]"#);
    assert_eq!(http(address, "GET", "/storage/later/fired", "").await, "[]");
    assert_eq!(http(address, "GET", "/storage/a/values/key", "").await, "kept");
    serving.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timer_interrupted_by_a_restart_fires_again() {
    let folder = tempfile::tempdir().unwrap();
    let serving = rooms(folder.path()).await;
    http(serving.address(), "PUT", "/storage/a/timers/slow/0", "").await;
    // Its handler takes 300 ms.
    sleep(Duration::from_millis(100)).await;
    serving.stop().await;
    let serving = rooms(folder.path()).await;
    sleep(Duration::from_millis(600)).await;
    let fired = http(serving.address(), "GET", "/storage/a/fired", "").await;
    assert_eq!(fired, r#"["slow begins","slow begins","slow ends"]"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unusable_folder_is_an_error_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let data_file = folder.path().join("rooms.redb");
    let serving = chat(folder.path()).await.unwrap();
    let locked = chat(folder.path()).await.unwrap_err();
    assert!(locked.to_string().contains("another server uses it"), "{locked}");
    assert!(locked.to_string().contains(data_file.to_str().unwrap()), "{locked}");
    http(serving.address(), "GET", "/room/a/history", "").await;
    serving.stop().await;
    let whole = fs::read(&data_file).unwrap();

    let mut flipped = whole.clone();
    flipped.iter_mut().skip(16).step_by(7).for_each(|byte| *byte ^= 0x55);
    for (what, bytes) in [
        ("text", b"this is no database".as_slice()),
        ("long text", &b"this is no database".repeat(10_000)),
        ("half", whole.get(..whole.len() / 2).unwrap()),
        ("a beginning", whole.get(..100).unwrap()),
        ("flipped", &flipped),
        ("zeros", &vec![0; whole.len()]),
        ("nothing", b""),
    ] {
        fs::write(&data_file, bytes).unwrap();
        let damaged = chat(folder.path()).await.err().unwrap_or_else(|| panic!("{what} was opened"));
        assert_eq!(damaged.kind(), ErrorKind::InvalidData, "{what}: {damaged}");
        assert!(damaged.to_string().starts_with("cannot keep rooms in "), "{what}: {damaged}");
        // The damaged file is not changed.
        assert_eq!(fs::read(&data_file).unwrap(), bytes, "{what}");
    }

    let in_a_file = chat(&data_file).await.unwrap_err();
    assert!(in_a_file.to_string().starts_with("cannot keep rooms in "), "{in_a_file}");
}
