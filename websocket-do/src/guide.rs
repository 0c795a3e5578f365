//! Guides, in reading order. Those about one module are the pages of that module.
//!
//! 1. [Getting started](getting_started)
//! 2. [Protocol and rules](protocol)
//! 3. [Rooms and sessions](rooms)
//! 4. [Storage and timers](storage)
//! 5. [Environment and services](crate::environment)
//! 6. [Calling rooms](crate::stub)
#![cfg_attr(feature = "client", doc = "7. [The client](crate::client)")]
#![cfg_attr(not(feature = "client"), doc = "7. The client, with the feature `client`")]
#![cfg_attr(all(feature = "testing", not(target_arch = "wasm32")), doc = "8. [Testing](crate::testing)")]
#![cfg_attr(not(all(feature = "testing", not(target_arch = "wasm32"))), doc = "8. Testing, with the feature `testing`")]
//! 9. [Beside your own routes](crate::embedding)
//! 10. [Deploying](deploying)
//! 11. [Security](security)
//! 12. [Troubleshooting](troubleshooting)

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
