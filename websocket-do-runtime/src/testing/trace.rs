//! What has happened in a room under test, for a failure to tell.

use std::{cell::RefCell, collections::VecDeque, fmt::Write as _};

use crate::codec::Frame;

/// So many of the last events are told.
const TOLD: usize = 40;

/// So many characters of a frame are told.
const SHOWN: usize = 160;

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
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
