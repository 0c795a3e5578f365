//! Where rooms run: the [`Host`] trait that the rest of the crate uses, and its implementations.

#[cfg(not(target_arch = "wasm32"))]
pub mod local;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod memory;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod sockets;
#[cfg(not(target_arch = "wasm32"))]
mod vars;
#[cfg(target_arch = "wasm32")]
pub mod worker;

use std::{future::Future, pin::Pin, rc::Rc, time::Duration};

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use self::vars::Vars as Bindings;
#[cfg(target_arch = "wasm32")]
pub(crate) use self::worker::Bindings;

use futures_util::FutureExt;
use rustc_hash::FxHashMap;
use uuid::Uuid;

use crate::{
    Env, HostError, ListOptions,
    codec::{Format, Frame},
    server::{
        ClassRef, States,
        stub::{StubError, rooms::Rooms},
    },
};

/// The error of a transaction inside a transaction.
pub(crate) const NESTED: &str = "a transaction inside a transaction is not supported; merge the two";

/// The number of a socket, given by the host. Not valid after the room's memory is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SocketId(pub u32);

/// Returns a duration in whole milliseconds, the unit of hosts.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

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
/// Sockets, their tags and their attachments stay when the room's memory is lost; their numbers do not.
pub trait Host {
    /// The room's name; [`None`] if it was addressed by its id alone.
    fn room_name(&self) -> Option<String>;

    /// The platform's state of the object.
    #[cfg(target_arch = "wasm32")]
    fn ctx(&self) -> &::worker::State;

    /// The environment of the room.
    fn env(&self) -> Env;

    /// The application's state for the room.
    fn states(&self) -> States {
        States::default()
    }

    /// Runs a task until it ends or the room's memory is lost. The room is busy while it runs.
    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()>>>);

    /// Polls a task once, and runs the rest of it as [`spawn`](Self::spawn) does, so that tasks begin in the order of their calls.
    fn start(&self, mut task: Pin<Box<dyn Future<Output = ()>>>) {
        if (&mut task).now_or_never().is_none() {
            self.spawn(task);
        }
    }

    /// The rooms of a class, to call them from this room.
    ///
    /// # Errors
    /// Returns [`StubError::Binding`] if there are no such rooms.
    fn rooms(&self, class: &ClassRef) -> Result<Rc<dyn Rooms>, StubError>;

    /// Whether every upgrade request must have a complete WebSocket handshake. Requests that a Worker makes have none.
    fn requires_handshake(&self) -> bool {
        false
    }

    /// Whether a panic in the handler of a call ends only that call. Otherwise it ends the room's memory, as other panics do.
    fn isolates_panics(&self) -> bool {
        false
    }

    /// Milliseconds since 1970.
    fn now(&self) -> u64;

    /// Accepts the socket of the request that is being answered, with tags and an attachment. The name of the session's format
    /// is one of the tags.
    ///
    /// # Errors
    /// Returns an error if the tags or the attachment are too large, or if there are too many sockets.
    fn accept(&self, tags: &[String], attachment: &[u8]) -> Result<SocketId, HostError>;

    /// The sockets that match the filter, in no particular order. A socket is listed until its `close` handler has returned.
    fn sockets(&self, filter: SocketFilter<'_>) -> Vec<SocketId>;

    /// The tags the socket was accepted with.
    fn tags(&self, socket: SocketId) -> Vec<String>;

    /// The socket's attachment, empty if none was set. [`None`] if the socket is gone.
    fn attachment(&self, socket: SocketId) -> Option<Vec<u8>>;

    /// Replaces the socket's attachment.
    ///
    /// # Errors
    /// Returns an error if the socket is gone or the attachment is too large.
    fn set_attachment(&self, socket: SocketId, bytes: &[u8]) -> Result<(), HostError>;

    /// Sends the frame to each of the sockets, in order. Returns how many accepted it.
    fn send(&self, sockets: &[SocketId], frame: &Frame) -> usize;

    /// Starts the close handshake, or answers the peer's. Does nothing if the socket is closed.
    fn close(&self, socket: SocketId, code: u16, reason: &str);

    /// Removes the socket after its `close` handler has returned. It is no longer listed; its connection is cut if the host can do
    /// that.
    fn remove(&self, socket: SocketId);

    /// Whether the session's connection is open, even if its socket was removed.
    fn is_connected(&self, session: Uuid) -> bool {
        !self.sockets(SocketFilter::Tag(&session.to_string())).is_empty()
    }

    /// The bytes that [`set_closing_record`](Self::set_closing_record) stored last; empty if there are none.
    fn closing_record(&self) -> Vec<u8>;

    /// Stores which sessions are closing, for at least as long as the sockets stay connected, including hibernation.
    ///
    /// # Errors
    /// Returns an error if it cannot be stored.
    fn set_closing_record(&self, record: &[u8]) -> Result<(), HostError>;

    /// A random UUID (version 4).
    fn uuid(&self) -> Uuid;

    /// Waits for a number of milliseconds. The room's memory may be lost before.
    fn sleep(&self, millis: u64) -> Pin<Box<dyn Future<Output = ()>>>;

    /// Waits until a time limit has passed. Unlike [`sleep`](Self::sleep), it does not count as work in progress.
    fn deadline(&self, millis: u64) -> Pin<Box<dyn Future<Output = ()>>> {
        self.sleep(millis)
    }

    /// Sets the room's alarm to a time in milliseconds since 1970, or cancels it. It is as durable as the storage.
    ///
    /// # Errors
    /// Returns an error if the storage fails.
    fn set_alarm(&self, at: Option<u64>) -> Result<(), HostError>;

    /// The room's storage.
    fn store(&self) -> &dyn Store;
}

/// Durable values by key. A change is visible when its call returns, and durable before a frame that is sent later leaves.
pub trait Store {
    /// The value of a key.
    ///
    /// # Errors
    /// Returns an error if the storage fails, like all methods below.
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, HostError>;

    /// Sets the value of a key.
    ///
    /// # Errors
    /// As above.
    fn put(&self, key: &str, value: &[u8]) -> Result<(), HostError>;

    /// Deletes a key. Returns whether it existed.
    ///
    /// # Errors
    /// As above.
    fn delete(&self, key: &str) -> Result<bool, HostError>;

    /// Keys and values, sorted by key, without the keys of the framework.
    ///
    /// # Errors
    /// As above.
    fn list(&self, list: &ListOptions) -> Result<Vec<(String, Vec<u8>)>, HostError>;

    /// Calls `change`, and rolls its changes back if it returns `false` or panics.
    ///
    /// # Errors
    /// As above, and if it is called inside another transaction.
    fn transaction(&self, change: &mut dyn FnMut() -> bool) -> Result<(), HostError>;
}
