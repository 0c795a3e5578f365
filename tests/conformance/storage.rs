//! What rooms keep for good, and their timers.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::{
    Case, Host, cases,
    peer::{Format, Peer, eventually, get_json, http, room},
};

/// A time that no room lives to see.
const END_OF_TIME: u64 = (1 << 53) - 1;

/// Longer than a room is kept without anything to do.
const IDLE: Duration = Duration::from_millis(11_500);

async fn join(host: &Host, room: &str) -> Peer {
    Peer::join(&host.rooms, &format!("/keeper/{room}/websocket"), Format::Json).await
}

/// Sends, and gives the next message.
async fn ask(peer: &mut Peer, message: Value) -> Value {
    peer.send(message).await;
    peer.message().await
}

async fn put(peer: &mut Peer, key: &str, text: &str) {
    assert_eq!(ask(peer, json!({"type": "put", "key": key, "text": text})).await, json!({"type": "done"}));
}

async fn get(peer: &mut Peer, key: &str) -> Value {
    ask(peer, json!({"type": "get", "key": key})).await["text"].clone()
}

async fn set_timers(peer: &mut Peer, names: &[&str], in_ms: u32) {
    let set = ask(peer, json!({"type": "setTimers", "names": names, "inMs": in_ms})).await;
    assert_eq!(set, json!({"type": "done"}));
}

async fn timer(peer: &mut Peer, name: &str) -> Option<u64> {
    ask(peer, json!({"type": "timer", "name": name})).await["number"].as_u64()
}

/// The keys that are listed, whose texts are the keys themselves.
async fn keys(peer: &mut Peer, mut range: Value) -> Vec<String> {
    range["type"] = json!("list");
    let listed = ask(peer, range).await;
    let entries = listed["entries"].as_array().unwrap_or_else(|| panic!("{listed}"));
    let key = |entry: &Value| {
        assert_eq!(entry["key"], entry["text"]);
        entry["key"].as_str().unwrap().to_owned()
    };
    entries.iter().map(key).collect()
}

async fn rung(host: &Host, room: &str) -> Value {
    get_json(&host.rooms, &format!("/keeper/{room}/rung")).await
}

async fn error(peer: &mut Peer, message: Value) -> String {
    let failed = ask(peer, message).await;
    failed["error"].as_str().unwrap_or_else(|| panic!("{failed}")).to_owned()
}

/// The room's memory is gone.
async fn panic(peer: &mut Peer) {
    assert_eq!(ask(peer, json!({"type": "count"})).await["number"], 1);
    peer.send(json!({"type": "panic"})).await;
    assert_eq!(ask(peer, json!({"type": "count"})).await["number"], 1);
}

/// The cases that take the whole isolate down.
pub(crate) const ALONE: &[Case] = &[
    ("values_and_timers_survive_the_loss_of_memory", |host| Box::pin(loss_of_memory(host))),
    ("a_transaction_that_panics_leaves_nothing", |host| Box::pin(panicked_transaction(host))),
    ("a_timer_whose_handler_panics_goes_off_again", |host| Box::pin(stubborn_timer(host))),
];

async fn loss_of_memory(host: Host) {
    let mut peer = join(&host, &room()).await;
    put(&mut peer, "a", "kept").await;
    set_timers(&mut peer, &["first"], 300).await;
    panic(&mut peer).await;
    assert_eq!(get(&mut peer, "a").await, "kept");
    assert_eq!(peer.message().await, json!({"type": "rang", "name": "first"}));
    // Written just before, and the answer has come: that is enough.
    put(&mut peer, "a", "again").await;
    peer.send(json!({"type": "panic"})).await;
    assert_eq!(get(&mut peer, "a").await, "again");
}

async fn panicked_transaction(host: Host) {
    let mut peer = join(&host, &room()).await;
    put(&mut peer, "a", "before").await;
    set_timers(&mut peer, &["first"], 500).await;
    let at = timer(&mut peer, "first").await;
    peer.send(json!({"type": "transaction", "put": "b", "delete": "a", "end": "panicked"})).await;
    assert_eq!(get(&mut peer, "a").await, "before");
    assert_eq!(get(&mut peer, "b").await, Value::Null);
    assert_eq!(timer(&mut peer, "first").await, at);
    assert_eq!(peer.message().await["name"], "first");
}

async fn stubborn_timer(host: Host) {
    let name = room();
    let mut peer = join(&host, &name).await;
    set_timers(&mut peer, &["stubborn"], 0).await;
    for _ in 0..2 {
        assert_eq!(peer.message().await, json!({"type": "rang", "name": "stubborn"}));
    }
    // Once more, and a panic would come of it.
    sleep(Duration::from_millis(500)).await;
    assert_eq!(rung(&host, &name).await, json!(["stubborn", "stubborn"]));
    assert_eq!(timer(&mut peer, "stubborn").await, None);
}

