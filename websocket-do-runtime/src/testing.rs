//! Rooms under test: the third host, in memory, with a clock that is moved by hand and faults on demand. The guide is at
//! the facade, `websocket_do::testing`.

#![expect(clippy::panic, reason = "a test fails by panicking")]

mod clock;
mod expect;
mod explore;
mod host;
mod line;
mod platform;
mod remote;
mod requests;
mod room;
mod session;
mod trace;
mod world;

pub use explore::explore;
pub(crate) use line::Line;
pub use requests::json;
pub use room::TestRoom;
pub use session::TestSession;
