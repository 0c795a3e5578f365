//! How sessions end whose clients do not do their part: they ignore a close, do not read, vanish, or send more than is handled.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use websocket_do::{
    Accept, Close, Closed, Format, HttpError, PreviousSession, Result, Room, Session, TestRoom, Upgrade, WsProtocol,
    testing::TestSession, websocket_do,
};

const FORMATS: [Format; 2] = [Format::Json, Format::MessagePack];

/// What is to be done.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Done)]
enum Do {
    /// Tells everyone, and writes into the log.
    Say { text: String },
    /// The room closes this session.
    Kick,
    /// The handler never returns.
    Hang,
    /// The room closes this session in a handler that goes on waiting.
    KickAndHang,
    /// The handler waits.
    Wait { millis: u64 },
    /// The handler panics.
    Panic,
    /// The room closes this session in a transaction that is undone.
    KickAndUndo,
    /// Sets the timer.
    Ring { after: u64 },
}

#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
enum Done {
    Said { text: String },
}

/// The data of a session.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Name(String);

#[derive(Default)]
struct Door;

/// Appends to what the room has stored of what happened in it.
fn log(room: &Room<Door>, line: String) -> Result<()> {
    let mut log: Vec<String> = room.storage().get("log")?.unwrap_or_default();
    log.push(line);
    Ok(room.storage().put("log", &log)?)
}

#[websocket_do(client = Do, session = Name, handler_timeout = 20)]
impl Door {
    #[connect]
    fn connect(&self, upgrade: &Upgrade) -> Result<Accept<Name>, HttpError> {
        Ok(Accept::new(Name(upgrade.query("name").unwrap_or_default().into_owned())))
    }

    #[message]
    fn say(&self, session: &Session<Self>, text: String) -> Result<()> {
        log(session.room(), format!("{} says {text:.20}", session.data().0.clone()))?;
        Ok(session.room().broadcast(Done::Said { text })?)
    }

    #[message]
    fn kick(&self, session: &Session<Self>) -> Result<()> {
        Ok(session.close(4001, "kicked")?)
    }

    #[message]
    async fn hang(&self, _session: &Session<Self>) -> Result<()> {
        std::future::pending().await
    }

    #[message]
    async fn kick_and_hang(&self, session: &Session<Self>) -> Result<()> {
        session.close(4001, "kicked")?;
        std::future::pending().await
    }

    #[message]
    async fn wait(&self, session: &Session<Self>, millis: u64) -> Result<()> {
        session.room().sleep(Duration::from_millis(millis)).await;
        Ok(())
    }

    #[message]
    fn panic(&self, _session: &Session<Self>) -> Result<()> {
        panic!("on purpose")
    }

    #[message]
    fn kick_and_undo(&self, session: &Session<Self>) -> Result<()> {
        session.room().storage().transaction(|_| {
            session.close(4001, "kicked")?;
            Err(websocket_do::Error::msg("on purpose"))
        })
    }

    #[message]
    fn ring(&self, session: &Session<Self>, after: u64) -> Result<()> {
        Ok(session.room().set_timer(Self::BELL, session.room().now() + Duration::from_millis(after))?)
    }

    #[timer]
    async fn bell(&self, room: &Room<Self>) -> Result<()> {
        log(room, "the bell begins".to_owned())?;
        room.sleep(Duration::from_secs(15)).await;
        log(room, "the bell ends".to_owned())
    }

    #[close]
    fn close(&self, session: &Session<Self>, how: &Closed) -> Result<()> {
        log(
            session.room(),
            format!("{} closed with {}, {} counted", session.data().0.clone(), how.code(), session.room().len()),
        )
    }

    #[migrate]
    fn migrate(&self, room: &Room<Self>, _failure: &PreviousSession) -> Result<Name, Close> {
        let tries: u32 = room.storage().get("tries").ok().flatten().unwrap_or(0);
        let _ = room.storage().put("tries", &(tries + 1));
        Err(Close::restart("of an older shape"))
    }
}

/// How the room's memory is lost between the close and the next frame.
#[derive(Clone, Copy, Debug)]
enum Loss {
    None,
    Hibernation,
    Panic,
}

async fn room_of(format: Format) -> (TestRoom<Door>, TestSession<Door>, TestSession<Door>) {
    let room = TestRoom::<Door>::new().surviving_panics();
    let join = |name: &'static str| room.join_with(move |request| request.format(format).query("name", name));
    let (ada, eve) = (join("ada").await.unwrap(), join("eve").await.unwrap());
    (room, ada, eve)
}

fn logged(room: &TestRoom<Door>) -> Vec<String> {
    room.settle();
    room.storage().get("log").unwrap().unwrap_or_default()
}

