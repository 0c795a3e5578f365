//! A server whose data file cannot grow any more, until it can again. The limit is one of the process, so that no special
//! file system is needed.

#![cfg(target_os = "linux")]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpStream,
    process::{Child, Command},
    time::{sleep, timeout},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, protocol::CloseFrame},
};

const PATIENCE: Duration = Duration::from_mins(1);

/// A folder that is deleted when this is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("websocket-do-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The rooms as a process, killed when this is dropped.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    /// Starts it; no file that it writes may become larger than `limit` KiB, as far as there is a limit.
    async fn start(folder: &Path, limit: &str) -> Self {
        // Without the trap, a write beyond the limit ends the process.
        let script = r#"trap "" XFSZ; ulimit -S -f "$1"; exec "$2" --port 0 --data "$3""#;
        let mut command = Command::new("bash");
        command.args(["-c", script, "bash", limit, env!("CARGO_BIN_EXE_rooms")]).arg(folder);
        let mut child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().expect("a server");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let line = timeout(PATIENCE, lines.next_line()).await.expect("a line in time").unwrap().expect("a line");
        let address = line.strip_prefix("listening on http://").expect("an address").to_owned();
        Self { child, address }
    }

    /// There is space again.
    async fn lift_the_limit(&self) {
        let id = self.child.id().expect("a running server").to_string();
        let lifted = Command::new("prlimit").args(["--pid", &id, "--fsize=unlimited"]).status().await;
        assert!(lifted.expect("prlimit, of util-linux").success());
    }

    async fn join(&self, room: &str) -> Client {
        let url = format!("ws://{}/keeper/{room}/websocket", self.address);
        Client(timeout(PATIENCE, connect_async(url)).await.expect("in time").expect("a session").0)
    }
}

struct Client(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Client {
    /// What is answered, or how the session was closed.
    async fn call(&mut self, message: &Value) -> Result<Value, Option<CloseFrame>> {
        if self.0.send(Message::text(message.to_string())).await.is_err() {
            return Err(None);
        }
        match timeout(PATIENCE, self.0.next()).await.expect("an answer in time") {
            Some(Ok(Message::Text(text))) => Ok(serde_json::from_str(&text).unwrap()),
            Some(Ok(Message::Close(frame))) => Err(frame),
            other => panic!("{other:?}"),
        }
    }

    async fn put(&mut self, key: &str, text: &str) -> Result<Value, Option<CloseFrame>> {
        self.call(&json!({ "type": "put", "key": key, "text": text })).await
    }

    async fn text(&mut self, key: &str) -> String {
        let answer = self.call(&json!({ "type": "get", "key": key })).await.expect("an answer");
        assert_eq!(answer["type"], "text", "{answer}");
        answer["text"].as_str().unwrap_or_default().to_owned()
    }
}

fn is_done(answer: &Value) -> bool {
    answer["type"] == "done"
}

#[tokio::test]
async fn a_full_disk_costs_the_sessions_it_lied_to_and_heals() {
    let folder = Folder::new("full-disk");
    let server = Server::start(&folder.0, "6144").await;
    let (mut witness, mut other) = (server.join("a").await, server.join("b").await);
    assert!(is_done(&other.put("kept", "before").await.unwrap()));

    let text = "t".repeat(200_000);
    let mut writer = server.join("a").await;
    let mut acknowledged = 0;
    let closed = loop {
        match writer.put(&acknowledged.to_string(), &text).await {
            Ok(answer) => assert!(is_done(&answer), "{answer}"),
            Err(closed) => break closed,
        }
        acknowledged += 1;
        assert!(acknowledged < 100, "the file has no limit");
    };
    // The first write that fails was taken for done by the room; its acknowledgement did not leave.
    assert_eq!(closed.map(|frame| u16::from(frame.code)), Some(1012));
    assert!(acknowledged > 3, "only {acknowledged} writes fit");

    // Sessions that were told nothing wrong stay, in this room too, and what was kept can be read.
    assert_eq!(witness.text("0").await, text);
    assert_eq!(other.text("kept").await, "before");
    // From now on, a handler gets the error itself.
    for client in [&mut witness, &mut other] {
        let refused = client.put("refused", &text.repeat(4)).await.expect("an answer");
        let error = refused["error"].as_str().unwrap_or_default();
        assert!(error.starts_with("the data file: "), "{refused}");
    }

    server.lift_the_limit().await;
    let mut healed = other.put("after", &text).await.unwrap();
    for _ in 0..1000 {
        if is_done(&healed) {
            break;
        }
        sleep(Duration::from_millis(10)).await;
        healed = other.put("after", &text).await.unwrap();
    }
    assert!(is_done(&healed), "{healed}");
    let mut writer = server.join("a").await;
    assert!(is_done(&writer.put("after", &text).await.unwrap()));

    // What was acknowledged is there, before and after a crash; what was refused is not.
    drop((writer, witness, other, server));
    let server = Server::start(&folder.0, "unlimited").await;
    let (mut a, mut b) = (server.join("a").await, server.join("b").await);
    for key in 0..acknowledged {
        assert_eq!(a.text(&key.to_string()).await, text, "{key}");
    }
    assert_eq!(a.text("after").await, text);
    for (key, expected) in [("after", &*text), ("kept", "before"), ("refused", "")] {
        assert_eq!(b.text(key).await, expected, "{key}");
    }
    assert_eq!(a.text(&acknowledged.to_string()).await, "");
}
