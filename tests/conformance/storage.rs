//! Persistent storage of rooms.

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{
    Case, Host, cases,
    peer::{http, room},
    storage_room::{END_OF_TIME, IDLE, ask, error, get, join, keys, keys_of, panic, put, set_timers, timer},
};

/// The cases that end the whole isolate.
pub(crate) const EXCLUSIVE: &[Case] = &[
    ("values_and_timers_survive_a_panic", |host| Box::pin(loss_of_memory(host))),
    ("a_transaction_that_panics_is_rolled_back", |host| Box::pin(panicked_transaction(host))),
];

async fn loss_of_memory(host: Host) {
    let mut peer = join(&host, &room()).await;
    put(&mut peer, "a", "kept").await;
    set_timers(&mut peer, &["first"], 300).await;
    panic(&mut peer).await;
    assert_eq!(get(&mut peer, "a").await, "kept");
    assert_eq!(peer.message().await, json!({"type": "fired", "name": "first"}));
    // An acknowledged write survives, even immediately before the panic.
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

/// The cases that only sleep.
pub(crate) const SLEEPING: &[Case] = &[("values_survive_eviction", |host| Box::pin(values_survive_eviction(host)))];

/// Without connections, both hosts remove the room from memory.
async fn values_survive_eviction(host: Host) {
    let path = format!("/storage/{}/values/a", room());
    assert_eq!(http(&host.rooms, "GET", &path, "").await.0, 404);
    assert_eq!(http(&host.rooms, "PUT", &path, "kept").await.0, 204);
    sleep(IDLE).await;
    assert_eq!(http(&host.rooms, "GET", &path, "").await, (200, "kept".into()));
}

cases! {
    async fn all_values_are_deleted_at_once_and_timers_stay(host: Host) {
        let name = room();
        let mut peer = join(&host, &name).await;
        for number in 0..40 {
            put(&mut peer, &format!("key-{number}"), &format!("key-{number}")).await;
        }
        set_timers(&mut peer, &["first"], 60_000).await;
        let at = timer(&mut peer, "first").await;
        assert_eq!(http(&host.rooms, "DELETE", &format!("/storage/{name}/values"), "").await.0, 204);
        assert_eq!(keys(&mut peer, json!({})).await, Vec::<String>::new());
        assert_eq!(timer(&mut peer, "first").await, at);
        // Also where there is nothing left to delete.
        assert_eq!(http(&host.rooms, "DELETE", &format!("/storage/{name}/values"), "").await.0, 204);
    }

    async fn a_value_can_be_stored_read_replaced_and_deleted(host: Host) {
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

    async fn rooms_have_separate_storage(host: Host) {
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
        assert!(error.contains("the value of `a` is not of the requested type"), "{error}");
    }

    async fn keys_are_listed_in_the_order_of_their_bytes(host: Host) {
        let mut peer = join(&host, &room()).await;
        // A timer adds a reserved key, which must not be listed.
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
        // The overhead is five bytes for the MessagePack string and two for the layout.
        let largest = (2 << 20) - 7;
        for fits in [sized(1, 0), sized(2048, 0), sized(1, largest - 1), sized(2048, largest - 2048)] {
            assert_eq!(ask(&mut peer, fits.clone()).await, json!({"type": "was", "there": true}), "{fits}");
        }
        for (wrong, reason) in [
            (sized(0, 0), "a key cannot be empty"),
            (sized(2049, 0), "a key of 2049 bytes is too long; use at most 2048"),
            (sized(1, largest), "takes 2097152 bytes; at most 2097152 fit"),
            (sized(2048, largest - 2047), "at most 2097152 fit"),
            (json!({"type": "put", "key": "__websocket_do:timers", "text": ""}), "are reserved"),
            (json!({"type": "delete", "key": "__websocket_do:timers"}), "are reserved"),
        ] {
            let error = error(&mut peer, wrong).await;
            assert!(error.contains(reason), "{error}");
        }
    }

    async fn a_transaction_is_atomic(host: Host) {
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
}
