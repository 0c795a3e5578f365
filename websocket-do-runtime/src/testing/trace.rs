//! The last events in rooms under test, for the report of a failure.

use std::{cell::RefCell, collections::VecDeque, fmt::Write as _};

use crate::{codec::Frame, connection::printable::printable};

/// How many events are kept.
const MAX_EVENTS: usize = 40;

/// The most bytes of a frame or a message in a report.
const MAX_SHOWN: usize = 200;

/// The last events of all rooms.
#[derive(Default)]
pub(super) struct Trace(RefCell<VecDeque<Event>>);

struct Event {
    /// When it occurred, in milliseconds.
    millis: u64,
    room: String,
    text: String,
}

impl Trace {
    pub(super) fn push(&self, millis: u64, room: String, text: String) {
        let mut events = self.0.borrow_mut();
        if events.len() == MAX_EVENTS {
            events.pop_front();
        }
        events.push_back(Event { millis, room, text });
    }

    /// Returns the events, one per line, with their room if there are several.
    pub(super) fn report(&self) -> String {
        let events = self.0.borrow();
        let is_one = events.iter().zip(events.iter().skip(1)).all(|(one, next)| one.room == next.room);
        let mut report = String::new();
        for Event { millis, room, text } in &*events {
            let room = if is_one { String::new() } else { format!("{room}: ") };
            // Writing to a string does not fail.
            let _ = writeln!(report, "  {:>4}.{:03} s  {room}{text}", millis / 1000, millis % 1000);
        }
        report
    }
}

/// Returns a frame as text: MessagePack as JSON, or as hexadecimal bytes if it is malformed.
pub(super) fn frame_text(frame: &Frame) -> String {
    let text = match frame {
        Frame::Text(text) => text.clone(),
        Frame::Binary(bytes) => match rmp_serde::from_slice::<serde_json::Value>(bytes) {
            Ok(value) => format!("msgpack {value}"),
            Err(_) => format!("{} bytes {bytes:02x?}", bytes.len()),
        },
    };
    short(&text)
}

/// Returns a text in one line, shortened.
pub(super) fn short(text: &str) -> String {
    printable(text, MAX_SHOWN).to_string()
}

/// Describes where two texts differ, if that is beyond the part that a report shows.
pub(super) fn difference(expected: &str, found: &str) -> String {
    let at = expected.bytes().zip(found.bytes()).take_while(|(expected, found)| expected == found).count();
    if at < MAX_SHOWN {
        return String::new();
    }
    let rest = |text: &str| short(text.get(text.floor_char_boundary(at)..).unwrap_or_default());
    format!("; they differ at byte {at}: expected `{}`, found `{}`", rest(expected), rest(found))
}
