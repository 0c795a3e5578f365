use std::io::ErrorKind;

use super::{File, Store, TempDir, data_file, fs, store, temporary_folder, written};
use crate::ListOptions;

/// A folder with a file of a few hundred values, and the bytes of the file.
fn filled() -> (TempDir, Vec<u8>) {
    let folder = temporary_folder();
    {
        let file = std::sync::Arc::new(File::open(folder.path()).unwrap());
        for room in 0..4 {
            let store = store(&file, &format!("room {room}"));
            for key in 0..100_usize {
                store.put(&format!("key {key}"), &vec![b'v'; key * 7]).unwrap();
            }
            written(&store).unwrap();
        }
    }
    let bytes = fs::read(data_file(&folder)).unwrap();
    (folder, bytes)
}

type Entries = Vec<(String, Vec<u8>)>;

/// All values, or the error of opening the file.
fn read(folder: &TempDir) -> std::io::Result<Vec<Entries>> {
    let file = std::sync::Arc::new(File::open(folder.path())?);
    let all = |room| store(&file, &format!("room {room}")).list(&ListOptions::all());
    Ok((0..4).map(|room| all(room).expect("a file that was opened can be read")).collect())
}

/// Asserts that the damage was found by a check and not by a panic.
fn is_explained(error: &std::io::Error) {
    let text = error.to_string();
    assert!(text.contains("it is damaged: ") && !text.contains("a page cannot be read"), "{text}");
}

#[test]
fn a_file_that_was_damaged_is_an_error_or_reads_as_before() {
    let (folder, whole) = filled();
    let before = read(&folder).unwrap();
    let whole = {
        let _ = whole;
        fs::read(data_file(&folder)).unwrap()
    };
    let mut refused = 0;
    // Offsets in all fields of the header, and in pages throughout the file.
    let offsets = (0..320).step_by(3).chain((4096..whole.len()).step_by(7919));
    for (round, offset) in offsets.enumerate() {
        let mut damaged = whole.clone();
        damaged[offset] ^= 1 << (round % 8);
        fs::write(data_file(&folder), &damaged).unwrap();
        match read(&folder) {
            Ok(values) => assert_eq!(values, before, "byte {offset}"),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::InvalidData, "byte {offset}: {error}");
                is_explained(&error);
                refused += 1;
            }
        }
    }
    assert!(refused > 10, "only {refused} were noticed");
}

#[test]
fn a_file_that_was_cut_off_is_an_error() {
    let (folder, whole) = filled();
    for length in
        [0, 1, 8, 9, 63, 64, 319, 320, 4095, 4096, 4097, 8192, whole.len() / 2, whole.len() - 4096, whole.len() - 1]
    {
        fs::write(data_file(&folder), &whole[..length]).unwrap();
        let error = File::open(folder.path()).err().unwrap_or_else(|| panic!("{length} bytes were opened"));
        assert_eq!(error.kind(), ErrorKind::InvalidData, "{length}: {error}");
        is_explained(&error);
        assert_eq!(fs::read(data_file(&folder)).unwrap(), &whole[..length], "it was changed");
    }
}

#[test]
fn a_new_file_is_never_seen_half_made() {
    let folder = temporary_folder();
    drop(File::open(folder.path()).unwrap());
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["rooms.redb"]);
}

#[test]
fn damage_that_comes_later_is_an_error_of_the_storage_until_it_is_mended() {
    let (folder, _) = filled();
    let file = std::sync::Arc::new(File::open(folder.path()).unwrap());
    let stores: Vec<_> = (0..4).map(|room| store(&file, &format!("room {room}"))).collect();
    let before: Vec<_> = stores.iter().map(|store| store.list(&ListOptions::all()).unwrap()).collect();
    for garbage in [0x00, 0xff, 0x01, 0x02, 0x5a] {
        let whole = fs::read(data_file(&folder)).unwrap();
        overwrite(&folder, 4096, &vec![garbage; whole.len() - 4096]);
        let put = |store: &super::FileStore| store.put("new", b"value").is_ok() && written(store).is_ok();
        // Cached pages may still be read and written; the damage is detected when the file is reopened at the latest.
        for _ in 0..3 {
            for (store, before) in stores.iter().zip(&before) {
                if let Ok(values) = store.list(&ListOptions::all()) {
                    let values: Vec<_> = values.into_iter().filter(|(key, _)| key != "new").collect();
                    assert_eq!(values, *before);
                }
                if !put(store) {
                    store.restart();
                }
            }
            file.queue.reopen();
        }
        let error = super::eventually(|| stores[0].get("key 1").err().ok_or("it is still read"));
        assert!(error.to_string().starts_with("the data file: "), "{error}");
        // A database that is being closed still writes to the file, so it may have to be repaired more than once.
        let mend = || overwrite(&folder, 0, &whole);
        mend();
        super::eventually(|| stores[0].put("new", b"value").inspect_err(|_| mend()));
        for (store, before) in stores.iter().zip(&before) {
            super::eventually(|| store.delete("new").inspect_err(|_| mend()));
            assert_eq!(store.list(&ListOptions::all()).unwrap(), *before);
        }
    }
}

fn overwrite(folder: &TempDir, offset: u64, bytes: &[u8]) {
    use std::io::{Seek, SeekFrom, Write};
    let mut file = fs::File::options().write(true).open(data_file(folder)).unwrap();
    file.set_len(offset + bytes.len() as u64).unwrap();
    file.seek(SeekFrom::Start(offset)).unwrap();
    file.write_all(bytes).unwrap();
}
