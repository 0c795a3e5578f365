use super::{
    Disk, Mode, Store, WritesLost, data_file, eventually, file_on, fs, store, temporary_folder, text, written,
};
use crate::ListOptions;

/// A value that does not fit into the existing pages of the file.
fn large() -> Vec<u8> {
    vec![b'x'; 2 << 20]
}

#[test]
fn writes_go_on_when_there_is_space_again_and_what_was_acknowledged_stays() {
    for mode in [Mode::Full, Mode::NoWrites, Mode::NoSyncs] {
        let (folder, disk) = (temporary_folder(), Disk::new());
        {
            let file = file_on(&disk, &folder);
            let (own, other) = (store(&file, "own"), store(&file, "other"));
            own.put("kept", b"before").unwrap();
            written(&own).unwrap();

            disk.set(mode);
            // Queued before the fault was known, so that its call succeeds and the write is lost later.
            own.put("lost", &large()).unwrap();
            assert_eq!(written(&own), Err(WritesLost), "{mode:?}");
            assert!(own.put("too early", b"").is_err());
            own.restart();
            assert!(own.barrier().is_none());
            // From now on, calls return the error.
            for store in [&own, &other] {
                let error = store.put("refused", &large()).unwrap_err().to_string();
                assert!(error.starts_with("the data file: "), "{error}");
                let undone = store
                    .transaction(&mut || store.put("a", b"").and_then(|()| store.put("refused", &large())).is_ok());
                assert!(undone.is_err(), "{mode:?}");
            }
            if mode == Mode::Full {
                assert_eq!(text(&own, "kept").as_deref(), Some("before"));
                assert_eq!(own.list(&ListOptions::all()).unwrap().len(), 1);
            }

            disk.set(Mode::Healthy);
            eventually(|| own.put("kept too", b"after"));
            other.put("others", b"as well").unwrap();
            written(&own).unwrap();
            written(&other).unwrap();
            assert_eq!(text(&own, "kept").as_deref(), Some("before"), "{mode:?}");
        }
        let file = file_on(&disk, &folder);
        let (own, other) = (store(&file, "own"), store(&file, "other"));
        let keys = |list: Vec<(String, Vec<u8>)>| list.into_iter().map(|(key, _)| key).collect::<Vec<_>>();
        // A commit whose sync fails may still be in the file.
        let mut kept = keys(own.list(&ListOptions::all()).unwrap());
        kept.retain(|key| mode != Mode::NoSyncs || key.starts_with("kept"));
        assert_eq!(kept, ["kept", "kept too"], "{mode:?}");
        assert_eq!(text(&other, "others").as_deref(), Some("as well"));
    }
}

#[test]
fn a_fault_that_passes_is_not_seen_by_rooms() {
    let (folder, disk) = (temporary_folder(), Disk::new());
    let file = file_on(&disk, &folder);
    let store = store(&file, "room");
    for round in 0..10 {
        disk.set(Mode::OneFault);
        store.put(&format!("{round}"), b"kept").unwrap();
        written(&store).unwrap();
    }
    assert_eq!(store.list(&ListOptions::all()).unwrap().len(), 10);
}

#[test]
fn timers_heal_as_values_do() {
    let (folder, disk) = (temporary_folder(), Disk::new());
    let file = file_on(&disk, &folder);
    let store = store(&file, "room");
    disk.set(Mode::NoWrites);
    store.set_waiting(true).unwrap();
    assert_eq!(written(&store), Err(WritesLost));
    store.restart();
    store.set_waiting(true).unwrap_err();
    disk.set(Mode::Healthy);
    eventually(|| store.set_waiting(true));
    written(&store).unwrap();
    assert_eq!(file.waiting("Class").unwrap(), ["room"]);
}

#[test]
fn what_was_written_before_a_room_ends_is_there_for_the_next_of_its_name() {
    let (folder, disk) = (temporary_folder(), Disk::new());
    let file = file_on(&disk, &folder);
    for round in 0..20_u8 {
        let first = store(&file, "room");
        first.put("key", &[b'0' + round]).unwrap();
        drop(first);
        assert_eq!(store(&file, "room").get("key").unwrap(), Some(vec![b'0' + round]));
    }
    drop(file);
    assert!(fs::metadata(data_file(&folder)).unwrap().len() > 0);
}
