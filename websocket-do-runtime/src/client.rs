//! The typed client: messages of a protocol over a transport. Knows nothing of rooms.
//!
//! [`Connection`] is what every client does, [`Builder`] how one is opened; the transport stands in a folder of its own.

mod connection;
mod error;
mod native;
mod open;

use crate::protocol::ClientMessage;

pub use crate::SendError;
pub use connection::Connection;
pub use error::ClientError;
pub use open::Builder;

/// The client with a method for each message: what `derive(WsProtocol)` makes of a client enum.
pub trait TypedClient: ClientMessage {
    /// The client's type.
    type Client: From<Connection<Self>>;
}

/// Connects to a room, as `Builder::new(url).connect()`.
///
/// # Errors
/// As [`Builder::connect`].
pub async fn connect<M: TypedClient>(url: impl Into<String>) -> Result<M::Client, ClientError> {
    Builder::<M>::new(url).connect().await
}
