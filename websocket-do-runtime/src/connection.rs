//! Shared parts of the server's and the client's side of a connection: close codes, errors, the heartbeat, backoff, rules of HTTP
//! and escaping.

pub(crate) mod backoff;
mod close;
mod error;
pub(crate) mod heartbeat;
pub(crate) mod http;
mod maybe_send;
pub(crate) mod printable;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod websocket;

pub use close::{Close, CloseError, Closed};
pub use error::{Error, HostError, Result, SendError};
pub(crate) use maybe_send::make_send;
pub use maybe_send::{MaybeSend, MaybeSync};
#[cfg(feature = "server")]
pub(crate) use maybe_send::{Sendable, sent};
