//! The native client against a small server that does as each test says, in both formats.
#![cfg(all(feature = "client", not(target_arch = "wasm32")))]

mod opening;
mod session;
mod support;
