//! Rooms that call each other in one simulation.

use std::{collections::BTreeSet, time::Duration};

use rooms::{Callers, Calls};
use serde_json::{Value, json};
use websocket_do::{
    HttpError, Json, Result, Room, Session, TestRoom, Upgrade, WsProtocol, testing::json as body, websocket_do,
};

/// A handler of a session that calls another room.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Told)]
enum Tell {
    /// Reads the counter, and writes it with one more.
    Add,
    /// Waits for a slow route.
    Wait,
}

#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
enum Told {
    Text { text: String },
}

/// Calls a [`Counter`].
#[derive(Default)]
struct Teller;

#[websocket_do(client = Tell, session = ())]
impl Teller {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<(), HttpError> {
        Ok(())
    }

    #[message]
    async fn add(&self, session: &Session<Self>) -> Result<()> {
        let counter = session.room().namespace::<Counter>()?.by_name("all");
        let count = counter.count().await?;
        counter.set(count + 1).await?;
        Ok(())
    }

    #[message]
    async fn wait(&self, session: &Session<Self>) -> Result<()> {
        let waited = session.room().namespace::<Counter>()?.by_name("all").slow().await;
        let text = waited.map_or_else(|error| error.to_string(), |()| "done".to_owned());
        Ok(session.send(Told::Text { text })?)
    }
}

/// A stored number.
#[derive(Default)]
struct Counter;

#[websocket_do(client = Tell, session = ())]
impl Counter {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<(), HttpError> {
        Ok(())
    }

    #[message]
    fn add(&self, _session: &Session<Self>) {}

    #[message]
    fn wait(&self, _session: &Session<Self>) {}

    #[get("/count", internal)]
    fn count(&self, room: &Room<Self>) -> Result<Json<u32>> {
        Ok(Json(room.storage().get("count")?.unwrap_or_default()))
    }

    #[put("/count", internal)]
    fn set(&self, room: &Room<Self>, Json(count): Json<u32>) -> Result<()> {
        Ok(room.storage().put("count", &count)?)
    }

    #[get("/slow", internal)]
    async fn slow(&self, room: &Room<Self>) {
        room.sleep(Duration::from_mins(1)).await;
    }
}

/// Runs a case of the conformance tests' room in a room that calls `other`.
async fn case(room: &TestRoom<Callers>, name: &str) -> Value {
    body(&room.get(&format!("/case/{name}?room=other")).await)
}

#[tokio::test]
async fn calls_have_the_results_and_errors_of_the_other_hosts() {
    let room = TestRoom::<Callers>::new().named("one");
    assert_eq!(case(&room, "values").await, json!(["other", "eight b.", "other"]));
    assert_eq!(room.other::<Callers>("other").get("/runs").await.body(), "2");
    assert_eq!(
        case(&room, "errors").await,
        json!([
            {"error": "the room responded with 413 Payload Too Large: Payload Too Large"},
            {"error": "the room's name or id is not valid: a room's name has 1 to 1024 bytes, this one has 0"},
            {"error": "the room responded with 500 Internal Server Error: Internal Server Error"},
        ])
    );
    assert_eq!(case(&room, "self").await, json!("one"));
    assert_eq!(case(&room, "concurrent").await, json!(vec!["other"; 50]));
    assert_eq!(case(&room, "fetch").await, json!([[200, "52"], [404, "Not Found"], "not a URI"]));
    assert!(case(&room, "large").await["error"].as_str().unwrap().contains("it is larger than 32 MiB"));
    assert_eq!(case(&room, "stored").await, Value::Null);
}

#[tokio::test]
async fn a_cycle_of_calls_does_not_deadlock() {
    let room = TestRoom::<Callers>::new().named("one");
    assert_eq!(room.get("/first?room=other").await.body(), "first second third one");
    assert_eq!(room.get("/first?room=one").await.body(), "first second third one");
}

#[tokio::test]
async fn a_message_handler_calls_another_room() {
    let room = TestRoom::<Callers>::new();
    let mut ada = room.join().await.unwrap();
    ada.ask("eu").await.unwrap();
    ada.expect(rooms::Called::Answer { text: "eu".to_owned() }).await;
}