#[tokio::test]
async fn nothing_of_a_closed_session_is_handled_whatever_its_client_sends_and_the_room_loses() {
    for format in FORMATS {
        for loss in [Loss::None, Loss::Hibernation, Loss::Panic] {
            let (room, mut ada, mut eve) = room_of(format).await;
            eve.ignore_closes();
            eve.kick().await.unwrap();
            room.settle();
            match loss {
                Loss::None => {}
                Loss::Hibernation => room.hibernate(),
                Loss::Panic => ada.panic().await.unwrap(),
            }
            eve.say("still here").await.unwrap();
            eve.panic().await.unwrap();
            ada.say("alone").await.unwrap();
            ada.expect(Done::Said { text: "alone".into() }).await;
            assert_eq!(eve.unread().await.len(), 0, "{loss:?}: a closed session got a broadcast");
            let ended = "eve closed with 1006, 2 counted".to_owned();
            let mut expected = vec!["ada says alone".to_owned()];
            if matches!(loss, Loss::Hibernation) {
                // It takes ten seconds, and so does the client's time to answer.
                expected.insert(0, ended.clone());
            }
            assert_eq!(logged(&room), expected, "{loss:?}");
            room.advance(Duration::from_secs(10));
            assert_eq!(logged(&room).iter().filter(|line| **line == ended).count(), 1, "{loss:?}");
        }
    }
}

#[tokio::test]
async fn a_client_that_ignores_the_close_is_gone_after_ten_seconds_and_closed_has_run_once() {
    for format in FORMATS {
        for how in ["ignores closes", "reads nothing", "has vanished"] {
            let (room, mut ada, mut eve) = room_of(format).await;
            match how {
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
            assert_eq!(room.inspect(Room::len), 2, "{how}");
            room.advance(Duration::from_millis(200));
            assert_eq!(room.inspect(Room::len), 1, "{how}");
            assert_eq!(room.inspect(|room| room.sessions().len()), 1, "{how}");
            let ends: Vec<_> = logged(&room).into_iter().filter(|line| line.starts_with("eve closed")).collect();
            assert_eq!(ends.len(), 1, "{how}: {ends:?}");
            room.hibernate();
            eve.say("again").await.unwrap_or_default();
            ada.say("alone").await.unwrap();
            assert_eq!(room.inspect(Room::len), 1, "{how}");
            room.advance(Duration::from_mins(1));
            assert_eq!(logged(&room).iter().filter(|line| line.starts_with("eve")).count(), 1, "{how}");
        }
    }
}

#[tokio::test]
async fn the_end_of_a_closed_session_survives_hibernation_and_leaves_timers_alone() {
    let (room, mut ada, mut eve) = room_of(Format::Json).await;
    ada.ring(30_000).await.unwrap();
    eve.ignore_closes();
    eve.kick().await.unwrap();
    room.settle();
    room.inspect(|room| room.cancel_timer(Door::BELL).unwrap());
    room.inspect(|room| room.set_timer(Door::BELL, room.now() + Duration::from_secs(20)).unwrap());
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
async fn a_close_in_a_transaction_that_is_undone_is_a_close() {
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
        // Others are not held up, and the room can hibernate.
        ada.say("alone").await.unwrap();
        ada.expect(Done::Said { text: "alone".into() }).await;
        room.hibernate();
        assert_eq!(room.inspect(Room::len), 1);
    }
}

#[tokio::test]
async fn a_handler_of_a_closed_session_is_dropped_when_its_client_has_not_answered() {
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
async fn a_client_that_sends_more_than_may_wait_is_closed_with_1013_and_what_waited_is_dropped() {
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
        ada.expect(Done::Said { text: "alone".into() }).await;
    }
}

#[tokio::test]
async fn messages_that_wait_are_bounded_in_bytes() {
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
async fn what_a_client_has_sent_before_its_own_close_is_handled() {
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
async fn a_client_that_does_not_read_is_cut_and_holds_nobody_up() {
    for format in FORMATS {
        let (room, mut ada, eve) = room_of(format).await;
        eve.stop_reading();
        for _ in 0..6 {
            ada.say("x".repeat(1_000_000)).await.unwrap();
            ada.expect_that(|done| matches!(done, Done::Said { .. })).await;
        }
        room.settle();
        assert_eq!(room.inspect(Room::len), 1);
        assert_eq!(logged(&room).iter().filter(|line| *line == "eve closed with 1006, 2 counted").count(), 1);
    }
}

#[tokio::test]
async fn data_of_an_older_shape_is_asked_about_once_and_its_session_gets_nothing_more() {
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
