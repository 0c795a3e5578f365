//! The end of sessions whose client ignores a close, does not read, vanishes, or sends more than is handled.

use std::time::Duration;

use websocket_do::{Format, Room, TestRoom, testing::TestSession};

use crate::logbook::{Event, Logbook};

const FORMATS: [Format; 2] = [Format::Json, Format::MessagePack];

/// How the room loses its memory between the close and the next frame.
#[derive(Clone, Copy, Debug)]
enum MemoryLoss {
    None,
    Hibernation,
    Panic,
}

async fn room_of(format: Format) -> (TestRoom<Logbook>, TestSession<Logbook>, TestSession<Logbook>) {
    let room = TestRoom::<Logbook>::new().surviving_panics();
    let join = |name: &'static str| room.join_with(move |request| request.format(format).query("name", name));
    let (ada, eve) = (join("ada").await.unwrap(), join("eve").await.unwrap());
    (room, ada, eve)
}

fn logged(room: &TestRoom<Logbook>) -> Vec<String> {
    room.settle();
    room.storage().get("log").unwrap().unwrap_or_default()
}

#[tokio::test]
async fn no_frame_of_a_closed_session_is_handled() {
    for format in FORMATS {
        for loss in [MemoryLoss::None, MemoryLoss::Hibernation, MemoryLoss::Panic] {
            let (room, mut ada, mut eve) = room_of(format).await;
            eve.ignore_closes();
            eve.kick().await.unwrap();
            room.settle();
            match loss {
                MemoryLoss::None => {}
                MemoryLoss::Hibernation => room.hibernate(),
                MemoryLoss::Panic => ada.panic().await.unwrap(),
            }
            eve.say("still here").await.unwrap();
            eve.panic().await.unwrap();
            ada.say("alone").await.unwrap();
            ada.expect(Event::Said { text: "alone".into() }).await;
            assert_eq!(eve.unread().await.len(), 0, "{loss:?}: a closed session received a broadcast");
            let ended = "eve closed with 1006, 2 counted".to_owned();
            let mut expected = vec!["ada says alone".to_owned()];
            if matches!(loss, MemoryLoss::Hibernation) {
                // Hibernation takes ten seconds, which is also the client's time to answer.
                expected.insert(0, ended.clone());
            }
            assert_eq!(logged(&room), expected, "{loss:?}");
            room.advance(Duration::from_secs(10));
            assert_eq!(logged(&room).iter().filter(|line| **line == ended).count(), 1, "{loss:?}");
        }
    }
}

#[tokio::test]
async fn a_session_ends_ten_seconds_after_an_unanswered_close_and_the_close_handler_runs_once() {
    for format in FORMATS {
        for fault in ["ignores closes", "reads nothing", "has vanished"] {
            let (room, mut ada, mut eve) = room_of(format).await;
            match fault {
                "ignores closes" => eve.ignore_closes(),
                "reads nothing" => eve.stop_reading(),
                _ => eve.vanish(),
            }
            room.inspect(|room| {
                let sessions = room.sessions();
                let eve = sessions.iter().find(|session| session.data().0 == "eve").unwrap();
                eve.close(4001, "kicked").unwrap();
            });
            room.advance(Duration::from_millis(9_900));
            assert_eq!(room.inspect(Room::len), 2, "{fault}");
            room.advance(Duration::from_millis(200));
            assert_eq!(room.inspect(Room::len), 1, "{fault}");
            assert_eq!(room.inspect(|room| room.sessions().len()), 1, "{fault}");
            let ends: Vec<_> = logged(&room).into_iter().filter(|line| line.starts_with("eve closed")).collect();
            assert_eq!(ends.len(), 1, "{fault}: {ends:?}");
            room.hibernate();
            eve.say("again").await.unwrap_or_default();
            ada.say("alone").await.unwrap();
            assert_eq!(room.inspect(Room::len), 1, "{fault}");
            room.advance(Duration::from_mins(1));
            assert_eq!(logged(&room).iter().filter(|line| line.starts_with("eve")).count(), 1, "{fault}");
        }
    }
}

#[tokio::test]
async fn the_end_of_a_closed_session_survives_hibernation_and_does_not_affect_timers() {
    let (room, mut ada, mut eve) = room_of(Format::Json).await;
    ada.ring(30_000).await.unwrap();
    eve.ignore_closes();
    eve.kick().await.unwrap();
    room.settle();
    room.inspect(|room| room.cancel_timer(Logbook::BELL).unwrap());
    room.inspect(|room| room.set_timer(Logbook::BELL, room.now() + Duration::from_secs(20)).unwrap());
    room.hibernate();
    assert_eq!(logged(&room), ["eve closed with 1006, 2 counted"]);
    room.advance(Duration::from_secs(10));
    assert_eq!(logged(&room)[1..], ["the bell begins"]);
    room.advance(Duration::from_secs(16));
    assert_eq!(logged(&room)[2..], ["the bell ends"]);
}