#[tokio::test]
async fn a_panic_of_the_called_room_is_an_error_and_only_that_room_restarts() {
    let room = TestRoom::<Callers>::new().surviving_panics();
    let _ = case(&room, "values").await;
    assert_eq!(room.other::<Callers>("other").get("/runs").await.body(), "2");
    let saw = case(&room, "panic").await;
    assert_eq!(saw, json!([{"error": "the room failed: a handler of the room panicked"}, "other"]));
    assert_eq!(room.other::<Callers>("other").get("/runs").await.body(), "1");
}

#[tokio::test]
async fn the_called_room_hibernates_alone_and_keeps_its_storage() {
    let room = TestRoom::<Callers>::new();
    assert_eq!(case(&room, "stored").await, Value::Null);
    assert_eq!(case(&room, "values").await[0], "other");
    let other = room.other::<Callers>("other");
    other.hibernate();
    assert_eq!(other.get("/runs").await.body(), "0");
    assert_eq!(other.storage().get::<String>("value").unwrap().as_deref(), Some("after"));
    assert_eq!(room.storage().get::<i32>("before").unwrap(), Some(1));
    assert_eq!(room.storage().get::<String>("value").unwrap(), None, "each room has its own storage");
}

#[tokio::test]
async fn a_write_that_fails_in_the_called_room_fails_the_call_alone() {
    let room = TestRoom::<Callers>::new();
    room.other::<Callers>("other").fail_writes(1);
    let error = json!({"error": "the room responded with 500 Internal Server Error: Internal Server Error"});
    assert_eq!(case(&room, "stored").await, error);
    assert_eq!(case(&room, "stored").await, Value::Null);
}

#[tokio::test]
async fn a_call_that_fails_is_repeated_on_the_rooms_time_if_its_request_can_be() {
    let room = TestRoom::<Callers>::new();
    let (other, begun) = (room.other::<Callers>("other"), room.now());
    other.fail_calls(2);
    // The first call is a GET, the second a POST.
    assert_eq!(case(&room, "values").await, json!(["other", "eight b.", "other"]));
    assert!(room.now() > begun, "the stub waits between attempts");
    let begun = room.now();
    other.fail_calls(1);
    assert_eq!(
        case(&room, "retry").await["error"].as_str().unwrap(),
        "the room cannot be reached: the call fails, as `fail_calls` requested"
    );
    assert_eq!(room.now(), begun);
    other.fail_calls(100);
    let error = case(&room, "self").await;
    assert_eq!(error, "test", "another room's calls succeed");
    assert_eq!(
        case(&room, "values").await[1],
        json!({"error": "the room cannot be reached: the call fails, as `fail_calls` requested"})
    );
}

#[tokio::test]
async fn a_caller_learns_that_the_called_room_was_evicted() {
    let room = TestRoom::<Teller>::new();
    let mut ada = room.join().await.unwrap();
    ada.wait().await.unwrap();
    room.settle();
    room.other::<Counter>("all").evict();
    ada.expect(Told::Text { text: "the room failed: the room restarted before it replied".to_owned() }).await;
}

#[tokio::test]
async fn a_call_ends_with_the_time_limit_of_the_called_handler() {
    let room = TestRoom::<Teller>::new();
    let mut ada = room.join().await.unwrap();
    ada.wait().await.unwrap();
    room.advance(Duration::from_secs(29));
    ada.expect_nothing().await;
    room.advance(Duration::from_secs(2));
    // The limit of the caller's own handler is the same, and ends its session.
    ada.expect_closed(1011, "handler timeout").await;
}

#[tokio::test]
async fn the_seed_decides_how_calls_of_two_rooms_interleave() {
    let mut totals = BTreeSet::new();
    for seed in 0..50 {
        let mut reports = BTreeSet::new();
        for _ in 0..2 {
            let room = TestRoom::<Teller>::seeded(seed);
            let other = room.other::<Teller>("second");
            let mut sessions = [room.join().await.unwrap(), other.join().await.unwrap()];
            for session in &mut sessions {
                session.add().await.unwrap();
            }
            room.settle();
            totals.insert(room.other::<Counter>("all").stub().count().await.unwrap());
            reports.insert(format!("{room:?}"));
        }
        assert_eq!(reports.len(), 1, "one seed, one run");
    }
    assert_eq!(totals, BTreeSet::from([1, 2]), "an update is lost in some orders, and in some it is not");
}

