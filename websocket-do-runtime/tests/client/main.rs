//! The native client against servers of the tests' own. What every platform's client does is tested by the shared cases in
//! `tests/client/cases`, which need the servers that `cargo xtask test` starts.
#![cfg(all(feature = "client", not(target_arch = "wasm32")))]

mod heartbeat;
mod opening;
mod receiving;
mod retrying;
mod sending;
mod session;
mod support;
