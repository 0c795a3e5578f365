//! The steps of `cargo websocket-do`, as a library for the commands of its own repository.
//!
//! It is not an interface for others: its items change with any release.

pub mod debian;
pub mod doctor;
pub mod npm;
pub mod port;
pub mod process;
pub mod project;
pub mod serve;
pub mod step;
pub mod template;
pub mod tools;
pub mod wasm;
pub mod watch;
pub mod worker;
pub mod wrangler_config;
