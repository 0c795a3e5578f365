//! Rooms that do what the conformance tests ask of them, on both hosts.

mod events;
mod shapes;

use websocket_do::App;

pub use events::Events;
pub use shapes::{Fixed, Lost, Migrated};

/// One room class a prefix.
pub fn app() -> App {
    App::new()
        .rooms::<Events>("/events/{room}", "EVENTS")
        .rooms::<Fixed>("/fixed/{room}", "FIXED")
        .rooms::<Lost>("/lost/{room}", "LOST")
        .rooms::<Migrated>("/migrated/{room}", "MIGRATED")
}

websocket_do::export_worker!(app);
