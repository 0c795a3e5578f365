//! Handlers that block forever.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Command, Stdio},
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use tokio::{io::AsyncWriteExt, task::spawn_blocking, time::timeout};
use websocket_do::{App, local::Server};

use super::{PATIENCE, contains, get, room, room::RELEASE, serve, text, until_the_end, upgraded};

/// Ends the blocking handlers when it is dropped.
struct Release;

impl Drop for Release {
    fn drop(&mut self) {
        RELEASE.store(true, Ordering::Relaxed);
    }
}

/// Waits until the handler blocks its room, whose requests are then answered with 503.
async fn wait_until_blocked(address: SocketAddr, path: &str) {
    let stuck = async { while get(address, path).await.0 != 503 {} };
    timeout(PATIENCE, stuck).await.expect("503");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocking_handler_delays_neither_other_rooms_nor_shutdown() {
    let _release = Release;
    let stall = Duration::from_millis(300);
    let server = serve(|server| server.stall_timeout(stall).shutdown_timeout(Duration::from_secs(4))).await;
    let address = server.address();
    // One more than there are threads.
    let threads = std::thread::available_parallelism().unwrap().get();
    let mut streams = Vec::new();
    for n in 0..=threads {
        let mut stream = upgraded(address, &format!("/stuck{n}/websocket")).await;
        stream.write_all(&text(r#"{"type":"spin"}"#)).await.unwrap();
        wait_until_blocked(address, &format!("/stuck{n}/count")).await;
        streams.push(stream);
    }
    // New rooms still get threads.
    for n in 0..20 {
        assert_eq!(get(address, &format!("/new{n}/count")).await, (200, "0".into()));
    }
    // The sockets of blocked rooms get a close frame.
    let begun = Instant::now();
    let stop = tokio::spawn(server.stop());
    for stream in &mut streams {
        assert!(contains(&until_the_end(stream).await, &1001_u16.to_be_bytes()));
    }
    timeout(PATIENCE, stop).await.unwrap().unwrap();
    assert!(begun.elapsed() < PATIENCE);
}

/// The server of the next test, which runs it in a separate process.
#[test]
#[ignore = "the server process of the next test"]
fn server_of_another_process() {
    if std::env::var("SERVES").is_ok() {
        let app = App::new().rooms::<room::Loaded>("/{room}");
        let limit = Duration::from_secs(2);
        let ended = Server::new(app).port(0).stall_timeout(limit / 10).shutdown_timeout(limit).run();
        println!("ended: {}", ended.unwrap_err());
        std::process::exit(3);
    }
}

#[cfg_attr(not(unix), ignore = "there are no signals")]
#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_a_server_with_a_blocking_handler() {
    for signal in ["-INT", "-TERM"] {
        let mut server = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "stalls::server_of_another_process", "--ignored", "--nocapture"])
            .env("SERVES", "1")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
        let listening =
            lines.find_map(|line| line.unwrap().split_once("listening on http://").map(|(_, at)| at.to_owned()));
        let address = listening.expect("an address").parse().unwrap();
        let mut stream = upgraded(address, "/stuck/websocket").await;
        stream.write_all(&text(r#"{"type":"spin"}"#)).await.unwrap();
        wait_until_blocked(address, "/stuck/count").await;
        assert!(Command::new("kill").args([signal, &server.id().to_string()]).status().unwrap().success());
        assert!(contains(&until_the_end(&mut stream).await, &1001_u16.to_be_bytes()));
        let last = spawn_blocking(move || {
            (lines.find_map(|line| line.ok().filter(|line| line.contains("ended: "))), server.wait())
        });
        let (line, status) = timeout(PATIENCE, last).await.expect("the process ends").unwrap();
        assert_eq!(status.unwrap().code(), Some(3));
        let line = line.expect("an error");
        assert!(line.contains(r#"`spin` (Spin) of the room "stuck" of `Loaded`"#), "{line}");
    }
}
