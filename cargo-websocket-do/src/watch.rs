//! Waiting for a change of a project's files.

use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, SystemTime},
};

use crate::process::Parent;

const POLL: Duration = Duration::from_millis(300);

/// Folders with what is built or installed. Folders with a dot are skipped, too.
const SKIPPED: [&str; 3] = ["target", "build", "node_modules"];

/// How many files are looked at; more are not watched.
const MOST: usize = 100_000;

/// The files of a folder at one time: how many there are, and when the last of them was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapshot {
    files: usize,
    newest: Option<SystemTime>,
}

impl Snapshot {
    /// Looks at all files of the folder and of those in it.
    pub fn of(folder: &Path) -> Self {
        let mut snapshot = Self { files: 0, newest: None };
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let Ok(metadata) = entry.metadata() else { continue };
                if metadata.is_dir() {
                    folders.extend(Some(entry.path()).filter(|path| is_watched(path)));
                } else if snapshot.files < MOST {
                    snapshot.files += 1;
                    snapshot.newest = snapshot.newest.max(metadata.modified().ok());
                }
            }
        }
        snapshot
    }

    /// Waits until the folder differs from the snapshot. Returns false if the parent process has ended before.
    pub fn wait_for_change(self, folder: &Path, parent: &Parent) -> bool {
        while Self::of(folder) == self {
            if !parent.is_alive() {
                return false;
            }
            thread::sleep(POLL);
        }
        true
    }
}

fn is_watched(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    !name.starts_with('.') && !SKIPPED.contains(&&*name)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Snapshot;

    #[test]
    fn sources_are_watched_and_what_is_built_is_not() {
        let folder = std::env::temp_dir().join(format!("websocket-do-watch-{}", std::process::id()));
        for path in ["src", "build", "target/debug", ".wrangler"] {
            fs::create_dir_all(folder.join(path)).expect("a folder");
        }
        let write = |path: &str| fs::write(folder.join(path), "text").expect("a file");
        write("src/room.rs");
        let before = Snapshot::of(&folder);
        for built in ["build/index.js", "target/debug/room", ".wrangler/state"] {
            write(built);
        }
        assert_eq!(Snapshot::of(&folder), before);
        write("src/new.rs");
        let added = Snapshot::of(&folder);
        assert_ne!(added, before);
        let later = std::time::SystemTime::now() + std::time::Duration::from_secs(5);
        let room = fs::File::options().write(true).open(folder.join("src/room.rs")).expect("the file");
        room.set_modified(later).expect("a time");
        assert_ne!(Snapshot::of(&folder), added);
        fs::remove_dir_all(folder).expect("removed");
    }
}
