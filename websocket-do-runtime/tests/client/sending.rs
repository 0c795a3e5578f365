//! Sent, queued and undelivered messages, against servers of the test's own. The shared cases are in `tests/client/cases`.
#![allow(clippy::panic, clippy::unwrap_used)] // all of it is test code

use std::{sync::Arc, time::Duration};

use futures_util::{SinkExt, StreamExt};
use tokio::{
    sync::{Semaphore, mpsc},
    time::sleep,
};
use tokio_tungstenite::tungstenite::Message as Raw;
use websocket_do_runtime::{
    client::{Builder, ClientError, Event, SendError, SendMessage, Sent},
    codec::Frame,
};

use crate::support::{Client, Note, accept, bounded, echo, event, hasty, refuse, say, serve_each, text};

/// A client whose server drops the first connection, refuses the next until there is a permit, and then returns what it receives.
async fn lossy() -> (Client, Arc<Semaphore>, mpsc::UnboundedReceiver<Raw>) {
    lossy_with(|room| room).await
}

async fn lossy_with(
    options: impl FnOnce(Builder<Note>) -> Builder<Note>,
) -> (Client, Arc<Semaphore>, mpsc::UnboundedReceiver<Raw>) {
    let permit = Arc::new(Semaphore::new(0));
    let (sender, receiver) = mpsc::unbounded_channel();
    let open = permit.clone();
    let url = serve_each(move |number, socket| {
        let (open, sender) = (open.clone(), sender.clone());
        async move {
            match number {
                0 => drop(accept(socket, true).await),
                _ if open.available_permits() == 0 => refuse(socket, 503).await,
                _ => {
                    let (mut peer, ..) = accept(socket, true).await;
                    while let Some(Ok(frame)) = peer.next().await {
                        let _ = sender.send(frame);
                    }
                }
            }
        }
    })
    .await;
    let mut room = bounded(options(hasty(url)).connect()).await.unwrap();
    while !matches!(event(&mut room).await, Some(Event::Reconnecting { .. })) {}
    (room, permit, receiver)
}

#[tokio::test]
async fn messages_that_wait_for_a_connection_are_bounded_in_bytes() {
    let (room, permit, mut received) = lossy_with(|room| room.queue(1000).queue_bytes(100_000)).await;
    let large = "x".repeat(40_000);
    for _ in 0..2 {
        assert_eq!(bounded(room.send(say(&large))).await, Ok(Sent::Queued));
    }
    assert_eq!(bounded(room.send(say(&large))).await, Err(SendError::Full));
    assert_eq!(bounded(room.send(say("small"))).await, Ok(Sent::Queued));
    permit.add_permits(1);
    for expected in [large.as_str(), &large, "small"] {
        assert_eq!(bounded(received.recv()).await, Some(text(expected)));
    }

    let (room, ..) = lossy_with(|room| room.queue_bytes(10)).await;
    assert_eq!(bounded(room.send(say(&large))).await, Ok(Sent::Queued), "one is accepted, however large");
    assert_eq!(bounded(room.send(say("x"))).await, Err(SendError::Full));
}

#[tokio::test]
async fn a_server_that_reads_nothing_applies_backpressure() {
    const LARGE: usize = 1 << 20;
    let url = serve_each(|number, socket| async move {
        if number > 0 {
            return echo(socket).await;
        }
        let (_peer, ..) = accept(socket, true).await;
        std::future::pending::<()>().await;
    })
    .await;
    let room = hasty(url).heartbeat(Duration::from_millis(200), Duration::from_secs(1));
    let (sender, mut receiver) = bounded(room.connect()).await.unwrap().0.split();
    let sending = tokio::spawn(async move {
        for _ in 0..100 {
            sender.send_frame(Frame::Binary(vec![0; LARGE])).await.unwrap();
        }
    });
    assert_eq!(bounded(receiver.events().next()).await, Some(Event::Opened));
    match bounded(receiver.events().next()).await {
        Some(Event::Undelivered(lost)) => {
            let (kept, all) = (lost.frames.len(), lost.frames.len() + lost.omitted);
            assert!(kept <= 2, "{kept} MiB were kept");
            assert!((1..50).contains(&all), "{all} MiB were taken from the application");
        }
        other => panic!("{other:?}"),
    }
    sending.abort();
}

