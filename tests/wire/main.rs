//! The wire format: every Rust type in both formats, compared with what JavaScript writes and reads. No test opens a socket.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod claims;
mod memory;
mod messages;
mod nesting;
mod properties;
mod sample;
mod table;
mod times;
mod vectors;
