//! `TestRoom`, and the guarantees of the runtime in every order of events.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod calls;
mod client_calls;
mod desk;
mod environment;
mod errors;
mod failures;
mod faults;
mod faulty;
mod ledger;
mod limits;
mod logbook;
mod misbehaving_clients;
mod model;
mod requests;
mod time;
