//! The typed client: opens a session in a room and speaks its protocol.
//!
//! [`Connection`] is one session over one socket, typed by what the client sends. [`Reconnecting`] outlives its connections:
//! a task (`task`) opens them as `options` say, serves them and minds their `pulse`, and knows frames only; `event` and
//! `sender` make messages of them. The methods that `derive(WsProtocol)` generates sit on top of either. Only `transport` knows
//! what carries the frames, and only `clock` what time and tasks are made of.

mod address;
mod builder;
mod carrier;
mod clock;
mod connection;
mod error;
mod event;
pub(crate) mod handshake;
mod options;
mod pulse;
mod receive;
mod reconnecting;
mod sender;
mod task;
mod tls;
pub(crate) mod transport;
mod watched;

pub use crate::SendError;
pub use address::Address;
pub use builder::Builder;
pub use carrier::{Carrier, TypedClient};
pub use connection::Connection;
pub use error::ClientError;
pub use event::{Event, Events, Loss, Lost};
pub use options::ProviderError;
pub use reconnecting::{Receiver, Reconnecting, Sent};
pub use sender::Sender;

/// Opens a session in the room at `url` (`ws://…` or `wss://…`), with what [`Builder`] has for defaults.
///
/// # Errors
/// As [`Builder::connect`].
pub async fn connect<M: TypedClient>(url: impl Into<String>) -> Result<M::Client, ClientError> {
    Builder::<M>::new(url).connect().await
}