#[tokio::test]
async fn a_close_delivers_what_is_queued() {
    let (room, permit, mut received) = lossy().await;
    assert_eq!(bounded(room.send(say("last"))).await, Ok(Sent::Queued));
    permit.add_permits(1);
    bounded(room.close_with(4001, "bye")).await.unwrap();
    assert_eq!(room.closed().unwrap().code(), 4001);
    assert_eq!(bounded(received.recv()).await, Some(text("last")));
    match bounded(received.recv()).await {
        Some(Raw::Close(Some(close))) => assert_eq!((u16::from(close.code), &*close.reason), (4001, "bye")),
        other => panic!("{other:?}"),
    }
    assert_eq!(bounded(room.send(say("late"))).await, Err(SendError::Closed));
}

#[tokio::test]
async fn a_close_that_cannot_deliver_is_an_error() {
    let (mut room, ..) = lossy().await;
    assert_eq!(bounded(room.send(say("never"))).await, Ok(Sent::Queued));
    assert!(matches!(bounded(room.close()).await, Err(ClientError::Transport(_))));
    let mut lost = None;
    while let Some(event) = event(&mut room).await {
        if let Event::Undelivered(undelivered) = event {
            assert!(!undelivered.may_have_arrived);
            lost = Some(undelivered.messages);
        }
    }
    assert_eq!(lost, Some(vec![say("never")]));

    let (room, ..) = lossy().await;
    assert_eq!(bounded(room.close()).await, Ok(()), "nothing was queued");
    assert_eq!(room.closed().unwrap().code(), 1006);
}

#[tokio::test]
async fn a_message_that_the_server_has_confirmed_is_not_reported() {
    let url = serve_each(|_, socket| async move {
        let (mut peer, ..) = accept(socket, true).await;
        while let Some(Ok(frame)) = peer.next().await {
            if frame == Raw::text("wsdo:ping") {
                peer.send(Raw::text("wsdo:pong")).await.unwrap();
            } else if frame == text("die") {
                return;
            }
        }
    })
    .await;
    let room = hasty(url).heartbeat(Duration::from_millis(30), Duration::from_secs(5));
    let mut room = bounded(room.connect()).await.unwrap();
    bounded(room.send(say("safe"))).await.unwrap();
    sleep(Duration::from_secs(1)).await;
    bounded(room.send(say("die"))).await.unwrap();
    assert_eq!(event(&mut room).await, Some(Event::Opened));
    assert!(matches!(event(&mut room).await, Some(Event::Undelivered(lost)) if lost.messages == [say("die")]));
}

#[tokio::test]
async fn a_close_that_is_not_answered_ends_in_time() {
    let url = serve_each(|_, socket| async move {
        let peer = accept(socket, true).await;
        sleep(Duration::from_mins(1)).await;
        drop(peer);
    })
    .await;
    let room = bounded(hasty(url).connect()).await.unwrap();
    assert!(matches!(bounded(room.close()).await, Err(ClientError::Timeout(_))));
}

#[tokio::test]
async fn halves_send_and_receive_from_different_tasks() {
    let url = serve_each(|_, socket| echo(socket)).await;
    let (sender, mut receiver) = bounded(hasty(url).connect()).await.unwrap().0.split();
    for task in 0..4 {
        let mut sender = Client(sender.clone());
        tokio::spawn(async move {
            for number in 0..50 {
                sender.send_message(say(&format!("{task} {number}"))).await.unwrap();
            }
        });
    }
    let mut next = [0; 4];
    for _ in 0..200 {
        let said = bounded(receiver.next()).await.unwrap().unwrap();
        let task = (0..4).find(|task| said == say(&format!("{task} {}", next[*task]))).unwrap();
        next[task] += 1;
    }
    drop(receiver);
    assert_eq!(bounded(sender.send(say("into the void"))).await, Ok(Sent::Now));
    bounded(sender.close()).await.unwrap();
}

impl SendMessage<Note> for Client<websocket_do_runtime::client::Sender<Note>> {
    type Sent = Sent;

    fn send_message(&mut self, note: Note) -> impl Future<Output = Result<Sent, SendError>> + Send {
        self.0.send_message(note)
    }
}
