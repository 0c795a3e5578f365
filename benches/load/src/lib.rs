//! The load generator of `cargo xtask bench`: cheap WebSocket clients, and the CPU time of a server.
//!
//! It implements the protocol itself, on nonblocking sockets and with reused buffers, so that its own cost stays small. It runs in one
//! thread, and does not know which programs are compared.

mod client;
mod clients;
mod frame;
mod process;
mod round;

pub use client::get;
pub use clients::{Clients, Kind};
pub use frame::Format;
pub use process::Process;
pub use round::Round;
