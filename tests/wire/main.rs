//! What travels: every Rust type in both formats, against what JavaScript writes and reads. No socket is opened here.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod claims;
mod memory;
mod properties;
mod sample;
mod table;
mod times;
mod vectors;
mod words;
