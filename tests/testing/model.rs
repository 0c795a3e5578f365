//! Checks the guarantees of the runtime in many orders of events, with a small room.

use std::time::Duration;

use websocket_do::{
    Format, Session,
    testing::{TestRoom, TestSession, explore},
};

use crate::ledger::{Ledger, Written};

/// How many orders are tried, and how many actions each has.
const SEEDS: u64 = 400;
const ACTIONS: usize = 60;

/// A client with what it has sent and received.
struct Writer {
    session: TestSession<Ledger>,
    /// How many entries it has sent.
    sent: u32,
    /// How many broadcasts it has requested.
    requested: u32,
    /// The entries that were confirmed.
    noted: Vec<u32>,
    /// The broadcasts received from each writer.
    received: Vec<Vec<u32>>,
    is_open: bool,
}

impl Writer {
    async fn join(room: &TestRoom<Ledger>, number: usize) -> Self {
        let format = if room.random(2) == 0 { Format::Json } else { Format::MessagePack };
        let request = room.join_with(|request| request.format(format).query("writer", number.to_string()));
        let session = request.await.unwrap();
        Self { session, sent: 0, requested: 0, noted: Vec::new(), received: vec![Vec::new(); 16], is_open: true }
    }

    /// Reads all received messages.
    async fn read(&mut self) {
        for message in self.session.unread().await {
            match message.unwrap() {
                Written::Noted { entry } => self.noted.push(entry),
                Written::Told { writer, count } => self.received[writer as usize].push(count),
                Written::AfterClose => panic!("a message was sent after the close"),
            }
        }
    }
}

/// Performs one random action of a writer or of the platform.
async fn act(room: &TestRoom<Ledger>, writers: &mut [Writer]) {
    let number = room.random(writers.len());
    let wait = u32::try_from(room.random(4) * 10).unwrap();
    let writer = &mut writers[number];
    match room.random(20) {
        0 => room.hibernate(),
        1 => room.advance(Duration::from_millis(10)),
        2 => room.settle(),
        3 if writer.is_open => {
            writer.is_open = false;
            match room.random(4) {
                0 => writer.session.lose(),
                1 => {
                    writer.read().await;
                    assert_eq!(writer.session.close_with(4000, "done").await.code(), 4000);
                }
                _ => writer.session.leave(wait).await.unwrap(),
            }
        }
        4 | 5 => writer.read().await,
        6..=9 if writer.is_open => {
            writer.session.tell(writer.requested, wait).await.unwrap();
            writer.requested += 1;
        }
        _ if writer.is_open => {
            writer.session.note(writer.sent, wait).await.unwrap();
            writer.sent += 1;
        }
        _ => {}
    }
}

fn is_counted_up(numbers: &[u32]) -> bool {
    numbers.windows(2).all(|pair| pair[1] == pair[0] + 1)
}

#[tokio::test]
async fn the_guarantees_hold_in_every_order_of_events() {
    explore(0..SEEDS, async |room: &TestRoom<Ledger>| {
        let mut writers = Vec::new();
        for number in 0..2 + room.random(3) {
            writers.push(Writer::join(room, number).await);
        }
        for _ in 0..ACTIONS {
            act(room, &mut writers).await;
        }
        room.advance(Duration::from_mins(1));
        room.hibernate();

        assert_eq!(
            room.storage().get::<bool>("sent after close").unwrap(),
            None,
            "a message was sent to a closed session"
        );
        for (number, writer) in writers.iter_mut().enumerate() {
            writer.read().await;
            // Order: each entry is confirmed once, in the order of sending.
            assert!(writer.noted.iter().copied().eq(0..writer.noted.len().try_into().unwrap()), "{:?}", writer.noted);
            for received in &writer.received {
                assert!(is_counted_up(received), "writer {number} received {received:?}");
            }
            let tag = number.to_string();
            let closed = room.storage().get::<u32>(&format!("closed:{tag}")).unwrap().unwrap_or(0);
            if writer.is_open {
                assert_eq!(writer.noted.len(), writer.sent as usize, "an entry of writer {number} was not confirmed");
                // No lost update, hibernation or not.
                let entries = room.inspect(|room| {
                    let own = |session: &Session<Ledger>| session.tags().contains(&tag);
                    room.sessions()
                        .iter()
                        .filter(|session| own(session))
                        .map(|session| session.data().to_vec())
                        .collect::<Vec<_>>()
                });
                assert_eq!(entries, [(0..writer.sent).collect::<Vec<_>>()], "of writer {number}");
                assert_eq!(closed, 0, "writer {number} has not closed");
            } else {
                assert_eq!(closed, 1, "`closed` of writer {number}");
                assert!(writer.session.closed().is_some() || writer.session.unread().await.is_empty());
                // All entries sent before the close were handled before it.
                let entries = room.storage().get::<Vec<u32>>(&format!("entries:{tag}")).unwrap().unwrap();
                assert_eq!(entries, (0..writer.sent).collect::<Vec<_>>(), "of writer {number} at its close");
            }
        }
    })
    .await;
}
