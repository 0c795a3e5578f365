//! The names of handlers that fail, panic or stall, on standard error of a server without a subscriber of `tracing`.

use std::{
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    thread::{self, JoinHandle},
    time::Duration,
};

use tokio::{io::AsyncWriteExt, net::TcpStream, time::sleep};
use websocket_do::{App, local::Server};

use super::{exchange, text, upgraded};

/// What clients send. It must not be in the log.
const SECRET: &str = "xyzzy-secret";

/// The server of the next test, which runs it in a separate process.
#[test]
#[ignore = "the server process of the next test"]
fn server_of_another_process() {
    if std::env::var("SERVES").is_ok() {
        let app = App::new().rooms::<rooms::Faulty>("/{room}");
        let ended = Server::new(app).port(0).run();
        println!("ended: {ended:?}");
    }
}

/// A server process, killed when it is dropped.
struct Process {
    child: Child,
    address: SocketAddr,
    errors: Option<JoinHandle<String>>,
}

impl Process {
    fn start() -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "faulty::server_of_another_process", "--ignored", "--nocapture"])
            .envs([("SERVES", "1"), ("RUST_BACKTRACE", "0")])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut errors = child.stderr.take().unwrap();
        let errors = thread::spawn(move || {
            let mut text = String::new();
            errors.read_to_string(&mut text).unwrap();
            text
        });
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address =
            lines.find_map(|line| line.unwrap().split_once("listening on http://").map(|(_, at)| at.to_owned()));
        let address = address.expect("an address").parse().unwrap();
        Self { child, address, errors: Some(errors) }
    }

    /// Ends the process; returns everything that it wrote to standard error.
    fn stop(mut self) -> String {
        self.child.kill().unwrap();
        self.errors.take().unwrap().join().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn send(stream: &mut TcpStream, message: &str) {
    let json = format!(r#"{{"type":"{message}","text":"{SECRET}"}}"#);
    stream.write_all(&text(&json)).await.unwrap();
    sleep(Duration::from_millis(300)).await;
}

async fn post(address: SocketAddr, path: &str) -> String {
    let length = SECRET.len();
    let request =
        format!("POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{SECRET}");
    exchange(address, request.as_bytes()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_handler_that_fails_or_panics_is_named_on_standard_error_without_contents() {
    let server = Process::start();
    let address = server.address;
    for fault in ["fail", "panic"] {
        let path = format!("/lobby/websocket?do={fault}&text={SECRET}");
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
             sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        // The connection of a rejected upgrade stays open.
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        sleep(Duration::from_millis(200)).await;
    }
    let mut ada = upgraded(address, &format!("/lobby/websocket?text={SECRET}")).await;
    let mut bob = upgraded(address, "/attic/websocket").await;
    send(&mut ada, "fail").await;
    send(&mut ada, "failLater").await;
    send(&mut ada, SECRET).await;
    send(&mut ada, "endRound").await;
    send(&mut ada, "spawn").await;
    assert!(post(address, &format!("/lobby/seats/{SECRET}")).await.contains("Internal Server Error"));
    post(address, &format!("/lobby/panic/{SECRET}")).await;
    send(&mut ada, "panic").await;
    // The handlers of two rooms interleave.
    bob.write_all(&text(&format!(r#"{{"type":"failLater","text":"{SECRET}"}}"#))).await.unwrap();
    send(&mut ada, "panicLater").await;
    send(&mut ada, "hang").await;
    sleep(Duration::from_millis(1_500)).await;
    drop(ada);
    sleep(Duration::from_millis(300)).await;
    let log = server.stop();
    assert!(!log.contains(SECRET), "{log}");
    let sessions = |room: &str, line: &str| {
        let start = format!("error: Faulty `{room}`: session ");
        log.lines().filter(|found| found.starts_with(&start) && found.ends_with(&format!(": {line}"))).count()
    };
    for line in [
        "`#[open]` failed: on purpose",
        "`fail` (Fail) failed: on purpose",
        "`fails_later` (FailLater) failed: on purpose",
        "`#[invalid]` failed: on purpose",
        "`panic` (Panic) panicked; the room restarts",
        "`panic_later` (PanicLater) panicked; the room restarts",
        "`hang` (Hang): the handler was dropped: it had not returned after 1000 ms",
        "`#[close]` failed: on purpose",
    ] {
        assert_eq!(sessions("lobby", line), 1, "{line} in:\n{log}");
    }
    assert_eq!(sessions("attic", "`fails_later` (FailLater) failed: on purpose"), 1, "{log}");
    for line in [
        "`#[connect]` failed: on purpose",
        "`#[connect]` panicked; the room restarts",
        "the timer `round` failed: on purpose",
        "`POST /seats/{seat}` (take_seat) failed: on purpose",
        "`POST /panic/{seat}` (panic_http) panicked; the room restarts",
    ] {
        let line = format!("error: Faulty `lobby`: {line}");
        assert_eq!(log.lines().filter(|found| *found == line).count(), 1, "{line} in:\n{log}");
    }
    let tasks = log.lines().filter(|line| line.starts_with("error: Faulty `lobby`: the background task of ")).count();
    assert_eq!(tasks, 1, "{log}");
}
