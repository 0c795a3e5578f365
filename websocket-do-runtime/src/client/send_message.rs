//! The traits between a protocol's generated client and the types it sends on.

use std::{
    future::Future,
    ops::{Deref, DerefMut},
};

use super::{Connection, Reconnecting, SendError, Sender, Sent};
use crate::{codec, protocol::ClientMessage};

/// Client messages with a typed client, which has one method per message. Implemented by `derive(WsProtocol)`.
pub trait TypedClient: ClientMessage {
    /// The client, which reconnects.
    type Client: From<Reconnecting<Self>> + DerefMut<Target = Reconnecting<Self>>;
    /// The client of a single connection.
    type Session: From<Connection<Self>> + DerefMut<Target = Connection<Self>>;
    /// The sending half of the client.
    type Sender: From<Sender<Self>> + Deref<Target = Sender<Self>> + Clone;
}

/// Sends messages to a room: implemented by [`Reconnecting`], its [`Sender`], and a single [`Connection`].
pub trait SendMessage<M: ClientMessage> {
    /// What is known of a message once it is sent.
    type Sent;

    /// Validates a message and sends it.
    fn send_message(&mut self, message: M) -> impl Future<Output = Result<Self::Sent, SendError>> + Send;
}

impl<M: ClientMessage> SendMessage<M> for Reconnecting<M> {
    type Sent = Sent;

    fn send_message(&mut self, message: M) -> impl Future<Output = Result<Sent, SendError>> + Send {
        self.send(message)
    }
}

impl<M: ClientMessage> SendMessage<M> for Sender<M> {
    type Sent = Sent;

    fn send_message(&mut self, message: M) -> impl Future<Output = Result<Sent, SendError>> + Send {
        self.send(message)
    }
}

impl<M: ClientMessage> SendMessage<M> for Connection<M> {
    type Sent = ();

    fn send_message(&mut self, message: M) -> impl Future<Output = Result<(), SendError>> + Send {
        let frame = codec::encode(&message, self.format());
        async move { self.send_frame(frame?).await }
    }
}
