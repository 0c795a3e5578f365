//! The events of a socket that a host reports to its room.

use std::any::Any;

use crate::{Closed, codec::Frame};

/// A guard that is held from receiving a frame until the frame is handled or dropped, for a host that limits the frames it
/// buffers. [`None`] if the host has no limit.
pub type Permit = Option<Box<dyn Any + Send>>;

/// An event of a socket.
#[derive(Debug)]
pub enum Event {
    /// A message was received.
    Message(Frame, Permit),
    /// The peer closed the socket, or the connection was lost or failed.
    Closed(Closed),
    /// The room closed the session, and the peer did not answer in time.
    Unanswered,
}