/// The cases that only sleep.
pub(crate) const ASLEEP: &[Case] = &[
    ("values_outlive_a_room_that_is_let_go", |host| Box::pin(values_outlive_a_room_that_is_let_go(host))),
    ("a_timer_wakes_a_room_that_is_let_go", |host| Box::pin(a_timer_wakes_a_room_that_is_let_go(host))),
    ("a_timer_wakes_a_room_that_hibernates", |host| Box::pin(a_timer_wakes_a_room_that_hibernates(host))),
];

/// Nobody is connected, so that the room is gone from memory on both hosts.
async fn values_outlive_a_room_that_is_let_go(host: Host) {
    let path = format!("/keeper/{}/values/a", room());
    assert_eq!(http(&host.rooms, "GET", &path, "").await.0, 404);
    assert_eq!(http(&host.rooms, "PUT", &path, "kept").await.0, 204);
    sleep(IDLE).await;
    assert_eq!(http(&host.rooms, "GET", &path, "").await, (200, "kept".into()));
}

/// Nobody is connected, and the object is not in memory any more when its time comes.
async fn a_timer_wakes_a_room_that_is_let_go(host: Host) {
    let name = room();
    let mut peer = join(&host, &name).await;
    let late = u32::try_from(IDLE.as_millis()).unwrap();
    set_timers(&mut peer, &["first"], late).await;
    peer.close(None).await;
    drop(peer);
    sleep(IDLE).await;
    eventually("the timer went off", || async { rung(&host, &name).await == json!(["first"]) }).await;
}

/// On workerd the object hibernates, and its sockets stay.
async fn a_timer_wakes_a_room_that_hibernates(host: Host) {
    let mut peer = join(&host, &room()).await;
    put(&mut peer, "a", "kept").await;
    let late = u32::try_from(IDLE.as_millis()).unwrap();
    set_timers(&mut peer, &["first"], late).await;
    sleep(IDLE).await;
    assert_eq!(peer.message().await["name"], "first");
    assert_eq!(get(&mut peer, "a").await, "kept");
}

