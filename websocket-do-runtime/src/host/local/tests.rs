//! `Storage` over the stores of this host: the same guarantees in memory, in a file, and in a reopened file.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use super::{
    Memory,
    file::{File, FileStore},
};
use crate::{Error, ListOptions, MAX_KEY, MAX_VALUE, Result, Storage, host::Store, server::storage::value::TIMERS_KEY};

fn open(folder: &TempDir) -> Arc<File> {
    Arc::new(File::open(folder.path()).expect("a file that can be opened"))
}

fn store(file: &Arc<File>, room: &str) -> FileStore {
    FileStore::new(file.clone(), "Class", room.to_owned())
}

/// Calls `change` with a store of each kind, then `look`: at once, and after reopening the file.
fn with_each(change: impl Fn(Storage<'_>), look: impl Fn(Storage<'_>)) {
    let memory = Memory::default();
    change(Storage::new(&memory));
    look(Storage::new(&memory));
    let kept = memory.take().unwrap_or_default();
    look(Storage::new(&kept));

    let folder = tempfile::tempdir().expect("a folder");
    {
        let file = open(&folder);
        let (before, own, after) = (store(&file, "ab"), store(&file, "abc"), store(&file, "abc\0"));
        for neighbour in [&before, &after] {
            neighbour.put("neighbour", b"\xa5theirs").expect("written");
        }
        change(Storage::new(&own));
        look(Storage::new(&own));
        for neighbour in [&before, &after] {
            let all = neighbour.list(&ListOptions::all()).expect("a list");
            assert_eq!(all, [("neighbour".to_owned(), b"\xa5theirs".to_vec())]);
        }
    }
    look(Storage::new(&store(&open(&folder), "abc")));
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Sample {
    text: String,
    number: Option<i64>,
    list: Vec<(f64, bool)>,
}

fn sample() -> Sample {
    Sample { text: "ä𐀀".into(), number: Some(i64::MIN), list: vec![(0.1, true), (-0.0, false)] }
}

#[test]
fn values_come_back_as_what_they_were() {
    let change = |storage: Storage<'_>| {
        storage.put("sample", &sample()).unwrap();
        storage.put("text", "borrowed").unwrap();
        storage.put("number", &u64::MAX).unwrap();
        storage.put("nothing", &None::<u8>).unwrap();
        storage.put("replaced", &1).unwrap();
        storage.put("replaced", &2).unwrap();
        storage.put("deleted", &3).unwrap();
        assert!(storage.delete("deleted").unwrap());
        assert!(!storage.delete("deleted").unwrap());
    };
    with_each(change, |storage| {
        assert_eq!(storage.get("sample").unwrap(), Some(sample()));
        assert_eq!(storage.get("text").unwrap(), Some("borrowed".to_owned()));
        assert_eq!(storage.get("number").unwrap(), Some(u64::MAX));
        assert_eq!(storage.get("nothing").unwrap(), Some(None::<u8>));
        assert_eq!(storage.get("replaced").unwrap(), Some(2));
        assert_eq!(storage.get::<u8>("deleted").unwrap(), None);
    });
}

#[test]
fn a_value_of_another_type_is_an_error_that_names_its_key() {
    let change = |storage: Storage<'_>| storage.put("a", "text").unwrap();
    with_each(change, |storage| {
        let error = storage.get::<u8>("a").unwrap_err().to_string();
        assert!(error.starts_with("the value of `a` is not of the requested type"), "{error}");
        assert!(storage.list::<u8>(&ListOptions::all()).is_err());
        assert_eq!(storage.get("a").unwrap(), Some("text".to_owned()));
    });
}

#[test]
fn keys_and_values_have_limits() {
    // Seven bytes precede a text of this size.
    let fits = |key: &str| "t".repeat(MAX_VALUE - key.len() - 7);
    let longest = "k".repeat(MAX_KEY);
    let change = |storage: Storage<'_>| {
        for key in ["k", &longest] {
            storage.put(key, &fits(key)).unwrap();
            assert!(storage.put(key, &format!("{}t", fits(key))).is_err());
        }
        for key in ["", &format!("{longest}k"), "__websocket_do:", TIMERS_KEY] {
            assert!(storage.put(key, &1).is_err(), "{key}");
            assert!(storage.delete(key).is_err(), "{key}");
        }
    };
    with_each(change, |storage| {
        for key in ["k", &longest] {
            assert_eq!(storage.get(key).unwrap(), Some(fits(key)));
        }
        assert_eq!(storage.list::<String>(&ListOptions::all()).unwrap().len(), 2);
    });
}

