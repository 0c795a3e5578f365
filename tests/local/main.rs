//! The limits of the local host: memory, time and threads that a peer or a handler can take.

#![expect(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod background;
mod backlog;
mod client_calls;
mod faulty;
mod requests;
mod room;
mod sessions;
mod silence;
mod stalls;
mod start;
mod state;
mod tower;

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};
use websocket_do::{
    App,
    local::{Server, ServerHandle},
};

/// Much longer than any step takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Starts a server with these limits on a free port.
async fn serve(limits: impl FnOnce(Server) -> Server) -> ServerHandle {
    let app = App::new().rooms::<room::Loaded>("/{room}");
    limits(Server::new(app).port(0)).start().await.expect("a server on a free port")
}

/// Sends a request; returns everything received until the server ends the connection.
async fn exchange(address: SocketAddr, request: &[u8]) -> String {
    let exchange = async {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        // The server may answer and end the connection before all is written.
        let _ = stream.write_all(request).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8(answer).expect("text")
    };
    timeout(PATIENCE, exchange).await.expect("an end in time")
}

/// Sends a GET request; returns status and body.
async fn get(address: SocketAddr, path: &str) -> (u16, String) {
    let answer =
        exchange(address, format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes()).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    (head[9..12].parse().expect("a status"), body.to_owned())
}

/// Polls a path until the answer is `expected`, at most [`PATIENCE`].
async fn becomes(address: SocketAddr, path: &str, expected: &str) {
    let mut last = String::new();
    for _ in 0..PATIENCE.as_millis() / 20 {
        last = get(address, path).await.1;
        if last == expected {
            return;
        }
        sleep(Duration::from_millis(20)).await;
    }
    panic!("{path} never became {expected:?}; it is {last:?}");
}

/// Waits until the server ends the connection; returns everything received.
async fn until_the_end(stream: &mut TcpStream) -> Vec<u8> {
    let mut received = Vec::new();
    let _ = timeout(PATIENCE, stream.read_to_end(&mut received)).await.expect("the server ends the connection");
    received
}

/// Opens a WebSocket as a bare TCP connection.
async fn upgraded(address: SocketAddr, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.expect("an open connection");
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(timeout(PATIENCE, stream.read_u8()).await.expect("an answer").expect("an open connection"));
    }
    assert!(answer.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&answer));
    stream
}

/// A text frame, masked with zeros.
fn text(payload: &str) -> Vec<u8> {
    let length = payload.len();
    let length = match u8::try_from(length) {
        Ok(short @ ..126) => vec![0x80 | short],
        _ => [&[0xfe][..], &u16::try_from(length).expect("a short message").to_be_bytes()].concat(),
    };
    [&[0x81], &length[..], &[0; 4], payload.as_bytes()].concat()
}

/// Whether `bytes` contain `part`.
fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
