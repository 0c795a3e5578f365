//! Rooms under test: what `TestRoom` does, and what the runtime promises in every order of events.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod desk;
mod ends;
mod failures;
mod faults;
mod ledger;
mod limits;
mod model;
mod time;
