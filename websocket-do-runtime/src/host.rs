//! What a room needs of the place it runs in. Everything outside this folder speaks to hosts through [`Host`] alone.

#[cfg(not(target_arch = "wasm32"))]
pub mod local;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod memory;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod sockets;
#[cfg(target_arch = "wasm32")]
pub mod worker;

use std::{future::Future, pin::Pin};

use rustc_hash::FxHashMap;
use uuid::Uuid;

use crate::{
    HostError, ListOptions,
    codec::{Format, Frame},
};

/// What a [`Store`] says to a transaction inside a transaction.
const NESTED: &str = "a transaction inside a transaction; make one of the two";

/// One socket of a room, as its host numbers it. Means nothing after the room's memory is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SocketId(pub u32);

/// A map keyed by socket.
pub(crate) type BySocket<T> = FxHashMap<SocketId, T>;

/// Which sockets of a room [`Host::sockets`] lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SocketFilter<'a> {
    /// All sockets.
    All,
    /// The sockets whose sessions use this format.
    Format(Format),
    /// The sockets that were accepted with this tag.
    Tag(&'a str),
}

/// The sockets, the clock, the alarm and the storage of one room.
///
/// Sockets and their attachments outlive the room's memory; numbers of sockets do not.
pub trait Host {
    /// The name the room was reached by, if it was reached by name.
    fn room_name(&self) -> Option<String>;

    /// Whether every request has come over a network, and none was made by code.
    fn requires_handshake(&self) -> bool {
        false
    }

    /// Milliseconds since 1970.
    fn now(&self) -> u64;

    /// Accepts the socket of the request that is being answered, with tags and an attachment. The name of the session's format
    /// is one of the tags.
    ///
    /// # Errors
    /// Where the platform refuses: tags or attachment too large, too many sockets.
    fn accept(&self, tags: &[String], attachment: &[u8]) -> Result<SocketId, HostError>;

    /// The sockets that match the filter, in no particular order. A socket is listed until its `close` handler has returned.
    fn sockets(&self, filter: SocketFilter<'_>) -> Vec<SocketId>;

    /// The tags the socket was accepted with.
    fn tags(&self, socket: SocketId) -> Vec<String>;

    /// The bytes attached to the socket, possibly none; `None` if the socket is gone.
    fn attachment(&self, socket: SocketId) -> Option<Vec<u8>>;

    /// Attaches bytes to the socket, for as long as it is connected.
    ///
    /// # Errors
    /// Where the socket is gone or the platform refuses the bytes.
    fn set_attachment(&self, socket: SocketId, bytes: &[u8]) -> Result<(), HostError>;

    /// Hands the frame to each of the sockets, in order, and tells how many of them took it.
    fn send(&self, sockets: &[SocketId], frame: &Frame) -> usize;

    /// Starts the close handshake, or answers the peer's. Does nothing where the socket is closed already.
    fn close(&self, socket: SocketId, code: u16, reason: &str);

    /// Forgets the socket: its `close` handler has returned. It is in no list any more; a connection that is still there is cut
    /// where the host can do that.
    fn forget(&self, socket: SocketId);

    /// Whether a session's connection is still there, also one whose socket was forgotten.
    fn is_connected(&self, session: Uuid) -> bool {
        !self.sockets(SocketFilter::Tag(&session.to_string())).is_empty()
    }

    /// The bytes that [`set_closing_record`](Self::set_closing_record) was given last; none if it never was.
    fn closing_record(&self) -> Vec<u8>;

    /// Keeps which sessions are closing, for at least as long as the sockets stay connected, hibernation included.
    ///
    /// # Errors
    /// Where the host cannot keep it.
    fn set_closing_record(&self, record: &[u8]) -> Result<(), HostError>;

    /// A random UUID (version 4).
    fn uuid(&self) -> Uuid;

    /// Waits so many milliseconds. The room's memory may be lost before.
    fn sleep(&self, millis: u64) -> Pin<Box<dyn Future<Output = ()>>>;

    /// Waits until a time limit is over. To the host this is no work that it waits for.
    fn deadline(&self, millis: u64) -> Pin<Box<dyn Future<Output = ()>>> {
        self.sleep(millis)
    }

    /// Sets the one alarm of the room to a time in milliseconds since 1970, or takes it back. It is kept as what is stored
    /// is.
    ///
    /// # Errors
    /// Where the storage fails.
    fn set_alarm(&self, at: Option<u64>) -> Result<(), HostError>;

    /// What the room keeps for good.
    fn store(&self) -> &dyn Store;
}

/// Bytes under keys, kept for good. All is done when a call returns, and durable before a frame sent later leaves.
pub trait Store {
    /// The bytes under a key.
    ///
    /// # Errors
    /// Where the storage fails, as in all that follow.
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, HostError>;

    /// Keeps bytes under a key.
    ///
    /// # Errors
    /// As above.
    fn put(&self, key: &str, value: &[u8]) -> Result<(), HostError>;

    /// Deletes a key, and tells whether it was there.
    ///
    /// # Errors
    /// As above.
    fn delete(&self, key: &str) -> Result<bool, HostError>;

    /// Keys and bytes, sorted by key, but the framework's own.
    ///
    /// # Errors
    /// As above.
    fn list(&self, list: &ListOptions) -> Result<Vec<(String, Vec<u8>)>, HostError>;

    /// Calls `change`, and undoes all it has done where it returns `false` or panics.
    ///
    /// # Errors
    /// As above, and inside another transaction.
    fn transaction(&self, change: &mut dyn FnMut() -> bool) -> Result<(), HostError>;
}
