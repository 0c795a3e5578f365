//! A socket with its session's data, for a Durable Object that is not a room. Independent of rooms.

use std::{fmt, marker::PhantomData};

use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{
    Close, HostError, Result, SendError, UpdateError,
    codec::{self, Format, Frame},
    protocol::{ClientMessage, ValidationCode, ValidationError},
    server::attachment::{self, Attachment, AttachmentError},
};

/// The operations that a [`TypedSocket`] needs from its socket. On wasm32, `worker::WebSocket` implements it.
///
/// ```
/// # use websocket_do_runtime::{HostError, codec::Frame, server::typed_socket::RawSocket};
/// /// A socket that prints what it sends.
/// struct Printing<S>(S);
///
/// impl<S: RawSocket> RawSocket for Printing<S> {
///     fn send(&self, frame: &Frame) -> Result<(), HostError> {
///         println!("{frame:?}");
///         self.0.send(frame)
///     }
///
///     // The other methods delegate.
///     fn close(&self, code: u16, reason: &str) -> Result<(), HostError> { self.0.close(code, reason) }
///     fn attachment(&self) -> Vec<u8> { self.0.attachment() }
///     fn set_attachment(&self, bytes: &[u8]) -> Result<(), HostError> { self.0.set_attachment(bytes) }
/// }
/// ```
pub trait RawSocket {
    /// Sends a frame.
    ///
    /// # Errors
    /// Returns a [`HostError`] if the socket is closed.
    fn send(&self, frame: &Frame) -> Result<(), HostError>;

    /// Starts the close handshake, or answers the peer's close frame.
    ///
    /// # Errors
    /// Returns a [`HostError`] if the socket is already closed.
    fn close(&self, code: u16, reason: &str) -> Result<(), HostError>;

    /// Returns the bytes attached to the socket, empty if there are none.
    fn attachment(&self) -> Vec<u8>;

    /// Attaches bytes to the socket. They survive hibernation, and last until the socket is closed.
    ///
    /// # Errors
    /// Returns a [`HostError`] if the platform rejects them.
    fn set_attachment(&self, bytes: &[u8]) -> Result<(), HostError>;
}

/// A socket that receives messages `M` and sends `M::Server`, with session data `D` attached.
///
/// It is for a Durable Object that is not a room; a room has [`Session`](crate::Session). Accept the socket with the platform's
/// API, [`attach`](Self::attach) data to it, and [`resume`](Self::resume) it in every event.
///
/// ```
/// # use websocket_do_runtime::{Result, codec::{Format, Frame}, protocol::ClientMessage, server::typed_socket::{RawSocket, TypedSocket}};
/// # fn example<M: ClientMessage, S: RawSocket + Clone>(socket: S, frame: &Frame, answer: M::Server) -> Result<()> {
/// TypedSocket::<M, String, _>::attach(socket.clone(), Format::Json, "Ada".to_owned())?;
///
/// // In another event, after hibernation or not:
/// let mut socket = TypedSocket::<M, String, _>::resume(socket)?;
/// let message: M = socket.read(frame)?;
/// socket.update(|name| name.push_str(" Lovelace"))?;
/// assert_eq!(socket.data(), "Ada Lovelace");
/// socket.send(&answer)?;
///
/// println!("{}: {}, {} bytes attached", socket.id(), socket.format(), socket.raw().attachment().len());
/// socket.close(1000, "bye")?;
/// # Ok(())
/// # }
/// ```
pub struct TypedSocket<M, D, S> {
    raw: S,
    attached: Attachment<D>,
    messages: PhantomData<fn(M)>,
}

impl<M: ClientMessage, D: Serialize + DeserializeOwned, S: RawSocket> TypedSocket<M, D, S> {
    /// Attaches a new session to the socket. Its id is a random UUID (version 4).
    ///
    /// # Errors
    /// Returns [`UpdateError::Attachment`] if the data is larger than 16,370 bytes or cannot be serialized, and
    /// [`UpdateError::Host`] if the platform rejects it.
    pub fn attach(raw: S, format: Format, data: D) -> Result<Self, UpdateError> {
        let attached = Attachment { id: Uuid::new_v4(), format, data };
        raw.set_attachment(&attachment::encode(attached.id, format, &attached.data)?)?;
        Ok(Self { raw, attached, messages: PhantomData })
    }

    /// Reads the session that [`attach`](Self::attach) attached to the socket.
    ///
    /// # Errors
    /// Returns [`AttachmentError::Truncated`] if the socket has no session, and [`AttachmentError::Data`] if its data is not of
    /// type `D`; read the data of an older version with [`attachment::decode`].
    pub fn resume(raw: S) -> Result<Self, AttachmentError> {
        let attached = attachment::decode(&raw.attachment())?;
        Ok(Self { raw, attached, messages: PhantomData })
    }

    /// Returns the id of the session. It does not change while the client is connected.
    pub fn id(&self) -> Uuid {
        self.attached.id
    }

    /// Returns the wire format of the session.
    pub fn format(&self) -> Format {
        self.attached.format
    }

    /// Returns the session's data.
    pub fn data(&self) -> &D {
        &self.attached.data
    }

    /// Changes the session's data, attaches it, and returns the result of `change`.
    ///
    /// # Errors
    /// Returns the errors of [`attach`](Self::attach). The data is then unchanged, in the attachment and in [`data`](Self::data).
    pub fn update<T>(&mut self, change: impl FnOnce(&mut D) -> T) -> Result<T, UpdateError> {
        let mut changed: Attachment<D> = attachment::decode(&self.raw.attachment())?;
        let result = change(&mut changed.data);
        self.raw.set_attachment(&attachment::encode(changed.id, changed.format, &changed.data)?)?;
        self.attached = changed;
        Ok(result)
    }

    /// Decodes a received frame and validates the message.
    ///
    /// # Errors
    /// Returns the errors of [`codec::decode`], and [`Malformed`](ValidationCode::Malformed) for a frame of the type that the
    /// session does not accept.
    pub fn read(&self, frame: &Frame) -> Result<M, ValidationError> {
        if frame.format() == self.format() {
            return codec::decode(frame);
        }
        let expected = match self.format() {
            Format::Json => "must be text: the session speaks JSON",
            Format::MessagePack => "must be binary: the session speaks MessagePack",
        };
        Err(ValidationError::new(ValidationCode::Malformed, expected))
    }

    /// Validates a message and sends it.
    ///
    /// # Errors
    /// Returns [`SendError::Invalid`] if the message breaks one of its rules, and [`SendError::Host`] if the socket is
    /// closed.
    pub fn send(&self, message: &M::Server) -> Result<(), SendError> {
        Ok(self.raw.send(&codec::encode(message, self.format())?)?)
    }

    /// Closes the socket, or answers the peer's close frame. A reason longer than 123 bytes is truncated.
    ///
    /// # Errors
    /// Returns an error if the code may not be sent ([`CloseError`](crate::CloseError)), or if the socket is already closed
    /// ([`HostError`]).
    pub fn close(&self, code: u16, reason: &str) -> Result {
        let close = Close::new(code, reason)?;
        Ok(self.raw.close(close.code(), close.reason())?)
    }

    /// Returns the underlying socket.
    pub fn raw(&self) -> &S {
        &self.raw
    }
}

impl<M, D, S> fmt::Debug for TypedSocket<M, D, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Attachment { id, format, .. } = &self.attached;
        f.debug_struct("TypedSocket").field("id", id).field("format", format).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
