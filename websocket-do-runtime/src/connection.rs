//! What the room's end and the client's end of a connection share: close codes, errors, the heartbeat and text that is safe to print.

#[cfg(any(feature = "server", feature = "client"))]
pub(crate) mod backoff;
mod close;
mod error;
pub(crate) mod heartbeat;
pub(crate) mod printable;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod websocket;

pub use close::{Close, CloseError, Closed};
pub use error::{Error, HostError, Result, SendError};
