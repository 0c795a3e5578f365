//! The load generator of `cargo xtask bench`: WebSocket clients that cost little, and what a message costs the server.
//!
//! It speaks the protocol itself, over nonblocking sockets and with buffers that are made once, so that it is not what is
//! measured. It runs in one thread and knows nothing of who is compared with whom.

mod client;
mod crowd;
mod frame;
mod process;

pub use client::{get, visit};
pub use crowd::{Crowd, Kind, Round};
pub use frame::Format;
pub use process::Process;
