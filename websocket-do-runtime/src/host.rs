//! What a room needs of the place it runs in. Everything outside this folder speaks to hosts through [`Host`] alone.

#[cfg(not(target_arch = "wasm32"))]
pub mod local;
#[cfg(target_arch = "wasm32")]
pub mod worker;

use std::{future::Future, pin::Pin};

use crate::{HostError, codec::Frame};

/// One socket of a room, as its host numbers it. Means nothing after the room's memory is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SocketId(pub u32);

/// A future of a host: rooms are single-threaded, so it need not be `Send`.
pub type HostFuture<T> = Pin<Box<dyn Future<Output = Result<T, HostError>>>>;

/// The sockets, the clock and the alarm of one room.
///
/// Sockets and their attachments outlive the room's memory; numbers of sockets do not.
pub trait Host {
    /// The name the room was reached by, if it was reached by name.
    fn room_name(&self) -> Option<String>;

    /// Milliseconds since 1970.
    fn now(&self) -> u64;

    /// Accepts the socket of the request that is being answered, with tags and an attachment.
    ///
    /// # Errors
    /// Where the platform refuses: tags or attachment too large, too many sockets.
    fn accept(&self, tags: &[String], attachment: &[u8]) -> Result<SocketId, HostError>;

    /// The sockets that carry `tag`, or all, in no particular order. A socket whose `closed` handler has not
    /// returned yet is among them.
    fn sockets(&self, tag: Option<&str>) -> Vec<SocketId>;

    /// The tags the socket was accepted with.
    fn tags(&self, socket: SocketId) -> Vec<String>;

    /// The bytes attached to the socket; empty if there are none.
    fn attachment(&self, socket: SocketId) -> Vec<u8>;

    /// Attaches bytes to the socket, for as long as it is connected.
    ///
    /// # Errors
    /// Where the socket is gone or the platform refuses the bytes.
    fn set_attachment(&self, socket: SocketId, bytes: &[u8]) -> Result<(), HostError>;

    /// Hands the frame to each of the sockets, in order, and tells how many of them took it.
    fn send(&self, sockets: &[SocketId], frame: &Frame) -> usize;

    /// Starts the close handshake, or answers the peer's. Does nothing where the socket is closed already.
    fn close(&self, socket: SocketId, code: u16, reason: &str);

    /// Forgets the socket: its `closed` handler has returned.
    fn forget(&self, socket: SocketId);

    /// Sets the one alarm of the room to a time in milliseconds since 1970, or takes it back.
    fn set_alarm(&self, at: Option<u64>) -> HostFuture<()>;

    /// When the alarm will go off, if one is set.
    fn alarm(&self) -> HostFuture<Option<u64>>;
}
