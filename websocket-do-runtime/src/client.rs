//! The typed client: opens a session in a room and speaks its protocol.
//!
//! [`Connection`] is one session over one socket, typed by what the client sends; the methods that `derive(WsProtocol)`
//! generates sit on top of it. Only `transport` knows what carries the frames.

mod builder;
mod connection;
mod error;
mod handshake;
mod receive;
mod tls;
pub(crate) mod transport;

use std::ops::DerefMut;

use crate::protocol::ClientMessage;

pub use crate::SendError;
pub use builder::Builder;
pub use connection::Connection;
pub use error::ClientError;

/// Client messages that have a typed client: one method for each message. Implemented by `derive(WsProtocol)`.
pub trait TypedClient: ClientMessage {
    /// The client.
    type Client: From<Connection<Self>> + DerefMut<Target = Connection<Self>>;
}

/// Opens a session in the room at `url` (`ws://…` or `wss://…`), with what [`Builder`] has for defaults.
///
/// # Errors
/// As [`Builder::connect`].
pub async fn connect<M: TypedClient>(url: impl Into<String>) -> Result<M::Client, ClientError> {
    Builder::<M>::new(url).connect().await
}
