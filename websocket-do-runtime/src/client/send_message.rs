//! What a typed client can be put on: a method for each message is the same on all of them.

use std::{
    future::Future,
    ops::{Deref, DerefMut},
};

use super::{Connection, Reconnecting, SendError, Sender, Sent};
use crate::{codec, protocol::ClientMessage};

/// Client messages that have a typed client: one method for each message. Implemented by `derive(WsProtocol)`.
pub trait TypedClient: ClientMessage {
    /// The client, which comes back when its connection is lost.
    type Client: From<Reconnecting<Self>> + DerefMut<Target = Reconnecting<Self>>;
    /// The client of one connection.
    type Session: From<Connection<Self>> + DerefMut<Target = Connection<Self>>;
    /// The sending half of the client.
    type Sender: From<Sender<Self>> + Deref<Target = Sender<Self>> + Clone;
}

/// What carries messages to a room: [`Reconnecting`], its [`Sender`], or a single [`Connection`].
pub trait SendMessage<M: ClientMessage> {
    /// What is known of a message that was accepted.
    type Sent;

    /// Sends a message, once its rules are checked.
    fn carry(&mut self, message: M) -> impl Future<Output = Result<Self::Sent, SendError>> + Send;
}

impl<M: ClientMessage> SendMessage<M> for Reconnecting<M> {
    type Sent = Sent;

    fn carry(&mut self, message: M) -> impl Future<Output = Result<Sent, SendError>> + Send {
        self.send(message)
    }
}

impl<M: ClientMessage> SendMessage<M> for Sender<M> {
    type Sent = Sent;

    fn carry(&mut self, message: M) -> impl Future<Output = Result<Sent, SendError>> + Send {
        self.send(message)
    }
}

impl<M: ClientMessage> SendMessage<M> for Connection<M> {
    type Sent = ();

    fn carry(&mut self, message: M) -> impl Future<Output = Result<(), SendError>> + Send {
        let frame = codec::encode(&message, self.format());
        async move { self.send_frame(frame?).await }
    }
}
