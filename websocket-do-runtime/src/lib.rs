//! The runtime under `websocket-do`: what the generated code calls. Users reach it through the facade.

#[doc(hidden)]
pub use serde;

pub mod codec;
pub mod protocol;
