//! The program with pipes in place of a terminal, against the chat on the local host.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    process::{ExitStatus, Stdio},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command},
    time::timeout,
};
use websocket_do::local::{Server, ServerHandle};

struct Terminal {
    child: Child,
    input: Option<ChildStdin>,
    room: Lines<BufReader<ChildStdout>>,
    notes: Lines<BufReader<ChildStderr>>,
}

impl Terminal {
    fn open(url: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chat-cli"));
        command.arg(url).args(arguments).kill_on_drop(true);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let room = BufReader::new(child.stdout.take().unwrap()).lines();
        let notes = BufReader::new(child.stderr.take().unwrap()).lines();
        Self { input: child.stdin.take(), room, notes, child }
    }

    async fn types(&mut self, line: &str) {
        self.input.as_mut().unwrap().write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }

    async fn shows(&mut self, line: &str) {
        assert_eq!(within(self.room.next_line()).await.unwrap().as_deref(), Some(line));
    }

    async fn notes(&mut self, start: &str) {
        let line = within(self.notes.next_line()).await.unwrap().unwrap_or_default();
        assert!(line.starts_with(start), "expected {start:?}, got {line:?}");
    }

    async fn notes_at_last(&mut self, start: &str) {
        while !within(self.notes.next_line()).await.unwrap().expect("a note").starts_with(start) {}
    }

    async fn ends(&mut self) -> ExitStatus {
        within(self.child.wait()).await.unwrap()
    }
}

async fn within<F: Future>(future: F) -> F::Output {
    timeout(Duration::from_secs(20), future).await.expect("within twenty seconds")
}

async fn serve(port: u16) -> ServerHandle {
    Server::new(chat::app()).port(port).start().await.unwrap()
}

fn url(server: &ServerHandle, room: &str) -> String {
    format!("ws://{}/room/{room}/websocket", server.address())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_clients_chat() {
    let server = serve(0).await;
    let mut ada = Terminal::open(&url(&server, "tea"), &["--name", "Ada"]);
    ada.notes("* connected").await;
    let mut bob = Terminal::open(&url(&server, "tea"), &["--name", "Bob", "--format", "msgpack"]);
    bob.notes("* connected").await;
    ada.shows("Bob has come").await;
    bob.types("hello").await;
    for terminal in [&mut ada, &mut bob] {
        terminal.shows("Bob: hello").await;
    }
    ada.types("/history").await;
    ada.shows("Bob: hello").await;
    ada.types("/history 101").await;
    ada.notes("* the call or its reply is not valid: `limit`").await;
    bob.types("/name Robert").await;
    ada.shows("Bob is now Robert").await;
    ada.types("/dance").await;
    ada.notes("* unknown command `/dance`").await;
    ada.types(&"x".repeat(1001)).await;
    ada.notes("* not sent: the outgoing message is not valid: `text` must have 1 to 1000 characters").await;
    bob.types("\u{1b}[2Jbye").await;
    ada.shows("Robert: \u{fffd}[2Jbye").await;
    bob.types("a\u{202e}b\u{2028}c\u{9b}31m").await;
    ada.shows("Robert: a\u{fffd}b\u{fffd}c\u{fffd}31m").await;
    bob.types("/quit").await;
    assert!(bob.ends().await.success());
    ada.shows("Robert has gone").await;
    drop(ada.input.take());
    assert!(ada.ends().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_connection_is_reported_with_the_reason() {
    let server = serve(0).await;
    let mut eve = Terminal::open(&url(&server, "private-tea"), &[]);
    eve.notes("error: the server refused the session with status 401: Unauthorized").await;
    assert!(!eve.ends().await.success());
    let mut ada = Terminal::open(&url(&server, "private-tea"), &["--token", "demo"]);
    ada.notes("* connected").await;
    let mut lost = Terminal::open("ftp://127.0.0.1:1", &[]);
    lost.notes("error: the request cannot be made").await;
    assert!(!lost.ends().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn wait_retries_until_the_room_can_be_reached() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut ada = Terminal::open(&format!("ws://127.0.0.1:{port}/room/tea/websocket"), &["--name", "Ada", "--wait"]);
    ada.notes("* the connection failed").await;
    ada.types("is anyone there").await;
    // The line is queued before the server starts.
    tokio::time::sleep(Duration::from_millis(50)).await;
    let _server = serve(port).await;
    ada.notes_at_last("* connected").await;
    ada.shows("Ada: is anyone there").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reconnect_after_a_restart_sets_the_latest_name_again() {
    let server = serve(0).await;
    let port = server.address().port();
    let mut ada = Terminal::open(&url(&server, "tea"), &["--name", "Ada"]);
    ada.notes("* connected").await;
    ada.types("/name Countess").await;
    ada.shows("Ada is now Countess").await;
    server.stop().await;
    ada.notes("* ").await;
    ada.types("is anyone there").await;
    ada.notes_at_last("* not connected").await;
    let _server = serve(port).await;
    ada.notes_at_last("* connected again").await;
    // The queued message is sent first, under the name in the URL.
    ada.shows("Ada: is anyone there").await;
    ada.shows("Ada is now Countess").await;
}
