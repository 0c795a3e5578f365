//! The traits between a protocol's generated client and the types it sends on.

use std::{
    future::Future,
    ops::{Deref, DerefMut},
};

use super::{Connection, Reconnecting, SendError, Sender, Sent, call::MakeCall};
use crate::{codec, protocol::ClientMessage};

/// Client messages with a typed client, which has one method per message. Implemented by `derive(WsProtocol)`.
pub trait TypedClient: ClientMessage {
    /// The client, which reconnects.
    type Client: From<Reconnecting<Self>> + DerefMut<Target = Reconnecting<Self>>;
    /// The client of a single connection.
    type Session: From<Connection<Self>> + DerefMut<Target = Connection<Self>>;
    /// The sending half of the client.
    type Sender: From<Sender<Self>> + Deref<Target = Sender<Self>> + Clone;
    /// The client that sends on `C`.
    #[doc(hidden)]
    type Over<C>: From<C> + DerefMut<Target = C>;
}

/// Sends messages to a room: implemented by [`Reconnecting`], its [`Sender`], and a single [`Connection`].
pub trait SendMessage<M: ClientMessage> {
    /// What is known of a message once it is sent.
    type Sent;

    /// Validates a message and sends it.
    fn send_message(&mut self, message: M) -> impl Future<Output = Result<Self::Sent, SendError>> + Send;
}

/// Sends calls to a room: implemented by [`Reconnecting`], its [`Sender`], and a single [`Connection`], which is borrowed until the call
/// is answered; the others make any number of calls at once.
pub trait SendCall<M: ClientMessage> {
    /// What sends a call.
    type Caller<'a>: MakeCall<M> + Unpin
    where
        Self: 'a;

    /// Returns what sends a call.
    fn caller(&mut self) -> Self::Caller<'_>;
}

impl<M: ClientMessage> SendMessage<M> for Reconnecting<M> {
    type Sent = Sent;

    fn send_message(&mut self, message: M) -> impl Future<Output = Result<Sent, SendError>> + Send {
        self.send(message)
    }
}

impl<M: ClientMessage> SendCall<M> for Reconnecting<M> {
    type Caller<'a> = Sender<M>;

    fn caller(&mut self) -> Sender<M> {
        self.sender().clone()
    }
}

impl<M: ClientMessage> SendMessage<M> for Sender<M> {
    type Sent = Sent;

    fn send_message(&mut self, message: M) -> impl Future<Output = Result<Sent, SendError>> + Send {
        self.send(message)
    }
}

impl<M: ClientMessage> SendCall<M> for Sender<M> {
    type Caller<'a> = Self;

    fn caller(&mut self) -> Self {
        self.clone()
    }
}

impl<M: ClientMessage> SendMessage<M> for Connection<M> {
    type Sent = ();

    fn send_message(&mut self, message: M) -> impl Future<Output = Result<(), SendError>> + Send {
        let frame = codec::encode(&message, self.format());
        async move { self.send_frame(frame?).await }
    }
}

impl<M: ClientMessage> SendCall<M> for Connection<M> {
    type Caller<'a> = &'a mut Self;

    fn caller(&mut self) -> &mut Self {
        self
    }
}