#[tokio::test]
async fn the_report_names_the_room_of_each_event() {
    let room = TestRoom::<Teller>::new().named("desk");
    let mut ada = room.join().await.unwrap();
    ada.add().await.unwrap();
    room.settle();
    let report = format!("{room:?}");
    for line in [
        "Teller `desk`: GET /websocket\n",
        "Teller `desk`: #0 → {\"type\":\"add\"}\n",
        "Counter `all`: GET /count, called by Teller `desk`\n",
        "Counter `all`: PUT /count, called by Teller `desk`\n",
    ] {
        assert!(report.contains(line), "{report}");
    }
}

#[tokio::test]
async fn a_test_calls_routes_by_the_rooms_stub_internal_ones_too() {
    let counter = TestRoom::<Counter>::new();
    counter.stub().set(7).await.unwrap();
    assert_eq!(counter.stub().count().await.unwrap(), 7);
    assert_eq!(counter.get("/count").await.status(), 404, "requests reach no internal route");
    assert_eq!(counter.stub().name(), Some("test"));
    assert_eq!(counter.other::<Counter>("all").stub().name(), Some("all"));
    let failed = TestRoom::<Calls>::new().stub().fail().await.unwrap_err();
    assert_eq!(failed.to_string(), "the room responded with 500 Internal Server Error: Internal Server Error");
}

#[tokio::test]
async fn the_environment_and_the_time_are_those_of_all_rooms() {
    let room = TestRoom::<Teller>::new().var("GREETING", "hello");
    let other = room.other::<Counter>("all");
    assert_eq!(other.inspect(|other| other.env().var("GREETING")).unwrap(), "hello");
    other.advance(Duration::from_secs(5));
    assert_eq!(room.now(), other.now());
}

#[tokio::test]
async fn a_call_reaches_the_deployed_room_under_its_old_class() {
    let room = TestRoom::<Teller>::new();
    room.other::<Counter>("all").storage().put("count", &5_u32).unwrap();
    let deployed = room.other::<Counter>("all").deploy::<Doubled>();
    let mut ada = room.join().await.unwrap();
    ada.add().await.unwrap();
    room.settle();
    assert_eq!(deployed.storage().get::<u32>("count").unwrap(), Some(11));
}

/// The next version of a [`Counter`].
#[derive(Default)]
struct Doubled;

#[websocket_do(client = Tell, session = ())]
impl Doubled {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<(), HttpError> {
        Ok(())
    }

    #[message]
    fn add(&self, _session: &Session<Self>) {}

    #[message]
    fn wait(&self, _session: &Session<Self>) {}

    #[get("/count", internal)]
    fn count(&self, room: &Room<Self>) -> Result<Json<u32>> {
        Ok(Json(2 * room.storage().get::<u32>("count")?.unwrap_or_default()))
    }

    #[put("/count", internal)]
    fn set(&self, room: &Room<Self>, Json(count): Json<u32>) -> Result<()> {
        Ok(room.storage().put("count", &count)?)
    }
}

/// Asks another room until it has an answer, without a pause.
#[derive(Default)]
struct Impatient;

#[websocket_do(client = Tell, session = ())]
impl Impatient {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<(), HttpError> {
        Ok(())
    }

    #[message]
    async fn add(&self, session: &Session<Self>) -> Result<()> {
        while session.room().namespace::<Counter>()?.by_name("all").count().await? == 0 {}
        Ok(())
    }

    #[message]
    fn wait(&self, _session: &Session<Self>) {}
}

#[tokio::test]
#[should_panic(expected = "handlers run without end, and no time passes")]
async fn rooms_that_call_without_end_are_reported() {
    let room = TestRoom::<Impatient>::new();
    let mut ada = room.join().await.unwrap();
    ada.add().await.unwrap();
    room.settle();
}

#[tokio::test]
#[should_panic(expected = "already has a room `eu` of this class")]
async fn two_rooms_of_one_class_cannot_have_one_name() {
    let room = TestRoom::<Counter>::new();
    let _eu = room.other::<Counter>("eu");
    let _ = room.named("eu");
}
