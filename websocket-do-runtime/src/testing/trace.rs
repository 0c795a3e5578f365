//! What has happened in a room under test, for a failure to tell.

use std::{cell::RefCell, collections::VecDeque, fmt::Write as _};

use crate::{codec::Frame, connection::printable::printable};

/// So many of the last events are told.
const TOLD: usize = 40;

/// The most bytes of a frame or a message in a report.
const SHOWN: usize = 200;

/// The last events, each with its time.
#[derive(Default)]
pub(super) struct Trace(RefCell<VecDeque<(u64, String)>>);

impl Trace {
    pub(super) fn say(&self, millis: u64, what: impl FnOnce() -> String) {
        let mut events = self.0.borrow_mut();
        if events.len() == TOLD {
            events.pop_front();
        }
        events.push_back((millis, what()));
    }

    /// The events, a line each.
    pub(super) fn told(&self) -> String {
        let mut told = String::new();
        for (millis, what) in &*self.0.borrow() {
            // Writing to a string does not fail.
            let _ = writeln!(told, "  {:>4}.{:03} s  {what}", millis / 1000, millis % 1000);
        }
        told
    }
}

/// A frame for people: MessagePack as the JSON that it would be, if it would be any.
pub(super) fn shown(frame: &Frame) -> String {
    let text = match frame {
        Frame::Text(text) => text.clone(),
        Frame::Binary(bytes) => match rmp_serde::from_slice::<serde_json::Value>(bytes) {
            Ok(value) => format!("msgpack {value}"),
            Err(_) => format!("{} bytes {bytes:02x?}", bytes.len()),
        },
    };
    short(&text)
}

/// A text in one line, cut.
pub(super) fn short(text: &str) -> String {
    printable(text, SHOWN).to_string()
}

/// Two texts that differ, with where they do if that is not seen in what is shown of them.
pub(super) fn difference(expected: &str, found: &str) -> String {
    let at = expected.bytes().zip(found.bytes()).take_while(|(expected, found)| expected == found).count();
    if at < SHOWN {
        return String::new();
    }
    let rest = |text: &str| short(text.get(text.floor_char_boundary(at)..).unwrap_or_default());
    format!("; they differ from byte {at} on: expected `{}`, found `{}`", rest(expected), rest(found))
}
