//! Events, backpressure and buffers. The shared cases are in `tests/client/cases`.
#![allow(clippy::unwrap_used)] // all of it is test code

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::{SinkExt, StreamExt};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message as Raw;
use websocket_do_runtime::{
    client::{ClientError, Event, Sent},
    codec::Frame,
};

use crate::support::{Client, accept, bounded, echo, event, hasty, say, serve_each, text};

#[tokio::test]
async fn backpressure_reaches_the_server_and_no_message_is_lost() {
    const COUNT: usize = 400;
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = sent.clone();
    let url = serve_each(move |_, socket| {
        let sent = counted.clone();
        async move {
            let (mut peer, ..) = accept(socket, true).await;
            let padding = "x".repeat(100_000);
            for number in 0..COUNT {
                peer.send(text(&format!("{number}{padding}"))).await.unwrap();
                sent.fetch_add(1, Ordering::Relaxed);
            }
            while let Some(Ok(_)) = peer.next().await {}
        }
    })
    .await;
    let mut room = bounded(hasty(url).buffer(4).connect()).await.unwrap();
    sleep(Duration::from_millis(300)).await;
    assert!(sent.load(Ordering::Relaxed) < COUNT, "there was no backpressure");
    assert_eq!(bounded(room.send(say("sending goes on"))).await, Ok(Sent::Now));
    assert_eq!(event(&mut room).await, Some(Event::Opened));
    for number in 0..COUNT {
        match bounded(room.next()).await {
            Some(Ok(said)) => assert_eq!(said, say(&format!("{number}{}", "x".repeat(100_000)))),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn buffered_events_are_bounded_in_bytes() {
    // Far more than the system buffers for a connection, and far fewer than the events that may be buffered.
    const COUNT: usize = 200;
    const LARGE: usize = 1 << 20;
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = sent.clone();
    let url = serve_each(move |_, socket| {
        let sent = counted.clone();
        async move {
            let (mut peer, ..) = accept(socket, true).await;
            for _ in 0..COUNT {
                peer.send(Raw::binary(vec![0; LARGE])).await.unwrap();
                sent.fetch_add(1, Ordering::Relaxed);
            }
            while let Some(Ok(_)) = peer.next().await {}
        }
    })
    .await;
    let mut room = bounded(hasty(url).buffer(usize::MAX).connect()).await.unwrap();
    // Until nothing moves any more.
    let mut before = usize::MAX;
    while before != sent.load(Ordering::Relaxed) {
        before = sent.load(Ordering::Relaxed);
        sleep(Duration::from_millis(300)).await;
    }
    assert!(before < COUNT / 2, "the server has sent {before} MiB");
    assert_eq!(event(&mut room).await, Some(Event::Opened));
    for _ in 0..COUNT {
        match event(&mut room).await {
            Some(Event::Error(ClientError::UnexpectedFrame(frame))) => assert_eq!(frame, Frame::Binary(vec![0; LARGE])),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_cancelled_next_loses_no_message() {
    let url = serve_each(|_, socket| async move {
        let (mut peer, ..) = accept(socket, true).await;
        for number in 0..50 {
            sleep(Duration::from_millis(2)).await;
            peer.send(text(&number.to_string())).await.unwrap();
        }
        while let Some(Ok(_)) = peer.next().await {}
    })
    .await;
    let mut room = bounded(hasty(url).connect()).await.unwrap();
    let mut seen = Vec::new();
    bounded(async {
        while seen.len() < 50 {
            tokio::select! {
                item = room.next() => seen.push(item.unwrap().unwrap()),
                () = sleep(Duration::from_millis(1)) => {}
            }
        }
    })
    .await;
    assert_eq!(seen, (0..50).map(|number| say(&number.to_string())).collect::<Vec<_>>());
}

#[tokio::test]
async fn events_are_a_stream() {
    let url = serve_each(|_, socket| echo(socket)).await;
    let room = bounded(hasty(url).connect()).await.unwrap().0;
    let (sender, receiver) = room.split();
    bounded(sender.send(say("one"))).await.unwrap();
    let mut events = receiver.into_events();
    assert_eq!(bounded(StreamExt::next(&mut events)).await, Some(Event::Opened));
    assert_eq!(bounded(StreamExt::next(&mut events)).await, Some(Event::Message(say("one"))));
    bounded(sender.close()).await.unwrap();
    let rest: Vec<_> = bounded(events.collect()).await;
    assert!(matches!(rest.as_slice(), [Event::Closed(closed)] if closed.code() == 1000), "{rest:?}");
}

#[tokio::test]
async fn an_application_that_reads_nothing_may_still_send_over_many_connections() {
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = connections.clone();
    let url = serve_each(move |number, socket| {
        counted.fetch_add(1, Ordering::Relaxed);
        async move {
            let (mut peer, ..) = accept(socket, true).await;
            peer.send(text("noise")).await.unwrap();
            match number {
                0..40 => drop(peer.next().await),
                _ => while let Some(Ok(_)) = peer.next().await {},
            }
        }
    })
    .await;
    let room = hasty(url).buffer(1).backoff(Duration::ZERO, Duration::ZERO);
    let mut room: Client = bounded(room.connect()).await.unwrap();
    bounded(async {
        for _ in 0..300 {
            room.send(say("x")).await.unwrap();
            sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
    assert_eq!(connections.load(Ordering::Relaxed), 41);
    bounded(room.close()).await.unwrap();
    let mut seen = 0;
    while let Ok(Some(_)) = timeout(Duration::from_secs(5), room.events().next()).await {
        seen += 1;
    }
    assert!(seen < 70, "{seen} events were kept");
}
