//! The typed client: opens a session in a room and speaks its protocol.
//!
//! [`Connection`] is one session over one socket, typed by what the client sends. [`Reconnecting`] outlives its connections:
//! a task (`task`) opens them as `options` say, serves them and minds their `pulse`, and knows frames only; `event` and
//! `sender` make messages of them. The methods that `derive(WsProtocol)` generates sit on top of either. Only the platform,
//! `native` or `web`, knows what sockets, time and tasks are made of.

mod backlog;
mod builder;
mod connect_request;
mod connection;
mod error;
mod event;
mod heartbeat;
#[cfg(not(target_arch = "wasm32"))]
mod native;
mod options;
mod receive;
mod reconnecting;
mod retry_after;
mod send_message;
mod sender;
mod task;
pub(crate) mod transport;
#[cfg(target_arch = "wasm32")]
mod web;

#[cfg(not(target_arch = "wasm32"))]
use self::native as platform;
#[cfg(target_arch = "wasm32")]
use self::web as platform;
use platform::clock;

pub use crate::SendError;
pub use builder::Builder;
pub use connect_request::ConnectRequest;
pub use connection::Connection;
pub use error::ClientError;
pub use event::{Disconnect, Event, Events, Undelivered};
pub use options::ProviderError;
pub use platform::{MaybeSend, MaybeSync};
pub use reconnecting::{Receiver, Reconnecting, Sent};
pub use send_message::{SendMessage, TypedClient};
pub use sender::Sender;

/// Opens a session in the room at `url` (`ws://…` or `wss://…`), with what [`Builder`] has for defaults.
///
/// # Errors
/// As [`Builder::connect`].
pub async fn connect<M: TypedClient>(url: impl Into<String>) -> Result<M::Client, ClientError> {
    Builder::<M>::new(url).connect().await
}