#[tokio::test]
async fn a_timer_whose_handler_waits_does_not_delay_the_end_of_a_session() {
    let (room, mut ada, mut eve) = room_of(Format::Json).await;
    ada.ring(0).await.unwrap();
    room.advance(Duration::from_millis(10));
    eve.ignore_closes();
    eve.kick().await.unwrap();
    room.advance(Duration::from_secs(11));
    assert_eq!(logged(&room), ["the bell begins", "eve closed with 1006, 2 counted"]);
    room.advance(Duration::from_secs(6));
    assert_eq!(logged(&room)[2..], ["the bell ends"]);
}

#[tokio::test]
async fn a_close_in_a_transaction_that_is_rolled_back_is_kept() {
    let (room, _ada, mut eve) = room_of(Format::Json).await;
    eve.ignore_closes();
    eve.kick_and_undo().await.unwrap();
    room.settle();
    room.hibernate();
    assert_eq!(logged(&room), ["eve closed with 1006, 2 counted"]);
}

#[tokio::test]
async fn a_handler_that_never_returns_is_dropped_and_its_session_closed_with_1011() {
    for format in FORMATS {
        let (room, mut ada, mut eve) = room_of(format).await;
        eve.hang().await.unwrap();
        eve.say("too late").await.unwrap();
        room.advance(Duration::from_secs(19));
        assert_eq!(room.inspect(Room::len), 2);
        room.advance(Duration::from_secs(2));
        eve.expect_closed(1011, "handler timeout").await;
        assert_eq!(logged(&room), ["eve closed with 1011, 2 counted"]);
        // Other sessions are not delayed, and the room can hibernate.
        ada.say("alone").await.unwrap();
        ada.expect(Event::Said { text: "alone".into() }).await;
        room.hibernate();
        assert_eq!(room.inspect(Room::len), 1);
    }
}

#[tokio::test]
async fn a_handler_of_a_closed_session_is_dropped_if_the_client_does_not_answer() {
    let (room, _ada, mut eve) = room_of(Format::Json).await;
    eve.ignore_closes();
    eve.kick_and_hang().await.unwrap();
    room.advance(Duration::from_secs(9));
    assert_eq!(room.inspect(Room::len), 2);
    room.advance(Duration::from_secs(2));
    assert_eq!(room.inspect(Room::len), 1);
    assert_eq!(logged(&room), ["eve closed with 1006, 2 counted"]);
}

#[tokio::test]
async fn too_many_queued_messages_close_the_session_with_1013_and_are_dropped() {
    for format in FORMATS {
        let (room, mut ada, mut eve) = room_of(format).await;
        eve.wait(5_000).await.unwrap();
        for number in 0..1024 {
            eve.say(number.to_string()).await.unwrap();
        }
        room.settle();
        assert_eq!(room.inspect(Room::len), 2);
        eve.say("one too many").await.unwrap();
        eve.expect_closed(1013, "too many messages are waiting").await;
        room.advance(Duration::from_secs(6));
        assert_eq!(logged(&room), ["eve closed with 1013, 2 counted"]);
        ada.say("alone").await.unwrap();
        ada.expect(Event::Said { text: "alone".into() }).await;
    }
}

#[tokio::test]
async fn queued_messages_are_limited_in_bytes() {
    let (room, _ada, mut eve) = room_of(Format::Json).await;
    eve.wait(5_000).await.unwrap();
    for _ in 0..4 {
        eve.say("x".repeat(1_000_000)).await.unwrap();
    }
    room.settle();
    assert_eq!(room.inspect(Room::len), 2);
    eve.say("x".repeat(1_000_000)).await.unwrap();
    eve.expect_closed(1013, "too many messages are waiting").await;
}

#[tokio::test]
async fn messages_before_a_clients_close_are_handled() {
    for format in FORMATS {
        let (room, _ada, mut eve) = room_of(format).await;
        eve.wait(1_000).await.unwrap();
        eve.say("one").await.unwrap();
        eve.say("two").await.unwrap();
        eve.close().await;
        assert_eq!(logged(&room), ["eve says one", "eve says two", "eve closed with 1000, 2 counted"]);
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut_and_delays_no_other() {
    for format in FORMATS {
        let (room, mut ada, eve) = room_of(format).await;
        eve.stop_reading();
        for _ in 0..6 {
            ada.say("x".repeat(1_000_000)).await.unwrap();
            ada.expect_that(|done| matches!(done, Event::Said { .. })).await;
        }
        room.settle();
        assert_eq!(room.inspect(Room::len), 1);
        assert_eq!(logged(&room).iter().filter(|line| *line == "eve closed with 1006, 2 counted").count(), 1);
    }
}

#[tokio::test]
async fn data_of_an_older_shape_is_migrated_once_and_its_session_is_closed() {
    for format in FORMATS {
        let (room, mut ada, mut eve) = room_of(format).await;
        eve.ignore_closes();
        eve.set_attachment(&7);
        for _ in 0..3 {
            eve.say("still here").await.unwrap();
            room.settle();
        }
        assert_eq!(room.storage().get("tries").unwrap(), Some(1));
        room.hibernate();
        eve.say("still here").await.unwrap();
        ada.say("alone").await.unwrap();
        assert_eq!(logged(&room), ["ada says alone"]);
        assert_eq!(room.storage().get("tries").unwrap(), Some(1));
        assert_eq!(room.inspect(Room::len), 1);
        assert_eq!(eve.unread().await.len(), 0);
    }
}
