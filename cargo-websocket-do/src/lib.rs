#![doc = include_str!("../README.md")]
//!
//! ---
//!
//! The library is an implementation detail of the commands of this repository. Its items may change in any release.

#[doc(hidden)]
pub mod debian;
#[doc(hidden)]
pub mod doctor;
#[doc(hidden)]
pub mod npm;
#[doc(hidden)]
pub mod port;
#[doc(hidden)]
pub mod process;
#[doc(hidden)]
pub mod project;
#[doc(hidden)]
pub mod rustc;
#[doc(hidden)]
pub mod serve;
#[doc(hidden)]
pub mod step;
#[doc(hidden)]
pub mod template;
#[doc(hidden)]
pub mod tools;
#[doc(hidden)]
pub mod wasm;
#[doc(hidden)]
pub mod watch;
#[doc(hidden)]
pub mod worker;
#[doc(hidden)]
pub mod wrangler_config;