cases! {
    async fn what_is_put_can_be_got_replaced_and_deleted(host: Host) {
        let mut peer = join(&host, &room()).await;
        assert_eq!(get(&mut peer, "a").await, Value::Null);
        for text in ["one", "", "zwölf 𐀀"] {
            put(&mut peer, "a", text).await;
            assert_eq!(get(&mut peer, "a").await, text);
        }
        for there in [true, false] {
            let was = ask(&mut peer, json!({"type": "delete", "key": "a"})).await;
            assert_eq!(was, json!({"type": "was", "there": there}));
        }
        assert_eq!(get(&mut peer, "a").await, Value::Null);
    }

    async fn rooms_keep_their_own(host: Host) {
        let name = room();
        let mut one = join(&host, &name).await;
        let mut other = join(&host, &format!("{name}%00")).await;
        put(&mut one, "a", "one").await;
        assert_eq!(get(&mut other, "a").await, Value::Null);
        put(&mut other, "b", "other").await;
        assert_eq!(keys_of(&mut one).await, ["a"]);
        assert_eq!(keys_of(&mut other).await, ["b"]);
    }

    async fn a_value_of_another_shape_is_an_error(host: Host) {
        let mut peer = join(&host, &room()).await;
        put(&mut peer, "a", "text").await;
        let error = error(&mut peer, json!({"type": "getNumber", "key": "a"})).await;
        assert!(error.contains("the value of `a` is of another shape than is asked for"), "{error}");
    }

    async fn keys_are_listed_in_the_order_of_their_bytes(host: Host) {
        let mut peer = join(&host, &room()).await;
        // Set, so that a key of the framework's own stands among them.
        set_timers(&mut peer, &["first"], 60_000).await;
        let all = ["A", "_", "a", "a:1", "a:2", "a:3", "a;", "ä", "\u{ffff}", "𐀀"];
        assert_eq!(keys(&mut peer, json!({})).await, [""; 0]);
        for key in all.iter().rev() {
            put(&mut peer, key, key).await;
        }
        let reversed: Vec<_> = all.iter().rev().copied().collect();
        for (range, expected) in [
            (json!({}), all.as_slice()),
            (json!({"reverse": true}), &reversed),
            (json!({"prefix": "a:"}), &["a:1", "a:2", "a:3"]),
            (json!({"prefix": "a:", "reverse": true, "limit": 2}), &["a:3", "a:2"]),
            (json!({"prefix": "a:", "start": "a:2"}), &["a:2", "a:3"]),
            (json!({"prefix": "a:", "end": "a:2"}), &["a:1"]),
            (json!({"prefix": "a:", "start": "A", "end": "b"}), &["a:1", "a:2", "a:3"]),
            (json!({"prefix": "a:", "end": "A"}), &[]),
            (json!({"prefix": "a:", "start": "b"}), &[]),
            (json!({"start": "a:3", "end": "ä"}), &["a:3", "a;"]),
            (json!({"start": "b", "end": "a"}), &[]),
            (json!({"start": "a", "end": "a"}), &[]),
            (json!({"prefix": "𐀀"}), &["𐀀"]),
            (json!({"limit": 0}), &[]),
            (json!({"limit": 1}), &["A"]),
            (json!({"limit": 2}), &["A", "_"]),
            (json!({"limit": 3}), &["A", "_", "a"]),
            (json!({"limit": 100}), &all),
            (json!({"prefix": "_", "limit": 1}), &["_"]),
            (json!({"prefix": "_", "limit": 1, "reverse": true}), &["_"]),
            (json!({"prefix": "_", "limit": 2}), &["_"]),
        ] {
            assert_eq!(keys(&mut peer, range.clone()).await, expected, "{range}");
        }
    }

    async fn keys_and_values_have_limits(host: Host) {
        let mut peer = join(&host, &room()).await;
        let sized = |key: usize, text: usize| json!({"type": "putSized", "key": key, "text": text});
        // A text of this size takes five bytes more in MessagePack.
        let largest = (2 << 20) - 5;
        for fits in [sized(1, 0), sized(2048, 0), sized(1, largest - 1), sized(2048, largest - 2048)] {
            assert_eq!(ask(&mut peer, fits.clone()).await, json!({"type": "was", "there": true}), "{fits}");
        }
        for (wrong, reason) in [
            (sized(0, 0), "a key cannot be empty"),
            (sized(2049, 0), "a key of 2049 bytes is too long; use at most 2048"),
            (sized(1, largest), "takes 2097152 bytes; at most 2097152 fit"),
            (sized(2048, largest - 2047), "at most 2097152 fit"),
            (json!({"type": "put", "key": "__websocket_do:timers", "text": ""}), "the framework's own"),
            (json!({"type": "delete", "key": "__websocket_do:timers"}), "the framework's own"),
        ] {
            let error = error(&mut peer, wrong).await;
            assert!(error.contains(reason), "{error}");
        }
    }

    async fn a_transaction_is_kept_as_a_whole_or_not_at_all(host: Host) {
        let mut peer = join(&host, &room()).await;
        let transaction = |end: &str| json!({"type": "transaction", "put": "b", "delete": "a", "end": end});
        put(&mut peer, "a", "before").await;
        for (end, reason) in [("failed", "failed on purpose"), ("nested", "a transaction inside a transaction")] {
            let error = error(&mut peer, transaction(end)).await;
            assert!(error.contains(reason), "{error}");
            assert_eq!(get(&mut peer, "a").await, "before");
            assert_eq!(get(&mut peer, "b").await, Value::Null);
            assert_eq!(get(&mut peer, "nested").await, Value::Null);
            assert_eq!(timer(&mut peer, "first").await, None);
        }
        assert_eq!(ask(&mut peer, transaction("well")).await, json!({"type": "done"}));
        assert_eq!(get(&mut peer, "a").await, Value::Null);
        assert_eq!(get(&mut peer, "b").await, "in the transaction");
        assert_eq!(timer(&mut peer, "first").await, Some(END_OF_TIME));
    }

    async fn a_timer_goes_off_once(host: Host) {
        let name = room();
        let mut peer = join(&host, &name).await;
        let start = Instant::now();
        set_timers(&mut peer, &["first"], 300).await;
        let at = timer(&mut peer, "first").await;
        assert!(at.is_some_and(|at| at > 1_764_000_000_000), "{at:?}");
        assert_eq!(peer.message().await, json!({"type": "rang", "name": "first"}));
        let took = start.elapsed();
        assert!((290..2000).contains(&took.as_millis()), "{took:?}");
        assert_eq!(timer(&mut peer, "first").await, None);
        sleep(Duration::from_millis(500)).await;
        peer.nothing_came().await;
        assert_eq!(rung(&host, &name).await, json!(["first"]));
    }

    async fn timers_go_off_by_time_and_then_by_name(host: Host) {
        let name = room();
        let mut peer = join(&host, &name).await;
        set_timers(&mut peer, &["the second", "first"], 600).await;
        set_timers(&mut peer, &["slow"], 300).await;
        // Slow as it is, those that come after it wait for it.
        for expected in ["slow begins", "slow ends", "first", "the second"] {
            assert_eq!(peer.message().await["name"], expected);
        }
        assert_eq!(rung(&host, &name).await, json!(["slow begins", "slow ends", "first", "the second"]));
    }

    async fn a_timer_waits_for_the_handler_of_another(host: Host) {
        let mut peer = join(&host, &room()).await;
        set_timers(&mut peer, &["slow"], 0).await;
        assert_eq!(peer.message().await["name"], "slow begins");
        set_timers(&mut peer, &["first"], 0).await;
        for expected in ["slow ends", "first"] {
            assert_eq!(peer.message().await["name"], expected);
        }
    }

    async fn a_timer_that_is_set_again_has_moved(host: Host) {
        let name = room();
        let mut peer = join(&host, &name).await;
        set_timers(&mut peer, &["first"], 300).await;
        set_timers(&mut peer, &["first"], 900).await;
        set_timers(&mut peer, &["the second"], 60_000).await;
        set_timers(&mut peer, &["the second"], 600).await;
        for expected in ["the second", "first"] {
            assert_eq!(peer.message().await["name"], expected);
        }
        assert_eq!(rung(&host, &name).await, json!(["the second", "first"]));
    }

    async fn a_timer_that_is_cancelled_does_not_go_off(host: Host) {
        let name = room();
        let mut peer = join(&host, &name).await;
        set_timers(&mut peer, &["first", "the second"], 300).await;
        for there in [true, false] {
            let was = ask(&mut peer, json!({"type": "cancelTimer", "name": "first"})).await;
            assert_eq!(was, json!({"type": "was", "there": there}));
        }
        assert_eq!(timer(&mut peer, "first").await, None);
        assert_eq!(peer.message().await["name"], "the second");
        assert_eq!(rung(&host, &name).await, json!(["the second"]));
    }

    async fn a_handler_may_set_its_own_timer_again(host: Host) {
        let name = room();
        let mut peer = join(&host, &name).await;
        set_timers(&mut peer, &["thrice"], 0).await;
        for _ in 0..3 {
            assert_eq!(peer.message().await["name"], "thrice");
        }
        sleep(Duration::from_millis(300)).await;
        assert_eq!(rung(&host, &name).await, json!(["thrice", "thrice", "thrice"]));
    }

    async fn a_timer_whose_handler_fails_is_not_repeated(host: Host) {
        let name = room();
        let mut peer = join(&host, &name).await;
        set_timers(&mut peer, &["failing", "first"], 0).await;
        for expected in ["failing", "first"] {
            assert_eq!(peer.message().await["name"], expected);
        }
        sleep(Duration::from_millis(2500)).await;
        assert_eq!(rung(&host, &name).await, json!(["failing", "first"]));
    }

    async fn a_timer_that_no_handler_has_is_an_error(host: Host) {
        let mut peer = join(&host, &room()).await;
        for message in [
            json!({"type": "setTimers", "names": ["second"], "inMs": 0}),
            json!({"type": "cancelTimer", "name": "second"}),
            json!({"type": "timer", "name": "second"}),
        ] {
            let error = error(&mut peer, message).await;
            let expected = "no `#[timer]` handler of `Keeper` is called `second`; there are `first`, `the second`, `slow`";
            assert!(error.starts_with(expected), "{error}");
        }
    }

    async fn a_timer_of_the_far_future_or_the_past_is_a_timer(host: Host) {
        let name = room();
        let mut peer = join(&host, &name).await;
        let set = |timer: &str, at: u64| {
            let path = format!("/keeper/{name}/timers/{timer}/{at}");
            let address = host.rooms.clone();
            async move { http(&address, "PUT", &path, "").await.0 }
        };
        assert_eq!(set("slow", END_OF_TIME).await, 204);
        assert_eq!(timer(&mut peer, "slow").await, Some(END_OF_TIME));
        peer.nothing_came().await;
        assert_eq!(set("first", 0).await, 204);
        assert_eq!(peer.message().await["name"], "first");
        assert_eq!(timer(&mut peer, "slow").await, Some(END_OF_TIME));
    }
}

async fn keys_of(peer: &mut Peer) -> Vec<String> {
    let listed = ask(peer, json!({"type": "list"})).await;
    listed["entries"].as_array().unwrap().iter().map(|entry| entry["key"].as_str().unwrap().to_owned()).collect()
}
