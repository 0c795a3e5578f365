//! Kills the chat's process with `SIGKILL` and starts it again: all clients reconnect, and no message is delivered twice.
//! Run with `--nocapture` for the figures.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::{
    collections::{HashMap, HashSet},
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use chat::{
    protocol::{ClientMessage, ServerMessage},
    room::ChatRoomClient,
};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};
use websocket_do::{
    Format,
    client::{Event, Sent},
};

const CLIENTS: usize = 50;
/// The bounds of the clients' back-off.
const BACKOFF: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(2)];
const DOWN: Duration = Duration::from_millis(1500);

struct Process(Child);

impl Process {
    /// Starts the chat and waits until it listens.
    fn start(port: u16) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chat"));
        command.args(["--port", &port.to_string()]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().ends_with(&format!("listening on http://127.0.0.1:{port}"))));
        Self(child)
    }

    /// Sends `SIGKILL`.
    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = (self.0.kill(), self.0.wait());
    }
}

/// The results of one client.
#[derive(Default)]
struct Report {
    /// The messages sent, and whether at once.
    sent: Vec<(String, Sent)>,
    refused: usize,
    lost: Vec<String>,
    /// How often each text was received.
    received: HashMap<String, usize>,
    /// When it reconnected, and after how many attempts.
    back: Option<(Instant, u32)>,
}

/// Sends messages until `stop` changes, then receives until nothing has arrived for a second.
async fn talk(
    number: usize,
    client: ChatRoomClient,
    mut stop: watch::Receiver<bool>,
    back: Arc<AtomicUsize>,
) -> Report {
    let (mut sender, mut room) = client.split();
    let mut report = Report::default();
    let mut count = 0;
    let mut stopping = false;
    let mut tick = tokio::time::interval(Duration::from_millis(100));
    loop {
        tokio::select! {
            event = room.events().next() => match event {
                Some(Event::Message(ServerMessage::Message { text, .. })) => {
                    *report.received.entry(text).or_default() += 1;
                }
                Some(Event::Message(_) | Event::Opened | Event::Reconnecting { .. }) => {}
                Some(Event::Reconnected { attempts }) => {
                    report.back = Some((Instant::now(), attempts));
                    back.fetch_add(1, Ordering::Relaxed);
                }
                Some(Event::Undelivered(lost)) => {
                    assert!(lost.may_have_arrived && lost.omitted == 0, "{lost:?}");
                    report.lost.extend(lost.messages.into_iter().map(|message| match message {
                        ClientMessage::Message { text } => text,
                        other => panic!("{other:?}"),
                    }));
                }
                other => panic!("client {number}: {other:?}"),
            },
            _ = tick.tick(), if !stopping => {
                let text = format!("{number}:{count}");
                count += 1;
                match sender.message(&text).await {
                    Ok(sent) => report.sent.push((text, sent)),
                    Err(_) => report.refused += 1,
                }
            }
            _ = stop.changed(), if !stopping => stopping = true,
            () = sleep(Duration::from_secs(1)), if stopping => return report,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_reconnect_to_a_killed_server_and_no_message_is_delivered_twice() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut server = Process::start(port);
    let (stop, stopped) = watch::channel(false);
    let (mut clients, back) = (JoinSet::new(), Arc::new(AtomicUsize::new(0)));
    for number in 0..CLIENTS {
        let client = ChatRoomClient::builder(format!("ws://127.0.0.1:{port}/room/tea/websocket"))
            .format(if number % 2 == 0 { Format::Json } else { Format::MessagePack })
            .backoff(BACKOFF[0], BACKOFF[1]);
        let client = client.connect().await.unwrap();
        clients.spawn(talk(number, client, stopped.clone(), back.clone()));
    }
    sleep(Duration::from_secs(1)).await;
    server.kill();
    sleep(DOWN).await;
    let mut server = tokio::task::spawn_blocking(move || Process::start(port)).await.unwrap();
    let started = Instant::now();
    let all_back = async {
        while back.load(Ordering::Relaxed) < CLIENTS {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(Duration::from_secs(20), all_back).await.expect("all clients to reconnect");
    sleep(Duration::from_secs(1)).await;
    stop.send(true).unwrap();
    let reports = timeout(Duration::from_secs(20), clients.join_all()).await.expect("to end in time");
    server.kill();

    let received_by_any: HashSet<&String> = reports.iter().flat_map(|report| report.received.keys()).collect();
    let (mut now, mut queued, mut lost) = (0, 0, 0);
    let (mut latest, mut attempts) = (Duration::ZERO, 0);
    for (number, report) in reports.iter().enumerate() {
        let (when, tried) = report.back.unwrap_or_else(|| panic!("client {number} did not reconnect"));
        latest = latest.max(when.saturating_duration_since(started));
        attempts = attempts.max(tried);
        assert_eq!(report.refused, 0, "a message was refused: the queue was full");
        for (text, times) in &report.received {
            assert_eq!(*times, 1, "client {number} received `{text}` {times} times");
        }
        for (text, sent) in &report.sent {
            let is_lost = report.lost.contains(text);
            match sent {
                Sent::Now => now += 1,
                Sent::Queued => queued += 1,
            }
            assert!(*sent == Sent::Now || !is_lost, "`{text}` was queued, and then lost");
            assert!(
                is_lost || report.received.contains_key(text),
                "`{text}` was neither received nor reported as undelivered, {sent:?}"
            );
        }
        lost += report.lost.len();
    }
    // The next attempt follows a failed one within the bound of the back-off; the rest allows for a busy machine.
    assert!(latest <= BACKOFF[1] + Duration::from_secs(5), "the last client reconnected after {latest:?}");
    let arrived = reports.iter().flat_map(|report| &report.lost).filter(|text| received_by_any.contains(text)).count();
    println!(
        "{CLIENTS} clients, down for {DOWN:?}, back-off up to {:?}: all reconnected within {latest:?} of the restart, with at most \
         {attempts} attempts; {now} messages sent at once, {queued} queued, {lost} reported as unconfirmed, of which {arrived} \
         had arrived; none was delivered twice",
        BACKOFF[1],
    );
}
