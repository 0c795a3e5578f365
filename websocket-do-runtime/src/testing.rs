//! Rooms under test: the third host, in memory, with a clock that is moved by hand and faults on demand. The guide is at
//! the facade, `websocket_do::testing`.

#![expect(clippy::panic, reason = "a test fails by panicking")]

mod clock;
mod explore;
mod host;
mod line;
mod remote;
mod room;
mod session;
mod trace;
mod world;

pub use explore::explore;
pub(crate) use line::Line;
pub use room::{TestRoom, json};
pub use session::TestSession;
