//! The environment, the application's state and background work in a `TestRoom`.

use std::{cell::Cell, panic::AssertUnwindSafe, time::Duration};

use futures_util::FutureExt;
use websocket_do::{Error, HttpError, Result, Room, Session, TestRoom, Upgrade, WsProtocol, websocket_do};

#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Said)]
enum Say {
    Soon { text: String },
    Fail,
}

#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
enum Said {
    Text { text: String },
}

/// A service of the application, or a fake of it.
struct Names(Box<dyn Fn(&str) -> String + Send + Sync>);

#[derive(Default)]
struct Club {
    told: Cell<u32>,
}

#[websocket_do(client = Say, session = String, state = Names)]
impl Club {
    #[connect]
    fn connect(&self, room: &Room<Self>, upgrade: &Upgrade) -> Result<String, HttpError> {
        let key = room.env().secret("KEY")?;
        if upgrade.query("key").as_deref() != Some(&key) {
            return Err(HttpError::unauthorized());
        }
        Ok((room.state::<Names>().0)("ada"))
    }

    #[message]
    fn soon(&self, session: &Session<Self>, text: String) -> Result<()> {
        let (room, from) = (session.room().clone(), session.data());
        self.told.set(self.told.get() + 1);
        session.room().spawn(async move {
            room.sleep(Duration::from_secs(20)).await;
            room.broadcast(Said::Text { text: format!("{from}: {text}") })
        })?;
        Ok(())
    }

    #[message]
    fn fail(&self, session: &Session<Self>) -> Result<()> {
        Ok(session.room().spawn(async { Err::<(), _>(Error::msg("no luck")) })?)
    }

    #[get("/fails")]
    fn fails(&self) -> Result<String> {
        Err(Error::msg("no such page"))
    }

    #[get("/told")]
    fn told(&self) -> String {
        self.told.get().to_string()
    }
}

fn club() -> TestRoom<Club> {
    TestRoom::new().var("KEY", "k").state(Names(Box::new(str::to_uppercase)))
}

#[tokio::test]
async fn a_room_reads_the_variables_and_the_state_of_the_test() {
    let room = club();
    assert_eq!(
        room.join().await.unwrap_err().to_string(),
        "the server refused the session with status 401: Unauthorized"
    );
    let ada = room.join_with(|request| request.query("key", "k")).await.unwrap();
    assert_eq!(room.inspect(|room| room.sessions()[0].data().to_string()), "ADA");
    drop(ada);
}

#[tokio::test]
async fn the_variables_and_the_state_are_those_of_all_rooms() {
    let room = club();
    let other = room.other::<Club>("other");
    let _ada = other.join_with(|request| request.query("key", "k")).await.unwrap();
    assert_eq!(other.inspect(|other| other.sessions()[0].data().to_string()), "ADA");
    assert_eq!(room.inspect(Room::len), 0);
}

#[tokio::test]
async fn a_test_sees_no_variable_of_the_process() {
    let room = TestRoom::<Club>::new().state(Names(Box::new(str::to_owned)));
    assert!(room.inspect(|room| room.env().var("PATH").is_err()));
}

#[tokio::test]
async fn a_declared_state_that_the_test_does_not_set_is_named() {
    let room = TestRoom::<Club>::new();
    let panic = AssertUnwindSafe(room.join()).catch_unwind().await.map(drop).expect_err("a panic");
    let message = panic.downcast::<String>().expect("a message");
    assert!(message.contains("Names` of the room `Club`") && message.contains("call `TestRoom::state`"), "{message}");
}

#[tokio::test]
async fn background_work_runs_on_the_clock_of_the_test() {
    let room = club();
    let mut ada = room.join_with(|request| request.query("key", "k")).await.unwrap();
    ada.soon("hi").await.unwrap();
    room.advance(Duration::from_secs(19));
    ada.expect_nothing().await;
    room.advance(Duration::from_secs(1));
    ada.expect(Said::Text { text: "ADA: hi".into() }).await;
}

#[tokio::test]
async fn background_work_ends_with_the_rooms_memory() {
    let room = club();
    let mut ada = room.join_with(|request| request.query("key", "k")).await.unwrap();
    ada.soon("lost").await.unwrap();
    room.settle();
    room.evict();
    room.advance(Duration::from_mins(1));
    assert_eq!(ada.expect_closed(1006, "").await, ());
    assert_eq!(room.get("/told").await.body(), "0");
}

#[tokio::test]
#[should_panic(expected = "does not hibernate")]
async fn a_room_with_background_work_does_not_hibernate() {
    let room = club();
    let mut ada = room.join_with(|request| request.query("key", "k")).await.unwrap();
    ada.soon("still running").await.unwrap();
    room.hibernate();
}

#[tokio::test]
async fn the_error_of_background_work_is_in_the_report_with_its_place() {
    let room = club();
    let mut ada = room.join_with(|request| request.query("key", "k")).await.unwrap();
    ada.fail().await.unwrap();
    room.settle();
    let report = format!("{room:?}");
    assert!(report.contains("Club `test`: the background task of ") && report.contains("environment.rs:"), "{report}");
    assert!(report.contains("failed: no luck"), "{report}");
}

#[tokio::test]
async fn the_error_of_a_route_is_in_the_report_with_its_route_and_not_in_the_response() {
    let room = club();
    let response = room.get("/fails").await;
    assert_eq!((response.status().as_u16(), &response.body()[..]), (500, &b"Internal Server Error"[..]));
    let report = format!("{room:?}");
    assert_eq!(report.matches("logged: Club `test`: `GET /fails` (fails) failed: no such page").count(), 1, "{report}");
}

#[tokio::test]
async fn the_error_of_connect_is_in_the_report() {
    let room = TestRoom::<Club>::new().state(Names(Box::new(str::to_owned)));
    assert!(room.join().await.is_err());
    let report = format!("{room:?}");
    assert!(report.contains("logged: Club `test`: `#[connect]` failed: missing secret `KEY`"), "{report}");
}
