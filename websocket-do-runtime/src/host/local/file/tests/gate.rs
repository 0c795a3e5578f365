use std::{sync::mpsc, thread, time::Duration};

use futures_util::FutureExt;

use super::{Disk, Mode, Store, eventually, file_on, store, temporary_folder, text, written};
use crate::ListOptions;

#[test]
fn rooms_go_on_while_the_disk_hangs_and_nothing_of_a_writer_leaves() {
    let (folder, disk) = (temporary_folder(), Disk::new());
    let file = file_on(&disk, &folder);
    let (writer, other) = (store(&file, "writer"), store(&file, "other"));
    other.put("old", b"value").unwrap();
    written(&other).unwrap();

    disk.set(Mode::Hanging);
    writer.put("key", b"value").unwrap();
    disk.wait_until_hanging();
    let barrier = writer.barrier().expect("a pending write");
    assert_eq!(barrier.passed().now_or_never(), None);
    // Another room can read and write.
    assert!(other.barrier().is_none());
    assert_eq!(text(&other, "old").as_deref(), Some("value"));
    other.put("new", b"value").unwrap();
    assert_eq!(text(&other, "new").as_deref(), Some("value"));
    assert!(other.barrier().is_some());
    // So can the room itself.
    assert!(writer.delete("key").unwrap());
    assert_eq!(text(&writer, "key"), None);

    disk.set(Mode::Healthy);
    written(&writer).unwrap();
    written(&other).unwrap();
    assert_eq!(barrier.passed().now_or_never(), Some(Ok(())));
    assert_eq!(text(&writer, "key"), None);
}

#[test]
fn what_was_queued_meanwhile_shares_one_commit() {
    let (folder, disk) = (temporary_folder(), Disk::new());
    let file = file_on(&disk, &folder);
    let stores: Vec<_> = (0..50).map(|room| store(&file, &format!("room {room}"))).collect();
    disk.set(Mode::Hanging);
    stores[0].put("first", b"").unwrap();
    disk.wait_until_hanging();
    for store in &stores {
        for key in 0..10 {
            store.put(&format!("{key}"), b"value").unwrap();
        }
    }
    let before = disk.syncs.load(std::sync::atomic::Ordering::SeqCst);
    disk.set(Mode::Healthy);
    for store in &stores {
        written(store).unwrap();
    }
    let syncs = disk.syncs.load(std::sync::atomic::Ordering::SeqCst) - before;
    assert!(syncs <= 2, "500 writes took {syncs} syncs");
    for store in &stores {
        assert!(store.list(&ListOptions::all()).unwrap().len() >= 10);
    }
}

#[test]
fn a_room_that_writes_faster_than_the_disk_waits_for_it() {
    const VALUE: usize = 1 << 20;
    let (folder, disk) = (temporary_folder(), Disk::new());
    let file = file_on(&disk, &folder);
    disk.set(Mode::Hanging);
    let (progress, keys) = mpsc::channel();
    let writing = thread::spawn(move || {
        let store = store(&file, "room");
        for key in 0..64 {
            store.put(&format!("{key}"), &vec![0; VALUE]).unwrap();
            progress.send(key).unwrap();
        }
        written(&store).unwrap();
        store.list(&ListOptions::all()).unwrap().len()
    });
    disk.wait_until_hanging();
    let mut last = 0;
    while let Ok(key) = keys.recv_timeout(Duration::from_millis(500)) {
        last = key;
    }
    assert!(last < 32, "{last} MiB were queued");
    disk.set(Mode::Healthy);
    assert_eq!(eventually(|| writing.is_finished().then_some(()).ok_or("it still writes")), ());
    assert_eq!(writing.join().unwrap(), 64);
}

#[test]
fn a_list_shows_what_is_not_in_the_file_yet() {
    let (folder, disk) = (temporary_folder(), Disk::new());
    let file = file_on(&disk, &folder);
    let store = store(&file, "room");
    for key in ["a", "b", "c", "d"] {
        store.put(key, b"old").unwrap();
    }
    written(&store).unwrap();
    disk.set(Mode::Hanging);
    store.put("b", b"new").unwrap();
    store.put("bb", b"new").unwrap();
    store.delete("c").unwrap();
    store.put("e", b"new").unwrap();
    let listed = |list: &ListOptions| -> Vec<String> {
        let entries = store.list(list).unwrap().into_iter();
        entries.map(|(key, value)| format!("{key} {}", String::from_utf8(value).unwrap())).collect()
    };
    let look = |listed: &dyn Fn(&ListOptions) -> Vec<String>| {
        assert_eq!(listed(&ListOptions::all()), ["a old", "b new", "bb new", "d old", "e new"]);
        assert_eq!(listed(&ListOptions::all().reverse().limit(3)), ["e new", "d old", "bb new"]);
        assert_eq!(listed(&ListOptions::all().start("b").end("d").reverse()), ["bb new", "b new"]);
        assert_eq!(listed(&ListOptions::prefix("b").limit(1)), ["b new"]);
    };
    look(&listed);
    store
        .transaction(&mut || {
            store.delete("e").unwrap();
            store.put("c", b"again").unwrap();
            assert_eq!(listed(&ListOptions::all().start("bb")), ["bb new", "c again", "d old"]);
            assert_eq!(listed(&ListOptions::all().reverse().limit(2)), ["d old", "c again"]);
            false
        })
        .unwrap();
    look(&listed);
    disk.set(Mode::Healthy);
    written(&store).unwrap();
    look(&listed);
}
