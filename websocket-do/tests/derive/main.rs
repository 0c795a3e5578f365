//! `derive(WsProtocol)`: wire forms, validation errors, rules, schemas.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod as_string;
mod attributes;
mod calls;
mod check_order;
mod containers;
mod errors;
mod names;
mod protocol;
mod rules;
mod schema;
mod wire_form;
