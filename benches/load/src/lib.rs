//! The load generator of `cargo xtask bench`: WebSocket clients that cost little, and what a message costs the server.
//!
//! It speaks the protocol itself, over nonblocking sockets and with buffers that are made once, so that it is not what is
//! measured. It runs in one thread and knows nothing of who is compared with whom.

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
