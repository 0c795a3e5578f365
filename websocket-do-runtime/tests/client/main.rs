//! The native client against a small server that does as each test says, in both formats.
#![cfg(all(feature = "client", not(target_arch = "wasm32")))]

mod heartbeat;
mod opening;
mod receiving;
mod retrying;
mod sending;
mod session;
mod support;
