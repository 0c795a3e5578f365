//! Guides, in reading order. Those about one module are the pages of that module.
//!
//! 1. [Getting started](getting_started)
//! 2. [Protocol and rules](protocol)
//! 3. [Rooms and sessions](rooms)
//! 4. [Calls](calls)
//! 5. [Storage and timers](storage)
//! 6. [Environment and services](crate::environment)
//! 7. [Calling rooms](crate::stub)
#![cfg_attr(feature = "client", doc = "8. [The client](crate::client)")]
#![cfg_attr(not(feature = "client"), doc = "8. The client, with the feature `client`")]
#![cfg_attr(all(feature = "testing", not(target_arch = "wasm32")), doc = "9. [Testing](crate::testing)")]
#![cfg_attr(not(all(feature = "testing", not(target_arch = "wasm32"))), doc = "9. Testing, with the feature `testing`")]
//! 10. [Beside your own routes](crate::embedding)
//! 11. [Deploying](deploying)
//! 12. [Security](security)
//! 13. [Troubleshooting](troubleshooting)

#[doc = include_str!("../docs/getting_started.md")]
#[doc = ""]
#[cfg_attr(all(feature = "testing", not(target_arch = "wasm32")), doc = "[testing guide]: crate::testing")]
#[cfg_attr(
    not(all(feature = "testing", not(target_arch = "wasm32"))),
    doc = "[testing guide]: https://docs.rs/websocket-do/latest/websocket_do/testing/"
)]
pub mod getting_started {}

#[doc = include_str!("../docs/protocol.md")]
pub mod protocol {}

#[doc = include_str!("../docs/rooms.md")]
pub mod rooms {}

#[cfg(feature = "client")]
#[doc = include_str!("../docs/calls.md")]
pub mod calls {}

#[doc = include_str!("../docs/storage.md")]
pub mod storage {}

#[doc = include_str!("../docs/deploying.md")]
pub mod deploying {}

#[doc = include_str!("../docs/security.md")]
#[doc = ""]
#[doc = concat!("[`access.rs`]: ", env!("CARGO_PKG_REPOSITORY"), "/blob/main/examples/chat/src/access.rs")]
pub mod security {}

#[doc = include_str!("../docs/troubleshooting.md")]
pub mod troubleshooting {}
