//! Rooms under test: the third host, in memory, with a clock that the test advances and faults on demand. The guide is
//! `websocket-do/docs/testing.md`, the module documentation of `websocket_do::testing`.

#![expect(clippy::panic, reason = "a test fails by panicking")]

mod calls;
mod client;
mod clock;
mod connection;
mod expect;
mod explore;
mod faults;
mod host;
mod ready;
mod receive;
mod remote;
mod requests;
mod room;
mod session;
mod simulated_room;
mod simulation;
mod trace;

#[doc(hidden)]
pub use client::TestConnection;
pub use explore::explore;
pub use requests::json;
pub use room::TestRoom;
pub use session::TestSession;
