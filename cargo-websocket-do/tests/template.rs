//! The template is a cut-down of the chat example, so that what is learned from one holds for the other.

use std::{fs, path::Path};

/// The template's files, the example's, and the lines that only the template has.
const FILES: [(&str, &str, &[&str]); 3] = [
    ("protocol/src/lib.rs", "chat-protocol/src/lib.rs", &["//! The messages that the room and all clients share."]),
    (
        "src/lib.rs",
        "chat/src/lib.rs",
        &[
            "//! A chat: the same app on this machine, on workerd and on Cloudflare.",
            "pub use {{crate}}_protocol as protocol;",
        ],
    ),
    (
        "src/room.rs",
        "chat/src/room.rs",
        &[
            "//! The chat room: its sessions and messages.",
            "use websocket_do::{Closed, HttpError, Result, Room, SendError, Session, Upgrade, websocket_do};",
            "use crate::protocol::{ClientMessage, ServerMessage};",
            "/// The data of one session. It survives hibernation.",
            "/// The room. Fields would be a cache: a room that hibernates keeps only its session data and its storage.",
            "#[derive(Default)]",
            "pub struct ChatRoom;",
            "fn connect(&self, room: &Room<Self>, upgrade: &Upgrade) -> Result<Member, HttpError> {",
            "// Access is decided here, before the upgrade. Rooms named `private-…` require the secret `ROOM_KEY`.",
            "if upgrade.room_name().is_none_or(|name| name.starts_with(\"private-\")) {",
            "let key = room.env().secret(\"ROOM_KEY\")?;",
            "if key.is_empty() || upgrade.query(\"key\").as_deref() != Some(&key) {",
            "return Err(HttpError::unauthorized());",
            "Ok(Member { user_id, name })",
        ],
    ),
];

#[test]
fn each_line_of_the_template_is_in_the_chat_example_in_the_same_order() {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: String| fs::read_to_string(crate_folder.join(path)).expect("a file of the repository");
    for (template, example, own) in FILES {
        let (text, example) = (read(format!("templates/chat/{template}")), read(format!("../examples/{example}")));
        for line in own {
            assert!(text.contains(line), "the template's {template} has no line `{line}` any more");
        }
        let mut rest = example.lines().map(str::trim);
        for line in text.lines().map(str::trim).filter(|line| !is_punctuation(line) && !own.contains(line)) {
            assert!(
                rest.any(|other| other == line),
                "`{line}` of the template's {template} is not next in the example"
            );
        }
    }
}

/// Empty lines and closing brackets are everywhere.
fn is_punctuation(line: &str) -> bool {
    line.chars().all(|c| "{}[]();,".contains(c))
}

#[test]
fn the_template_has_the_release_profile_of_the_repository() {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let profile = |path: &str| {
        let text = fs::read_to_string(crate_folder.join(path)).expect("a manifest");
        let section = text.lines().skip_while(|line| *line != "[profile.release]").skip(1);
        let settings = section.take_while(|line| !line.starts_with('[')).filter(|line| line.contains('='));
        // `debug = 0` is cargo's default.
        settings.filter(|line| *line != "debug = 0").map(str::to_owned).collect::<Vec<_>>()
    };
    let template = profile("templates/chat/Cargo.toml.template");
    assert!(!template.is_empty());
    assert_eq!(template, profile("../Cargo.toml"));
}