#[test]
fn a_list_is_in_the_order_of_bytes_and_without_our_own_keys() {
    const ALL: [&str; 9] = ["A", "_", "a", "a:1", "a:2", "a:3", "ä", "\u{ffff}", "𐀀"];
    let change = |storage: Storage<'_>| {
        storage.put_reserved(TIMERS_KEY, b"own");
        for key in ALL.iter().rev() {
            storage.put(key, *key).unwrap();
        }
    };
    with_each(change, |storage| {
        let keys = |list: &ListOptions| -> Vec<String> {
            let listed = storage.list::<String>(list).unwrap().into_iter();
            listed.inspect(|(key, value)| assert_eq!(key, value)).map(|(key, _)| key).collect()
        };
        let under = || ListOptions::prefix("a:");
        assert_eq!(keys(&ListOptions::all()), ALL);
        assert_eq!(keys(&ListOptions::all().reverse()), ALL.iter().rev().copied().collect::<Vec<_>>());
        assert_eq!(keys(&ListOptions::all().limit(3)), ["A", "_", "a"]);
        assert_eq!(keys(&ListOptions::all().limit(0)), [""; 0]);
        assert_eq!(keys(&under()), ["a:1", "a:2", "a:3"]);
        assert_eq!(keys(&under().reverse().limit(2)), ["a:3", "a:2"]);
        assert_eq!(keys(&under().start("a:2").end("b")), ["a:2", "a:3"]);
        assert_eq!(keys(&under().end("a:2")), ["a:1"]);
        assert_eq!(keys(&under().end("A")), [""; 0]);
        assert_eq!(keys(&under().start("b")), [""; 0]);
        assert_eq!(keys(&ListOptions::all().start("b").end("a")), [""; 0]);
        assert_eq!(keys(&ListOptions::all().start("a:3").end("𐀀")), ["a:3", "ä", "\u{ffff}"]);
        assert_eq!(keys(&ListOptions::prefix("_").limit(1)), ["_"]);
        assert_eq!(keys(&ListOptions::prefix("__")), [""; 0]);
    });
}

#[test]
fn a_transaction_that_ends_well_is_kept() {
    let change = |storage: Storage<'_>| {
        storage.put("before", &1).unwrap();
        let done = storage.transaction(|storage| {
            storage.put("a", &1)?;
            storage.put("a", &2)?;
            storage.delete("before")?;
            // The changes are visible inside.
            assert_eq!(storage.get("a")?, Some(2));
            assert_eq!(storage.list::<u8>(&ListOptions::all())?, [("a".to_owned(), 2)]);
            Ok("done")
        });
        assert_eq!(done.unwrap(), "done");
    };
    with_each(change, |storage| assert_eq!(storage.list::<u8>(&ListOptions::all()).unwrap(), [("a".to_owned(), 2)]));
}

#[test]
fn a_transaction_that_fails_or_panics_leaves_nothing() {
    fn spoil(storage: &Storage<'_>) -> Result<()> {
        storage.put("a", &2)?;
        storage.put("a", &3)?;
        storage.put("new", &2)?;
        storage.delete("b")?;
        storage.put("b", &2)?;
        storage.delete("c")?;
        Ok(())
    }
    let change = |storage: Storage<'_>| {
        for key in ["a", "b", "c"] {
            storage.put(key, &1).unwrap();
        }
        let failed = storage.transaction(|storage| spoil(storage).and(Err::<(), _>(Error::msg("on purpose"))));
        assert_eq!(failed.unwrap_err().to_string(), "on purpose");
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            storage.transaction(|storage| -> Result<()> {
                spoil(storage)?;
                panic!("on purpose")
            })
        }));
        assert!(panicked.is_err());
    };
    with_each(change, |storage| {
        let expected = ["a", "b", "c"].map(|key| (key.to_owned(), 1));
        assert_eq!(storage.list::<u8>(&ListOptions::all()).unwrap(), expected);
        // The next transaction is independent.
        storage.transaction(|storage| Ok(storage.put("a", &1)?)).unwrap();
        assert_eq!(storage.list::<u8>(&ListOptions::all()).unwrap(), expected);
    });
}

#[test]
fn a_transaction_inside_a_transaction_is_an_error_and_the_outer_one_goes_on() {
    let change = |storage: Storage<'_>| {
        let outer = storage.transaction(|storage| {
            storage.put("a", &1)?;
            let inner = storage.transaction(|storage| Ok(storage.put("b", &1)?)).unwrap_err();
            assert!(inner.to_string().contains("a transaction inside a transaction"), "{inner}");
            Ok(storage.put("c", &1)?)
        });
        outer.unwrap();
    };
    with_each(change, |storage| {
        assert_eq!(storage.list::<u8>(&ListOptions::all()).unwrap(), ["a", "c"].map(|key| (key.to_owned(), 1)));
    });
}

#[test]
fn the_file_knows_which_rooms_have_a_timer() {
    let folder = tempfile::tempdir().expect("a folder");
    {
        let file = open(&folder);
        for (class, room, is_waiting) in [("A", "x", true), ("B", "", true), ("B", "x", true), ("B", "y", false)] {
            let store = FileStore::new(file.clone(), class, room.to_owned());
            store.set_waiting(true).unwrap();
            store.set_waiting(is_waiting).unwrap();
        }
        let undone = FileStore::new(file.clone(), "B", "undone".to_owned());
        undone.transaction(&mut || undone.set_waiting(true).is_err()).unwrap();
    }
    let file = open(&folder);
    for (class, rooms) in [("A", &["x"] as &[&str]), ("B", &["", "x"]), ("", &[]), ("AB", &[])] {
        assert_eq!(file.waiting(class).unwrap(), rooms, "{class}");
    }
}
